//! A deleted picture can be brought back for a while.

use std::time::Duration;

use leptos::prelude::*;

use crate::state::studio;

const WHILE: Duration = Duration::from_secs(12);

/// Appears after **Delete**.
#[component]
pub(crate) fn UndoBar() -> impl IntoView {
    let studio = studio();
    Effect::new(move |_| {
        let deleted = studio.library.deleted.get()?;
        let forget = set_timeout_with_handle(move || studio.forget_deleted(), WHILE).ok();
        on_cleanup(move || {
            if let Some(forget) = forget {
                forget.clear();
            }
        });
        Some(deleted.record.id)
    });
    move || {
        studio.library.deleted.get().map(|_| {
            view! {
                <div class="undo-bar" role="status">
                    <p>"Picture deleted."</p>
                    <button type="button" on:click=move |_| studio.restore_deleted()>"Undo"</button>
                </div>
            }
        })
    }
}
