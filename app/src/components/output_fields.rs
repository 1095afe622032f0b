//! **Images** and **Output format**: how many pictures, and what a downloaded one is written as.

use leptos::prelude::*;
use protocol::{TraceColors, TraceDetail};

use super::field::{NumberField, NumberHints};
use super::notice::NoticeAt;
use crate::state::{OutputFormat, Place, studio};
use crate::words::settings as words;

const COLORS: [TraceColors; 3] = [TraceColors::Few, TraceColors::Some, TraceColors::Many];
const DETAILS: [TraceDetail; 3] = [TraceDetail::Coarse, TraceDetail::Medium, TraceDetail::Fine];

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
        <TraceFields />
    }
}

/// How pictures are drawn, while **Output format** is SVG.
#[component]
fn TraceFields() -> impl IntoView {
    let form = studio().form;
    let colors =
        trace_field("trace-colors", words::TRACE_COLORS, COLORS, words::trace_colors, form.trace_colors);
    let detail =
        trace_field("trace-detail", words::TRACE_DETAIL, DETAILS, words::trace_detail, form.trace_detail);
    view! {
        <div class="field" hidden=move || form.output_format.get() != OutputFormat::Svg>
            <div class="columns">{colors} {detail}</div>
            <p id="trace-hint" class="hint">{words::TRACED}</p>
        </div>
    }
}

/// One of a few, by its name.
fn trace_field<T: Copy + PartialEq + Send + Sync + 'static>(
    id: &'static str,
    label: &'static str,
    choices: [T; 3],
    name: fn(T) -> &'static str,
    chosen: RwSignal<T>,
) -> impl IntoView {
    let options = choices.map(|choice| {
        let name = name(choice);
        view! { <option value=name prop:selected=move || chosen.get() == choice>{name}</option> }
    });
    let choose = move |event: leptos::ev::Event| {
        let picked = event_target_value(&event);
        let found = choices.into_iter().find(|choice| name(*choice) == picked);
        found.into_iter().for_each(|choice| chosen.set(choice));
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <select id=id aria-describedby="trace-hint" on:change=choose>{options}</select>
        </div>
    }
}
