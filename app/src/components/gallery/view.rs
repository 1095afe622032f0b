//! **Gallery**: every picture made in this browser.

use gallery::Query;
use leptos::prelude::*;

use super::filters::Filters;
use super::grid::PictureGrid;
use super::selection_bar::SelectionBar;
use crate::components::empty_state::EmptyState;
use crate::components::notice::NoticeAt;
use crate::state::{Place, studio};
use crate::words::gallery as words;

/// The right side of the page.
#[component]
pub(crate) fn GalleryView() -> impl IntoView {
    let studio = studio();
    let library = studio.library;
    let running = Memo::new(move |_| studio.queue.running.with(Option::is_some));
    let all = Memo::new(move |_| library.album.with(gallery::Album::entry_count));
    let shown = Memo::new(move |_| library.shown.with(|shown| shown.len()));
    let empty = Memo::new(move |_| library.loaded.get() && all.get() == 0 && !running.get());
    let nothing_found = Memo::new(move |_| all.get() > 0 && shown.get() == 0);
    let choosing = Memo::new(move |_| library.selection.with(|selection| !selection.is_empty()));
    let show_all = move |_| {
        library.query.update(|query| *query = Query { order: query.order, ..Query::default() });
    };
    view! {
        <section class="gallery-section" aria-labelledby="gallery-title">
            <div class="gallery-head">
                <h2 id="gallery-title">{words::TITLE}</h2>
                <p class="hint" role="status">{move || words::pictures(shown.get(), all.get())}</p>
            </div>
            <NoticeAt place=Place::Gallery />
            <Show when=move || { all.get() > 0 }>
                <div class="gallery-bar">
                    <Show when=move || choosing.get() fallback=|| view! { <Filters /> }>
                        <SelectionBar />
                    </Show>
                </div>
            </Show>
            <PictureGrid />
            <Show when=move || nothing_found.get()>
                <div class="nothing-found">
                    <p>{words::NOTHING_FOUND}</p>
                    <button type="button" on:click=show_all>{words::SHOW_ALL}</button>
                </div>
            </Show>
            <Show when=move || empty.get()>
                <EmptyState />
            </Show>
        </section>
    }
}
