//! What to draw, and what to steer away from.

use leptos::prelude::*;

use super::notice::NoticeAt;
use crate::state::{Place, studio};

/// **Prompt** and **Negative prompt**.
#[component]
pub(crate) fn PromptFields() -> impl IntoView {
    let studio = studio();
    let (prompt, negative_prompt) = (studio.form.prompt, studio.form.negative_prompt);
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
        </div>
    }
}
