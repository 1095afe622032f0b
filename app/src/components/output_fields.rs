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
    let (colors, detail) = (form.trace_colors, form.trace_detail);
    let color_options = COLORS.map(|choice| {
        let name = words::trace_colors(choice);
        view! { <option value=name prop:selected=move || colors.get() == choice>{name}</option> }
    });
    let detail_options = DETAILS.map(|choice| {
        let name = words::trace_detail(choice);
        view! { <option value=name prop:selected=move || detail.get() == choice>{name}</option> }
    });
    let choose_colors = move |event: leptos::ev::Event| {
        let name = event_target_value(&event);
        let chosen = COLORS.into_iter().find(|choice| words::trace_colors(*choice) == name);
        chosen.into_iter().for_each(|choice| colors.set(choice));
    };
    let choose_detail = move |event: leptos::ev::Event| {
        let name = event_target_value(&event);
        let chosen = DETAILS.into_iter().find(|choice| words::trace_detail(*choice) == name);
        chosen.into_iter().for_each(|choice| detail.set(choice));
    };
    view! {
        <div class="field" hidden=move || form.output_format.get() != OutputFormat::Svg>
            <div class="columns">
                <div class="field">
                    <label for="trace-colors">{words::TRACE_COLORS}</label>
                    <select id="trace-colors" aria-describedby="trace-hint" on:change=choose_colors>{color_options}</select>
                </div>
                <div class="field">
                    <label for="trace-detail">{words::TRACE_DETAIL}</label>
                    <select id="trace-detail" aria-describedby="trace-hint" on:change=choose_detail>{detail_options}</select>
                </div>
            </div>
            <p id="trace-hint" class="hint">{words::TRACED}</p>
        </div>
    }
}
