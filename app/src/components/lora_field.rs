//! **LoRA**: import some, choose among them, and how much of each.

use leptos::prelude::*;
use protocol::LoraInfo;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::icon::Icon;
use super::icon_button::IconButton;
use super::model_field::ImportProgress;
use super::notice::NoticeAt;
use crate::state::{Kind, LEAST_SCALE, MOST_SCALE, Place, SCALE_STEP, studio};
use crate::words::models;

/// One quiet line, and below it a line for every LoRA that is stored.
#[component]
pub(crate) fn LoraField() -> impl IntoView {
    let studio = studio();
    let loras = move || studio.session.loras.get().unwrap_or_default();
    view! {
        <div class="field" role="group" aria-labelledby="loras">
            <div class="label-row">
                <span class="field-label" id="loras">"LoRA"</span>
                <ImportLora />
            </div>
            <ul class="loras" hidden=move || loras().is_empty()>
                <For each=loras key=|lora| (lora.id.clone(), lora.hash.clone()) let:lora>
                    <LoraRow lora />
                </For>
            </ul>
            <ImportProgress kind=Kind::Lora />
            <NoticeAt place=Place::Lora />
        </div>
    }
}

/// Asks for a file.
#[component]
fn ImportLora() -> impl IntoView {
    let studio = studio();
    let changed = move |event: leptos::ev::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let Some(input) = input else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            studio.import_lora(file);
        }
        input.set_value("");
    };
    view! {
        <label class="button quiet file-button label-button" title="Import LoRA: a .safetensors file">
            {Icon::File.draw()}
            "Import LoRA"
            <input
                type="file"
                aria-label="Import LoRA"
                accept=".safetensors"
                prop:disabled=move || studio.session.importing.with(Option::is_some)
                on:change=changed
            />
        </label>
    }
}

/// A LoRA: on or off, how much of it, and away with it after a question, unless a picture is waiting for it.
#[component]
fn LoraRow(lora: LoraInfo) -> impl IntoView {
    let studio = studio();
    let LoraInfo { id, name, .. } = lora;
    let id = StoredValue::new(id);
    let state = Memo::new(move |_| studio.lora(&id.get_value()));
    let question = format!("Delete the LoRA “{name}” from this browser?");
    let delete = move |_| {
        if window().confirm_with_message(&question).unwrap_or_default() {
            studio.delete_lora(id.get_value());
        }
    };
    let delete_name = format!("Delete LoRA {name}");
    view! {
        <li class="lora" class:off=move || !state.get().1>
            <label class="check" title=name.clone()>
                <input
                    type="checkbox"
                    prop:checked=move || state.get().1
                    on:change=move |event| {
                        studio.set_lora(&id.get_value(), state.get_untracked().0, event_target_checked(&event));
                    }
                />
                <span>{name.clone()}</span>
            </label>
            <input
                type="range"
                class="scale"
                aria-label=format!("Scale of {name}")
                min=LEAST_SCALE
                max=MOST_SCALE
                step=SCALE_STEP
                prop:value=move || state.get().0.to_string()
                prop:disabled=move || !state.get().1
                on:input=move |event| {
                    if let Ok(scale) = event_target_value(&event).parse() {
                        studio.set_lora(&id.get_value(), scale, true);
                    }
                }
            />
            <span class="hint" aria-hidden="true">{move || format!("{:.2}", state.get().0)}</span>
            <IconButton
                icon=Icon::Trash
                name=delete_name
                class="quiet"
                refusal=Signal::derive(move || studio.uses_lora(&id.get_value()).then_some(models::NEEDED))
                press=delete
            />
        </li>
    }
}
