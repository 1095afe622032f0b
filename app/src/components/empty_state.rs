//! What an empty gallery says: how to begin.

use leptos::prelude::*;

use crate::platform;
use crate::state::studio;

/// Subjects that the built-in model, which has learnt from emoji, draws well.
const EXAMPLES: [&str; 4] = ["a red apple", "a green frog", "an orange cat", "a slice of pizza"];

/// An invitation, with prompts to try.
#[component]
pub(crate) fn EmptyState() -> impl IntoView {
    let studio = studio();
    let examples = EXAMPLES.map(|prompt| {
        view! {
            <button
                type="button"
                class="chip"
                on:click=move |_| {
                    studio.form.prompt.set(prompt.to_owned());
                    studio.generate();
                    // The examples go, and the focus with them.
                    platform::focus("prompt");
                }
            >
                {prompt}
            </button>
        }
    });
    view! {
        <div class="empty-state">
            <img src="icon.svg" alt="" width="72" height="72" />
            <h3>"Nothing here yet"</h3>
            <p>
                "Describe a picture and press " <strong>"Generate"</strong>
                ". Add a source image first to paint over it. Everything is made and kept on this device."
            </p>
            <div class="chips" role="group" aria-label="Examples">{examples}</div>
        </div>
    }
}
