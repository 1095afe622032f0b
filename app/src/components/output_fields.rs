//! **Images** and **Output format**: how many pictures, and what a downloaded one is written as.

use leptos::prelude::*;
use protocol::{TraceColors, TraceDetail};

use super::field::{NumberField, NumberHints};
use super::notice::NoticeAt;
use super::select::{Select, SelectField, among, names};
use crate::state::{OutputFormat, Place, studio};
use crate::words::settings as words;

const COLORS: [TraceColors; 3] = [TraceColors::Few, TraceColors::Some, TraceColors::Many];
const DETAILS: [TraceDetail; 3] = [TraceDetail::Coarse, TraceDetail::Medium, TraceDetail::Fine];

const IMAGES: NumberHints = NumberHints { min: "1", max: "64", step: "1" };

/// The two, and the quality of a format that has one.
#[component]
pub(crate) fn OutputFields() -> impl IntoView {
    let form = studio().form;
    let format = form.output_format;
    let (chosen, choose) = among(OutputFormat::ALL, move || format.get(), move |chosen| format.set(chosen));
    view! {
        <div class="columns">
            <NumberField id="images" label=words::IMAGES value=form.images hints=IMAGES place=Place::Images />
            <div class="field">
                <label for="output-format">{words::OUTPUT}</label>
                <Select
                    names=names(OutputFormat::ALL.map(OutputFormat::name))
                    chosen
                    choose
                    attr:id="output-format"
                    attr:title=words::PNG_ALONE
                />
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
    let colors = among(COLORS, move || form.trace_colors.get(), move |colors| form.trace_colors.set(colors));
    let detail = among(DETAILS, move || form.trace_detail.get(), move |detail| form.trace_detail.set(detail));
    view! {
        <div class="field" hidden=move || form.output_format.get() != OutputFormat::Svg>
            <div class="columns">
                <SelectField
                    id="trace-colors"
                    label=words::TRACE_COLORS
                    names=names(COLORS.map(words::trace_colors))
                    chosen=colors.0
                    choose=colors.1
                    hint="trace-hint"
                />
                <SelectField
                    id="trace-detail"
                    label=words::TRACE_DETAIL
                    names=names(DETAILS.map(words::trace_detail))
                    chosen=detail.0
                    choose=detail.1
                    hint="trace-hint"
                />
            </div>
            <p id="trace-hint" class="hint">{words::TRACED}</p>
        </div>
    }
}
