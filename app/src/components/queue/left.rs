//! What waited when the page was closed: it goes on when the person says so, as it may be what ended the last visit.

use leptos::prelude::*;

use crate::state::studio;
use crate::words::batches as words;

/// How many pictures were left, and what to do with them.
#[component]
pub(crate) fn LeftQueue() -> impl IntoView {
    let studio = studio();
    let count = Memo::new(move |_| studio.queue.left.with(batches::Line::len));
    view! {
        <Show when=move || { count.get() > 0 }>
            <div class="queue-left" role="status">
                <p>{move || words::left(count.get())}</p>
                <div class="queue-actions">
                    <button type="button" on:click=move |_| studio.resume_left()>{words::RESUME}</button>
                    <button type="button" class="quiet" on:click=move |_| studio.discard_left()>{words::DISCARD}</button>
                </div>
            </div>
        </Show>
    }
}
