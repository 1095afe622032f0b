//! A labelled text or number box.

use leptos::{html, prelude::*};

use super::notice::sentence_id;
use crate::state::{Place, studio};

/// How a number is to be typed; the rules themselves are checked when a picture is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NumberHints {
    pub min: &'static str,
    pub max: &'static str,
    pub step: &'static str,
}

/// A number box. `id` names it in the page, `place` is where it is answered. Where that is also the place of other controls
/// (`shares_place`), only a sentence that begins with the label is about it.
#[component]
pub(crate) fn NumberField(
    id: &'static str,
    label: &'static str,
    value: RwSignal<String>,
    hints: NumberHints,
    place: Place,
    #[prop(optional)] shares_place: bool,
) -> impl IntoView {
    let notices = studio().notices;
    let is_wrong =
        move || notices.at(place).is_some_and(|notice| !shares_place || notice.sentence.starts_with(label));
    let input = NodeRef::<html::Input>::new();
    // Written only when it differs: writing into a box in which "2." stands, on the way to "2.5", moves the caret.
    Effect::new(move |_| {
        let text = value.get();
        if let Some(input) = input.get().filter(|input| input.value() != text) {
            input.set_value(&text);
        }
    });
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input
                id=id
                type="number"
                inputmode="decimal"
                min=hints.min
                max=hints.max
                step=hints.step
                node_ref=input
                aria-invalid=move || is_wrong().then_some("true")
                aria-describedby=move || is_wrong().then(|| sentence_id(place))
                on:input=move |event| {
                    value.set(event_target_value(&event));
                    notices.clear(place);
                }
            />
        </div>
    }
}
