//! **Gallery**: every picture made in this browser, newest first.

use leptos::prelude::*;

use super::empty_state::EmptyState;
use super::notice::NoticeAt;
use super::picture_card::PictureCard;
use super::progress_card::ProgressCard;
use crate::state::{Place, studio};

/// The right side of the page.
#[component]
pub(crate) fn GalleryView() -> impl IntoView {
    let studio = studio();
    let library = studio.library;
    let running = Memo::new(move |_| studio.queue.running.with(Option::is_some));
    let empty =
        Memo::new(move |_| library.loaded.get() && library.pictures.with(Vec::is_empty) && !running.get());
    let count = move || match library.pictures.with(Vec::len) {
        0 => String::new(),
        1 => "1 picture".to_owned(),
        count => format!("{count} pictures"),
    };
    view! {
        <section class="gallery-section" aria-labelledby="gallery-title">
            <div class="gallery-head">
                <h2 id="gallery-title">"Gallery"</h2>
                <p class="hint">{count}</p>
            </div>
            <NoticeAt place=Place::Gallery />
            <ul id="gallery" class="gallery" aria-label="Pictures" data-loaded=move || library.loaded.get().to_string()>
                <Show when=move || running.get()>
                    <ProgressCard />
                </Show>
                <For
                    each=move || library.pictures.get()
                    key=|picture| picture.record.id.clone()
                    children=|picture| view! { <PictureCard picture /> }
                />
            </ul>
            <Show when=move || empty.get()>
                <EmptyState />
            </Show>
        </section>
    }
}
