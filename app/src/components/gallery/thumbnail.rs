//! A picture in the grid, read from the database once its card has been in sight for a moment.

use std::rc::Rc;
use std::sync::Arc;

use gallery::Record;
use gloo::file::ObjectUrl;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::state::studio;
use crate::words::gallery as words;

/// A card that scrolls by in less time is not read for.
const PAUSE_MILLIS: u32 = 40;

/// The thumbnail. Its address lives as long as it does, so no more addresses exist than cards and a few besides.
#[component]
pub(crate) fn Thumbnail(record: Arc<Record>) -> impl IntoView {
    let studio = studio();
    let url: RwSignal<Option<Rc<ObjectUrl>>, LocalStorage> =
        RwSignal::new_local(studio.thumbnail_at_hand(&record.id));
    let lost = RwSignal::new(false);
    if url.with_untracked(Option::is_none) {
        spawn_local(async move {
            TimeoutFuture::new(PAUSE_MILLIS).await;
            // Both signals go with the card.
            if lost.is_disposed() {
                return;
            }
            match studio.thumbnail(&record).await {
                Ok(found) => drop(url.try_set(Some(found))),
                Err(error) => {
                    log::warn!("picture {} has no file: {error}", record.id);
                    lost.try_set(true);
                }
            }
        });
    }
    move || {
        match url.get() {
        _ if lost.get() => view! { <span class="card-lost">{words::FILE_LOST}</span> }.into_any(),
        Some(url) => {
            view! { <img src=url.to_string() alt="" decoding="async" draggable="false" on:error=move |_| lost.set(true) /> }
                .into_any()
        }
        None => ().into_any(),
    }
    }
}
