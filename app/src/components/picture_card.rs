//! One picture in the gallery and what can be done with it.

use gallery::Settings;
use leptos::prelude::*;

use super::icon::Icon;
use crate::state::{Picture, studio};

/// The settings that tell pictures apart.
fn summary(settings: &Settings) -> Vec<String> {
    let strength = settings.mode.has_source().then(|| format!("strength {:.2}", settings.prompt_strength));
    let size = format!("{} × {}", settings.width, settings.height);
    let rest = [size, format!("{} steps", settings.steps), format!("seed {}", settings.seed)];
    strength.into_iter().chain(rest).collect()
}

/// A card; pressing the picture shows it large.
#[component]
pub(crate) fn PictureCard(picture: Picture) -> impl IntoView {
    let studio = studio();
    let settings = &picture.record.settings;
    let id = picture.record.id.clone();
    let prompt = settings.prompt.clone();
    let meta = summary(settings).into_iter().map(|item| view! { <span>{item}</span> }).collect_view();
    let url = picture.url.clone();
    let open = {
        let id = id.clone();
        move |_| studio.library.opened.set(Some(id.clone()))
    };
    view! {
        <li class="card" data-picture-id=id>
            <button type="button" class="card-picture" aria-label=format!("Open {prompt}") on:click=open>
                <img src=url alt=prompt.clone() loading="lazy" decoding="async" />
            </button>
            <div class="card-words">
                <p class="card-prompt" title=prompt.clone()>{prompt.clone()}</p>
                <p class="card-meta">{meta}</p>
            </div>
            <PictureActions picture />
        </li>
    }
}

/// The four things to do with a picture.
#[component]
pub(crate) fn PictureActions(picture: Picture) -> impl IntoView {
    let studio = studio();
    let act = |name: &'static str, icon: Icon, action: fn(crate::state::Studio, &Picture)| {
        let picture = picture.clone();
        view! {
            <button
                type="button"
                class="quiet icon-button"
                aria-label=name
                title=name
                on:click=move |_| action(studio, &picture)
            >
                {icon.draw()}
                <span class="action-name">{name}</span>
            </button>
        }
    };
    view! {
        <div class="card-actions">
            {act("Use as source", Icon::AsSource, |studio, picture| studio.use_as_source(picture))}
            {act("Reuse settings", Icon::Sliders, |studio, picture| studio.reuse_picture(picture))}
            {act("Download", Icon::Download, |studio, picture| studio.download_picture(picture))}
            {act("Delete", Icon::Trash, |studio, picture| studio.delete_picture(&picture.record.id))}
        </div>
    }
}
