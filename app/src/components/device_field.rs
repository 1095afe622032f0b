//! **Device**: where pictures are made.

use leptos::prelude::*;
use protocol::DeviceChoice;

use super::notice::NoticeAt;
use super::select::{Select, among, names};
use crate::state::{Place, studio};

const CHOICES: [(DeviceChoice, &str); 3] =
    [(DeviceChoice::Auto, "Automatic"), (DeviceChoice::Gpu, "GPU"), (DeviceChoice::Cpu, "CPU")];

/// The choice, and which device that means here.
#[component]
pub(crate) fn DeviceField() -> impl IntoView {
    let studio = studio();
    let device = studio.form.device;
    let choices = CHOICES.map(|(choice, _)| choice);
    let (chosen, choose) = among(
        choices,
        move || device.get(),
        move |choice| {
            studio.notices.clear(Place::Device);
            studio.choose_device(choice);
        },
    );
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
            <Select
                names=names(CHOICES.map(|(_, name)| name))
                chosen
                choose
                attr:id="device"
                attr:aria-describedby="device-used"
            />
            {used}
            <NoticeAt place=Place::Device />
        </div>
    }
}
