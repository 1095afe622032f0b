//! **Prompt helper**: four questions whose answers become a prompt.

use leptos::prelude::*;
use prompts::Parts;

use crate::state::studio;
use crate::words::prompt as words;

/// One of the questions.
struct Question {
    id: &'static str,
    /// Its name and an example of an answer.
    words: (&'static str, &'static str),
    ideas: &'static [&'static str],
    answer: fn(&mut Parts) -> &mut String,
}

const QUESTIONS: [Question; 4] = [
    Question { id: "keep", words: words::KEEP, ideas: &[], answer: |parts| &mut parts.keep },
    Question { id: "change", words: words::CHANGE, ideas: &[], answer: |parts| &mut parts.change },
    Question {
        id: "part-style",
        words: words::STYLE,
        ideas: &words::STYLE_IDEAS,
        answer: |parts| &mut parts.style,
    },
    Question {
        id: "quality",
        words: words::QUALITY,
        ideas: &words::QUALITY_IDEAS,
        answer: |parts| &mut parts.quality,
    },
];

/// The questions, the prompt that they make, and the button that uses it.
#[component]
pub(super) fn Helper() -> impl IntoView {
    let studio = studio();
    let parts = studio.prompts.parts;
    let composed = Memo::new(move |_| parts.with(Parts::compose));
    let preview = move || match composed.get() {
        prompt if prompt.is_empty() => words::PARTS_EMPTY.to_owned(),
        prompt => prompt,
    };
    view! {
        <div id="prompt-helper" class="helper" role="group" aria-label=words::HELPER>
            {QUESTIONS.map(|question| view! { <Answer question /> })}
            <p class="helper-preview" class:hint=move || composed.with(String::is_empty) aria-live="polite">{preview}</p>
            <button
                type="button"
                disabled=move || composed.with(String::is_empty)
                on:click=move |_| studio.use_parts()
            >
                {words::USE_PARTS}
            </button>
        </div>
    }
}

/// A question with its box, and ideas that the browser offers as one types.
#[component]
fn Answer(question: Question) -> impl IntoView {
    let parts = studio().prompts.parts;
    let Question { id, words: (name, example), ideas, answer } = question;
    let list = (!ideas.is_empty()).then(|| format!("{id}-ideas"));
    let options = list.clone().map(|list| {
        view! {
            <datalist id=list>{ideas.iter().map(|idea| view! { <option value=*idea></option> }).collect_view()}</datalist>
        }
    });
    // Reading needs no exclusive access, which the one accessor for both asks for.
    let value = move || parts.with(|parts| answer(&mut parts.clone()).clone());
    view! {
        <label for=id>{name}</label>
        <input
            id=id
            type="text"
            autocomplete="off"
            list=list
            placeholder=example
            prop:value=value
            on:input=move |event| parts.update(|parts| *answer(parts) = event_target_value(&event))
        />
        {options}
    }
}
