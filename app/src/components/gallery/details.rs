//! One picture, large, with every setting that made it and the pictures that it came from.

use std::rc::Rc;
use std::sync::Arc;

use gallery::Record;
use gloo::file::ObjectUrl;
use leptos::{html, prelude::*};
use wasm_bindgen_futures::spawn_local;

use super::actions::{DetailActions, Star};
use super::collections::CollectionChips;
use super::lineage::Lineage;
use super::rows::rows;
use super::sheet::{BackToSheet, SheetTable};
use crate::components::frame::{show_while, when_closed};
use crate::components::icon::Icon;
use crate::components::icon_button::IconButton;
use crate::platform;
use crate::state::{address, studio};
use crate::words::gallery as words;

/// The figure that fills the screen.
pub(crate) const FIGURE: &str = "picture-figure";

/// A modal dialog: Esc closes it, focus stays within, arrows go to the pictures beside.
#[component]
pub(crate) fn PictureDialog() -> impl IntoView {
    let library = studio().library;
    let dialog = NodeRef::<html::Dialog>::new();
    show_while(dialog, move || library.opened.get().is_some());
    let closed = move || {
        // Back to where one came from, scrolled to if the arrows led far away.
        let last = library.opened.get_untracked().or_else(|| library.current.get_untracked());
        library.opened.set(None);
        platform::after_fullscreen(move || library.wanted.set(last));
    };
    // Made anew for another picture, not for another star.
    let id = Memo::new(move |_| library.opened.get());
    let record = move || id.get().and_then(|id| untrack(|| library.record(&id)));
    view! {
        <dialog node_ref=dialog class="picture-dialog" aria-label=words::PICTURE on:close=when_closed(dialog, closed)>
            // The figure stays from picture to picture, or arrows would end its stay on the whole screen.
            <figure id=FIGURE class="picture-figure" tabindex="-1" autofocus>
                {move || {
                    record().map(|record| match record.sheet.clone() {
                        Some(sheet) => view! { <SheetTable id=record.id.clone() sheet /> }.into_any(),
                        None => view! { <Large record /> }.into_any(),
                    })
                }}
                <div class="figure-tools">
                    {move || id.get().map(|id| view! { <Star id=StoredValue::new(id) /> })}
                    <IconButton
                        icon=Icon::Expand
                        name=words::FULLSCREEN
                        class="quiet"
                        attr:aria-keyshortcuts="Space"
                        press=move |_| platform::toggle_fullscreen(FIGURE)
                    />
                </div>
                <Beside name=words::PREVIOUS icon=Icon::Left forward=false />
                <Beside name=words::NEXT icon=Icon::Right forward=true />
            </figure>
            {move || record().map(|record| view! { <Words record /> })}
            <IconButton
                icon=Icon::Close
                name=words::CLOSE
                class="dialog-close"
                press=move |_| library.opened.set(None)
            />
        </dialog>
    }
}

/// Everything that is known of the picture, and what can be done with it.
#[component]
fn Words(record: Arc<Record>) -> impl IntoView {
    let id = StoredValue::new(record.id.clone());
    let list = rows(&record)
        .into_iter()
        .map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> })
        .collect_view();
    view! {
        <div class="dialog-words">
            <BackToSheet record=Arc::clone(&record) />
            <DetailActions id />
            <section aria-label=words::SETTINGS>
                <dl>{list}</dl>
            </section>
            <CollectionChips id />
            <Lineage id />
        </div>
    }
}

/// The picture itself; its thumbnail until it has been read.
#[component]
fn Large(record: Arc<Record>) -> impl IntoView {
    let studio = studio();
    let url: RwSignal<Option<Rc<ObjectUrl>>, LocalStorage> =
        RwSignal::new_local(studio.thumbnail_at_hand(&record.id));
    let lost = RwSignal::new(false);
    spawn_local({
        let record = Arc::clone(&record);
        async move {
            match studio.png(&record.id).await {
                Ok(blob) => drop(url.try_set(Some(address(blob)))),
                Err(_) => drop(lost.try_set(true)),
            }
            // Its pixels stand in until a drawing is there.
            if let Some(drawing) = studio.drawing(&record).await {
                url.try_set(Some(address(drawing)));
            }
        }
    });
    let prompt = record.settings.prompt.clone();
    let picture = move || {
        let prompt = prompt.clone();
        url.get().map(|url| view! { <img src=url.to_string() alt=prompt on:error=move |_| lost.set(true) /> })
    };
    view! {
        {picture}
        {move || lost.get().then(|| view! { <p class="card-lost" role="alert">{words::FILE_LOST}</p> })}
    }
}

/// Goes to the picture before or after.
#[component]
fn Beside(name: &'static str, icon: Icon, forward: bool) -> impl IntoView {
    let studio = studio();
    let there = Memo::new(move |_| {
        // Pictures come and go while one looks.
        studio.library.shown.track();
        let opened = studio.library.opened.get();
        opened.is_some_and(|id| untrack(|| studio.neighbour(&id, forward)).is_some())
    });
    view! {
        <IconButton
            icon=icon
            name=name
            class=if forward { "quiet figure-beside forward" } else { "quiet figure-beside" }
            attr:hidden=move || !there.get()
            press=move |_| studio.step_opened(forward)
        />
    }
}
