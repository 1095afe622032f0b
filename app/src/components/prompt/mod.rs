//! What to draw, and what to steer away from: the two texts, and what helps to write them.

mod counter;
mod helper;
mod history;
mod style_field;
mod styles;
mod tips;

use leptos::prelude::*;

pub(crate) use history::HistoryDrawer;
pub(crate) use styles::StylesDrawer;

use super::frame::DrawerKind;
use super::icon::Icon;
use super::icon_button::IconButton;
use super::notice::{NoticeAt, sentence_id};
use crate::state::{Place, studio};
use crate::words::prompt as words;
use counter::TokenCounter;
use helper::Helper;
use style_field::StyleField;
use tips::ModelTips;

/// **Prompt** and **Negative prompt**, how they are read, and their tools.
#[component]
pub(crate) fn PromptFields() -> impl IntoView {
    let studio = studio();
    let prompt = studio.form.prompt;
    let helping = RwSignal::new(false);
    view! {
        <div class="field">
            <div class="label-row prompt-head">
                <label for="prompt">{words::PROMPT}</label>
                <PromptTools helping />
            </div>
            <textarea
                id="prompt"
                rows="3"
                placeholder=words::PROMPT_EXAMPLE
                prop:value=prompt
                aria-invalid=move || studio.notices.at(Place::Prompt).is_some().then_some("true")
                aria-describedby=format!("prompt-tokens {}", sentence_id(Place::Prompt))
                on:input=move |event| {
                    prompt.set(event_target_value(&event));
                    studio.notices.clear(Place::Prompt);
                }
            ></textarea>
            <TokenCounter id="prompt-tokens" counted=studio.prompts.tokens.prompt />
            <NoticeAt place=Place::Prompt />
            <Show when=move || helping.get()>
                <Helper />
            </Show>
            <ModelTips />
        </div>
        <NegativePrompt />
        <StyleField />
    }
}

/// The star, the history and the helper.
#[component]
fn PromptTools(helping: RwSignal<bool>) -> impl IntoView {
    let studio = studio();
    let starred = Memo::new(move |_| studio.prompt_is_favourite());
    let star = move |_| {
        let (prompt, negative) =
            (studio.form.prompt.get_untracked(), studio.form.negative_prompt.get_untracked());
        studio.star_prompt(prompt, negative, !starred.get_untracked());
    };
    view! {
        <div class="prompt-tools">
            <IconButton
                icon=Icon::Star
                name=words::FAVOURITE
                class="quiet star"
                pressed=starred
                refusal=Signal::derive(move || studio.form.prompt.with(|prompt| prompt.trim().is_empty()).then_some(words::NO_PROMPT))
                press=star
            />
            <IconButton
                icon=Icon::Clock
                name=words::HISTORY
                class="quiet"
                press=move |_| studio.open_drawer(DrawerKind::PromptHistory)
            />
            <IconButton
                icon=Icon::Quill
                name=words::HELPER
                class="quiet"
                attr:aria-expanded=move || helping.get().to_string()
                attr:aria-controls="prompt-helper"
                press=move |_| helping.update(|helping| *helping = !*helping)
            />
        </div>
    }
}

/// **Negative prompt** and **Prompt weights**.
#[component]
fn NegativePrompt() -> impl IntoView {
    let studio = studio();
    let (negative_prompt, weights) = (studio.form.negative_prompt, studio.form.prompt_weights);
    // Guidance of 1 is one pass a step, of the prompt alone.
    let unheard = Memo::new(move |_| {
        let scale = studio.form.guidance_scale.get().trim().parse::<f64>();
        !negative_prompt.get().trim().is_empty() && scale.is_ok_and(|scale| scale <= 1.0)
    });
    view! {
        <div class="field">
            <label for="negative-prompt">{words::NEGATIVE}</label>
            <textarea
                id="negative-prompt"
                rows="1"
                placeholder=words::NEGATIVE_EXAMPLE
                prop:value=negative_prompt
                aria-describedby="negative-prompt-tokens"
                on:input=move |event| negative_prompt.set(event_target_value(&event))
            ></textarea>
            <TokenCounter id="negative-prompt-tokens" counted=studio.prompts.tokens.negative_prompt />
            <Show when=move || unheard.get()>
                <p class="hint" role="status">{words::NEGATIVE_UNHEARD}</p>
            </Show>
            <div class="hint hint-row">
                <label class="check">
                    <input
                        type="checkbox"
                        aria-describedby="prompt-weights"
                        prop:checked=weights
                        on:change=move |event| weights.set(event_target_checked(&event))
                    />
                    <span>{words::WEIGHTS}</span>
                </label>
                <span id="prompt-weights">{words::WEIGHTS_SYNTAX}</span>
            </div>
        </div>
    }
}
