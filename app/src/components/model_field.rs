//! **Model**: choose one, delete one; beside it, what imports one.

use leptos::prelude::*;
use protocol::ModelId;

use super::DrawerKind;
use super::icon::Icon;
use super::icon_button::IconButton;
use super::import_model::ImportModel;
use super::notice::NoticeAt;
use crate::state::{Kind, Place, studio};
use crate::words::models;

const MEGABYTE: f64 = 1e6;

/// The models at hand.
#[component]
pub(crate) fn ModelField() -> impl IntoView {
    let studio = studio();
    let model = studio.form.model;
    let options = move || {
        studio
            .session
            .models
            .get()
            .into_iter()
            .map(|info| {
                let id = info.id.clone();
                view! {
                    <option value=info.id.0 prop:selected=move || model.get() == id>
                        {info.name}
                    </option>
                }
            })
            .collect_view()
    };
    view! {
        <div class="field">
            <div class="label-row">
                <label for="model">"Model"</label>
                <button type="button" class="quiet label-button" on:click=move |_| studio.open_drawer(DrawerKind::Models)>
                    {Icon::Download.draw()}
                    {models::MORE}
                </button>
            </div>
            <div class="with-button">
                <select
                    id="model"
                    on:change=move |event| {
                        studio.notices.clear(Place::Model);
                        studio.choose_model(&ModelId(event_target_value(&event)));
                    }
                >
                    {options}
                </select>
                <DeleteModel />
            </div>
            <ImportModel />
            <p class="hint">{models::IMPORT_HINT}</p>
            <ImportProgress kind=Kind::Model />
            <NoticeAt place=Place::Model />
        </div>
    }
}

/// How far an import has come.
#[component]
pub(crate) fn ImportProgress(kind: Kind) -> impl IntoView {
    let studio = studio();
    move || {
        studio.session.importing.get().filter(|importing| importing.kind == kind).map(|importing| {
            let done = importing.done_bytes as f64 / MEGABYTE;
            let total = importing.total_bytes as f64 / MEGABYTE;
            view! {
                <p class="hint" role="status">
                    {format!("Importing “{}”: {done:.0} of {total:.0} MB", importing.name)}
                </p>
            }
        })
    }
}

/// Deletes the chosen model, after a question, if it is an imported one that no picture is waiting for.
#[component]
fn DeleteModel() -> impl IntoView {
    let studio = studio();
    move || {
        let model = studio.model().filter(|model| model.id != ModelId::builtin())?;
        let busy = studio.uses_model(&model.id);
        let delete = move |_| {
            let question = format!("Delete the model “{}” from this browser?", model.name);
            if window().confirm_with_message(&question).unwrap_or_default() {
                studio.delete_model(model.id.clone());
            }
        };
        Some(view! {
            <IconButton icon=Icon::Trash name="Delete model" refusal=busy.then_some(models::NEEDED) press=delete />
        })
    }
}
