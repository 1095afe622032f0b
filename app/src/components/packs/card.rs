//! One pack and what can be done with it.

use std::sync::Arc;

use leptos::prelude::*;
use packs::Pack;

use super::picture::PackPicture;
use crate::components::icon::Icon;
use crate::components::icon_button::IconButton;
use crate::state::{Kept, ModelFit, cover, settings_of, studio};
use crate::words::packs as words;

/// Pictures and recipes in a pack, in words.
pub(super) fn count(pack: &Pack) -> String {
    let pictures = pack.entries.iter().filter(|entry| entry.image.is_some()).count();
    words::count(pictures, pack.entries.len() - pictures)
}

/// The model of a pack's first entry, and whether it is here.
#[component]
pub(super) fn ModelOf(pack: Pack) -> impl IntoView {
    let models = studio().session.models;
    let settings = pack.entries.first().map(settings_of).unwrap_or_default();
    let fit = Memo::new(move |_| models.with(|models| ModelFit::of(&settings, models)));
    let model = pack.entries.first().map(settings_of).unwrap_or_default().model;
    let named = move |id: String| {
        let name = models
            .with(|models| models.iter().find(|model| model.id.0 == id).map(|model| model.name.clone()));
        name.unwrap_or(id)
    };
    move || match fit.get() {
        ModelFit::Here(id) => view! { <span>{named(id)}</span> }.into_any(),
        ModelFit::Changed(id) => {
            view! { <span class="pack-warning">{words::model_changed(&named(id))}</span> }.into_any()
        }
        ModelFit::Missing => {
            view! { <span class="pack-warning">{words::model_missing(&model)}</span> }.into_any()
        }
    }
}

/// What a pack is called.
pub(super) fn name(pack: &Pack) -> String {
    match pack.name() {
        name if name.is_empty() => words::NO_PROMPT.to_owned(),
        name => name,
    }
}

/// A card.
#[component]
pub(super) fn PackCard(kept: Arc<Kept>) -> impl IntoView {
    let studio = studio();
    let id = StoredValue::new(kept.id.clone());
    let pack = &kept.pack;
    let choosing = RwSignal::new(false);
    let several = pack.entries.len() > 1;
    let use_it = move |_| match several {
        true => choosing.update(|choosing| *choosing = !*choosing),
        false => id.with_value(|id| studio.use_pack(id, 0)),
    };
    let date = pack.created.split('T').next().unwrap_or_default().to_owned();
    let act = |name: &'static str, icon: Icon, act: fn(crate::state::Studio, &str)| {
        view! {
            <IconButton
                icon=icon
                name=name
                class="quiet"
                press=move |_| id.with_value(|id| act(studio, id))
            />
        }
    };
    let entries = Arc::clone(&kept);
    view! {
        <li class="pack" data-pack-id=kept.id.clone()>
            <Cover kept=Arc::clone(&kept) />
            <div class="pack-words">
                <p class="card-prompt">{name(pack)}</p>
                <p class="card-meta">
                    <ModelOf pack=pack.clone() />
                    <span>{count(pack)}</span>
                    <span>{date}</span>
                </p>
                <div class="pack-actions">
                    <button type="button" aria-expanded=move || several.then(|| choosing.get().to_string()) on:click=use_it>
                        {words::USE}
                    </button>
                    <IconButton
                        icon=Icon::Star
                        name=words::STAR
                        class="quiet star"
                        pressed=pack.is_favorite()
                        press=move |_| id.with_value(|id| studio.toggle_pack_favorite(id))
                    />
                    {act(words::EXPORT, Icon::Download, |studio, id| studio.export_pack(id))}
                    {act(words::DELETE, Icon::Trash, |studio, id| studio.delete_pack(id))}
                </div>
            </div>
            <Show when=move || choosing.get()>
                <Entries kept=Arc::clone(&entries) />
            </Show>
        </li>
    }
}

/// The first picture of a pack, or that it has none.
#[component]
fn Cover(kept: Arc<Kept>) -> impl IntoView {
    let found = kept.pack.entries.iter().enumerate().find_map(|(index, entry)| cover(entry, index));
    match found {
        Some(key) => {
            view! { <div class="pack-cover"><PackPicture id=kept.id.clone() key /></div> }.into_any()
        }
        None => view! { <div class="pack-cover"><span>{words::RECIPE}</span></div> }.into_any(),
    }
}

/// The entries of a pack of several: pressing one uses it.
#[component]
fn Entries(kept: Arc<Kept>) -> impl IntoView {
    let studio = studio();
    let buttons = kept.pack.entries.iter().enumerate().map(|(index, entry)| {
        let prompt = settings_of(entry).prompt;
        let id = kept.id.clone();
        let picture = cover(entry, index).map(|key| view! { <PackPicture id=kept.id.clone() key /> });
        view! {
            <li>
                <button
                    type="button"
                    class="pack-entry"
                    aria-label=words::use_picture(&prompt)
                    title=prompt.clone()
                    on:click=move |_| studio.use_pack(&id, index)
                >
                    {picture}
                    <span aria-hidden="true">{prompt.clone()}</span>
                </button>
            </li>
        }
    });
    view! { <ul class="pack-entries" aria-label=words::CHOOSE>{buttons.collect_view()}</ul> }
}
