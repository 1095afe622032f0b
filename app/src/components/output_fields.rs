//! **Images** and **Output format**: how many pictures, and what a downloaded one is written as.

use leptos::prelude::*;

use super::field::{NumberField, NumberHints};
use super::notice::NoticeAt;
use crate::state::{OutputFormat, Place, studio};
use crate::words::settings as words;

const IMAGES: NumberHints = NumberHints { min: "1", max: "64", step: "1" };

/// The two, and the quality of a format that has one.
#[component]
pub(crate) fn OutputFields() -> impl IntoView {
    let form = studio().form;
    let options = OutputFormat::ALL.map(|format| {
        view! {
            <option value=format.name() prop:selected=move || form.output_format.get() == format>{format.name()}</option>
        }
    });
    let choose = move |event: leptos::ev::Event| {
        let name = event_target_value(&event);
        if let Some(format) = OutputFormat::ALL.into_iter().find(|format| format.name() == name) {
            form.output_format.set(format);
        }
    };
    view! {
        <div class="columns">
            <NumberField id="images" label=words::IMAGES value=form.images hints=IMAGES place=Place::Images />
            <div class="field">
                <label for="output-format">{words::OUTPUT}</label>
                <select id="output-format" title=words::PNG_ALONE on:change=choose>{options}</select>
            </div>
        </div>
        <NoticeAt place=Place::Images />
        <div class="field" hidden=move || !form.output_format.get().has_quality()>
            <div class="label-row">
                <label for="output-quality">{words::QUALITY}</label>
                <output for="output-quality">{move || form.output_quality.get()}</output>
            </div>
            <input
                id="output-quality"
                class="slider"
                type="range"
                min="1"
                max="100"
                prop:value=move || form.output_quality.get().to_string()
                aria-describedby="output-hint"
                on:input=move |event| {
                    if let Ok(quality) = event_target_value(&event).parse() {
                        form.output_quality.set(quality);
                    }
                }
            />
            <p id="output-hint" class="hint">{words::PNG_ALONE}</p>
        </div>
    }
}
