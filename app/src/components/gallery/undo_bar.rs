//! Deleted pictures can be brought back for a while.

use std::time::Duration;

use leptos::prelude::*;

use crate::components::icon::Icon;
use crate::components::icon_button::IconButton;
use crate::state::studio;
use crate::words::gallery as words;

const WHILE: Duration = Duration::from_secs(20);

/// Appears after pictures were deleted. The time does not run while it has the focus or the pointer.
#[component]
pub(crate) fn UndoBar() -> impl IntoView {
    let studio = studio();
    let held = RwSignal::new(false);
    Effect::new(move |_| {
        let waits = studio.library.deleted.with(Option::is_some) && !held.get();
        let forget =
            waits.then(|| set_timeout_with_handle(move || studio.forget_deleted(), WHILE).ok()).flatten();
        on_cleanup(move || {
            if let Some(forget) = forget {
                forget.clear();
            }
        });
    });
    move || {
        let Some(deleted) = studio.library.deleted.get() else {
            held.set(false);
            return None;
        };
        Some(view! {
            <div
                class="undo-bar"
                on:pointerenter=move |_| held.set(true)
                on:pointerleave=move |_| held.set(false)
                on:focusin=move |_| held.set(true)
                on:focusout=move |_| held.set(false)
            >
                <p role="status">{words::deleted(deleted.count())}</p>
                <button type="button" aria-keyshortcuts="Control+Z" on:click=move |_| studio.restore_deleted()>
                    {words::UNDO}
                </button>
                <IconButton icon=Icon::Close name=words::DISMISS press=move |_| studio.forget_deleted() />
            </div>
        })
    }
}
