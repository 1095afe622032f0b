//! **Source size**: which size the source gives the picture, and how it comes to it.

use leptos::prelude::*;

use crate::state::{FitChoice, studio};
use crate::words::source as words;

fn name(choice: FitChoice) -> &'static str {
    match choice {
        FitChoice::Original => words::FIT_ORIGINAL,
        FitChoice::Inside => words::FIT_INSIDE,
        FitChoice::Crop => words::FIT_CROP,
        FitChoice::Pad => words::FIT_PAD,
    }
}

/// There only with a source. Says so when width and height were typed and would stretch it.
#[component]
pub(super) fn FitField() -> impl IntoView {
    let studio = studio();
    let choice = studio.form.source_fit;
    let there = Memo::new(move |_| studio.source.size_px().is_some());
    let stretched = Memo::new(move |_| studio.stretches_source());
    let choose = move |event| {
        let index = event_target_value(&event).parse::<usize>().ok();
        if let Some(&chosen) = index.and_then(|index| FitChoice::ALL.get(index)) {
            choice.set(chosen);
        }
    };
    let options = || {
        FitChoice::ALL
            .into_iter()
            .enumerate()
            .map(|(index, choice)| view! { <option value=index>{name(choice)}</option> })
            .collect_view()
    };
    let chosen =
        move || FitChoice::ALL.iter().position(|other| *other == choice.get()).unwrap_or(0).to_string();
    view! {
        <Show when=move || there.get()>
            <div class="field source-fit">
                <label for="source-fit">{words::FIT}</label>
                <select id="source-fit" prop:value=chosen on:change=choose>{options()}</select>
                <p class="hint" aria-live="polite">{move || stretched.get().then_some(words::STRETCHED)}</p>
            </div>
        </Show>
    }
}
