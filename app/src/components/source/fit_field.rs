//! **Source size**: which size the source gives the picture, and how it comes to it.

use leptos::prelude::*;

use crate::components::select::{Select, among, names};
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
    let (chosen, choose) = among(FitChoice::ALL, move || choice.get(), move |chosen| choice.set(chosen));
    view! {
        <Show when=move || there.get()>
            <div class="field source-fit">
                <label for="source-fit">{words::FIT}</label>
                <Select names=names(FitChoice::ALL.map(name)) chosen choose attr:id="source-fit" />
                <p class="hint" aria-live="polite">{move || stretched.get().then_some(words::STRETCHED)}</p>
            </div>
        </Show>
    }
}
