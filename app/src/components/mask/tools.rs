//! The brush's controls, and what is done to the whole mask.

use leptos::prelude::*;
use masks::{Editor, Tool};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::commands::Desk;
use crate::components::icon::Icon;
use crate::state::BrushForm;
use crate::words::mask as words;

const TOOLS: [(Tool, &str, Icon); 2] =
    [(Tool::Brush, words::BRUSH, Icon::Brush), (Tool::Eraser, words::ERASER, Icon::Eraser)];

/// **Brush** and **Eraser**, of which one is chosen.
#[component]
pub(super) fn ToolChoice(desk: Desk) -> impl IntoView {
    let tool = desk.studio.mask.brush.tool;
    let choices = TOOLS.map(|(of, name, icon)| {
        view! {
            <label class="segment">
                <input type="radio" name="mask-tool" prop:checked=move || tool.get() == of on:change=move |_| tool.set(of) />
                {icon.draw()}
                <span>{name}</span>
            </label>
        }
    });
    view! { <div class="segments" role="radiogroup" aria-label=words::TOOL>{choices}</div> }
}

/// **Brush size**, **Hardness**, **Opacity**, and whether pressure counts.
#[component]
pub(super) fn BrushControls(desk: Desk) -> impl IntoView {
    let mask = desk.studio.mask;
    let brush = mask.brush;
    let size = move || mask.size();
    let size_px = Signal::derive(move || size().map_or(1.0, |size| brush.size_px(size)));
    let most_px = Signal::derive(move || size().map_or(1.0, BrushForm::most_px));
    let set_size = move |px: f64| {
        if let Some(size) = untrack(size) {
            brush.set_size_px(px, size);
        }
    };
    let in_percent = |share: RwSignal<f64>| Signal::derive(move || (share.get() * 100.0).round());
    let text = |share: RwSignal<f64>| Signal::derive(move || words::percent(share.get()));
    view! {
        <Slider
            id="brush-size"
            name=words::SIZE
            value=size_px
            most=most_px
            text=Signal::derive(move || words::pixels(size_px.get()))
            set=Callback::new(set_size)
        />
        <Slider
            id="brush-hardness"
            name=words::HARDNESS
            least=0.0
            value=in_percent(brush.hardness)
            text=text(brush.hardness)
            set=Callback::new(move |percent: f64| brush.hardness.set(percent / 100.0))
        />
        <Slider
            id="brush-opacity"
            name=words::OPACITY
            value=in_percent(brush.opacity)
            text=text(brush.opacity)
            set=Callback::new(move |percent: f64| brush.opacity.set(percent / 100.0))
        />
        <Check name=words::PRESSURE checked=brush.pressure />
        <Check name=words::ALONE checked=desk.alone />
    }
}

/// A range with its value in words.
#[component]
fn Slider(
    id: &'static str,
    name: &'static str,
    #[prop(default = 1.0)] least: f64,
    #[prop(into, default = Signal::from(100.0))] most: Signal<f64>,
    value: Signal<f64>,
    text: Signal<String>,
    set: Callback<f64>,
) -> impl IntoView {
    view! {
        <div class="field">
            <div class="label-row">
                <label for=id>{name}</label>
                <output for=id>{text}</output>
            </div>
            <input
                id=id
                class="slider"
                type="range"
                min=least
                max=most
                step="1"
                prop:value=move || value.get().to_string()
                aria-valuetext=text
                on:input=move |event| {
                    if let Ok(value) = event_target_value(&event).parse() {
                        set.run(value);
                    }
                }
            />
        </div>
    }
}

#[component]
fn Check(name: &'static str, checked: RwSignal<bool>) -> impl IntoView {
    view! {
        <label class="check">
            <input
                type="checkbox"
                prop:checked=checked
                on:change=move |event| checked.set(event_target_checked(&event))
            />
            <span>{name}</span>
        </label>
    }
}

/// **Undo**, **Redo**, **Clear mask**, **Invert mask**, **Import mask** and **Export mask**.
#[component]
pub(super) fn MaskActions(desk: Desk) -> impl IntoView {
    let mask = desk.studio.mask;
    let cannot = move |can: fn(&Editor) -> bool| move || mask.look(can) != Some(true);
    view! {
        <div class="mask-actions">
            <button type="button" title="Ctrl+Z" disabled=cannot(Editor::can_undo) on:click=move |_| desk.undo()>
                {Icon::Undo.draw()}
                {words::UNDO}
            </button>
            <button type="button" title="Ctrl+Y" disabled=cannot(Editor::can_redo) on:click=move |_| desk.redo()>
                {Icon::Redo.draw()}
                {words::REDO}
            </button>
            <button type="button" on:click=move |_| desk.clear()>
                {Icon::Trash.draw()}
                {words::CLEAR}
            </button>
            <button type="button" title="Ctrl+I" on:click=move |_| desk.invert()>
                {Icon::Contrast.draw()}
                {words::INVERT}
            </button>
            <ImportMask desk />
            <button type="button" on:click=move |_| desk.studio.export_mask()>
                {Icon::Download.draw()}
                {words::EXPORT}
            </button>
        </div>
    }
}

/// A button that asks for a PNG.
#[component]
fn ImportMask(desk: Desk) -> impl IntoView {
    let choose = move |event: leptos::ev::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let Some(input) = input else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            desk.studio.take_mask(file.into());
        }
        // So that choosing the same file again is a change again.
        input.set_value("");
    };
    view! {
        <label class="button file-button">
            {Icon::File.draw()}
            {words::IMPORT}
            <input type="file" aria-label=words::IMPORT accept="image/png" on:change=choose />
        </label>
    }
}
