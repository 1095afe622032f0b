//! **Notify me when a picture is ready**, and why that is not possible.

use leptos::prelude::*;

use crate::state::studio;
use crate::words::run as words;

/// Off until it is ticked: only then does the browser ask.
#[component]
pub(crate) fn NotifyField() -> impl IntoView {
    let studio = studio();
    let run = studio.run;
    let refused =
        move || run.refusal.get().map(|why| view! { <p class="hint" role="alert">{words::refused(why)}</p> });
    view! {
        <div class="field notify">
            <label class="check">
                <input
                    type="checkbox"
                    aria-describedby="notify-hint"
                    prop:checked=run.notify
                    on:change=move |event| studio.choose_notify(event_target_checked(&event))
                />
                <span>{words::NOTIFY}</span>
            </label>
            <p id="notify-hint" class="hint">{words::NOTIFY_HINT}</p>
            {refused}
        </div>
    }
}
