//! What to draw, and what to steer away from.

use leptos::prelude::*;

use super::notice::NoticeAt;
use crate::state::{Place, studio};

/// **Prompt** and **Negative prompt**, and how they are read.
#[component]
pub(crate) fn PromptFields() -> impl IntoView {
    let studio = studio();
    let (prompt, negative_prompt) = (studio.form.prompt, studio.form.negative_prompt);
    let weights = studio.form.prompt_weights;
    view! {
        <div class="field">
            <label for="prompt">"Prompt"</label>
            <textarea
                id="prompt"
                rows="3"
                placeholder="a red apple"
                prop:value=prompt
                aria-invalid=move || studio.notices.at(Place::Prompt).is_some().then_some("true")
                on:input=move |event| {
                    prompt.set(event_target_value(&event));
                    studio.notices.clear(Place::Prompt);
                }
            ></textarea>
            <NoticeAt place=Place::Prompt />
        </div>
        <div class="field">
            <label for="negative-prompt">"Negative prompt"</label>
            <textarea
                id="negative-prompt"
                rows="1"
                placeholder="what to avoid"
                prop:value=negative_prompt
                on:input=move |event| negative_prompt.set(event_target_value(&event))
            ></textarea>
            <div class="hint hint-row">
                <label class="check">
                    <input
                        type="checkbox"
                        aria-describedby="prompt-weights"
                        prop:checked=weights
                        on:change=move |event| weights.set(event_target_checked(&event))
                    />
                    <span>"Prompt weights"</span>
                </label>
                <span id="prompt-weights">"(more:1.3) [less]"</span>
            </div>
        </div>
    }
}
