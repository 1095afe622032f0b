//! **Device**: where pictures are made.

use leptos::prelude::*;
use protocol::DeviceChoice;

use super::notice::NoticeAt;
use crate::state::{Place, studio};

const CHOICES: [(DeviceChoice, &str, &str); 3] = [
    (DeviceChoice::Auto, "auto", "Automatic"),
    (DeviceChoice::Gpu, "gpu", "GPU"),
    (DeviceChoice::Cpu, "cpu", "CPU"),
];

/// The choice, and which device that means here.
#[component]
pub(crate) fn DeviceField() -> impl IntoView {
    let studio = studio();
    let device = studio.form.device;
    let options = CHOICES.map(|(choice, value, name)| {
        view! { <option value=value prop:selected=move || device.get() == choice>{name}</option> }
    });
    let choose = move |event: leptos::ev::Event| {
        let chosen = event_target_value(&event);
        if let Some((choice, ..)) = CHOICES.iter().find(|(_, value, _)| *value == chosen) {
            studio.notices.clear(Place::Device);
            studio.choose_device(*choice);
        }
    };
    let used = move || {
        studio.session.device.get().map(|info| {
            let note = info.note.map(|note| view! { " " <span class="device-note">{note}</span> });
            view! {
                <p class="hint" id="device-used" data-gpu=info.gpu.to_string()>
                    {info.name} {note}
                </p>
            }
        })
    };
    view! {
        <div class="field">
            <label for="device">"Device"</label>
            <select id="device" aria-describedby="device-used" on:change=choose>
                {options}
            </select>
            {used}
            <NoticeAt place=Place::Device />
        </div>
    }
}
