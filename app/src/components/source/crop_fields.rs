//! The crop in numbers, and what it is held to.

use leptos::prelude::*;
use sources::Crop;

use super::editor::{Editing, Hold};
use crate::components::select::{Select, among};
use crate::words::source as words;

fn name(hold: Hold) -> String {
    match hold {
        Hold::Free => words::FREE.to_owned(),
        Hold::AsOriginal => words::AS_ORIGINAL.to_owned(),
        Hold::AsResult => words::AS_RESULT.to_owned(),
        Hold::Ratio(across, down) => format!("{across} : {down}"),
    }
}

/// **Proportions**, and the crop's place and size in pixels.
#[component]
pub(super) fn CropFields(editing: Editing) -> impl IntoView {
    let (chosen, choose) = among(Hold::ALL, move || editing.hold.get(), move |hold| editing.hold_to(hold));
    let number = |id: &'static str, label: &'static str, get: fn(Crop) -> u32, set: fn(&mut Crop, u32)| {
        view! { <CropNumber editing id label get set /> }
    };
    view! {
        <div class="crop-numbers">
            <div class="field crop-hold">
                <label for="crop-hold">{words::PROPORTIONS}</label>
                <Select names=Hold::ALL.map(name).to_vec() chosen choose attr:id="crop-hold" />
            </div>
            {number("crop-left", words::LEFT, |crop| crop.x, |crop, px| crop.x = px)}
            {number("crop-top", words::TOP, |crop| crop.y, |crop, px| crop.y = px)}
            {number("crop-width", words::CROP_WIDTH, |crop| crop.width, |crop, px| crop.width = px)}
            {number("crop-height", words::CROP_HEIGHT, |crop| crop.height, |crop, px| crop.height = px)}
        </div>
    }
}

/// One number of the crop. A typed one is brought inside the picture, and ends being held to proportions that it
/// does not have.
#[component]
fn CropNumber(
    editing: Editing,
    id: &'static str,
    label: &'static str,
    get: fn(Crop) -> u32,
    set: fn(&mut Crop, u32),
) -> impl IntoView {
    let value = move || get(editing.edit.get().kept(editing.own_px)).to_string();
    let change = move |event| {
        let Ok(px) = event_target_value(&event).trim().parse::<u32>() else {
            // Nothing was typed that could be used: what stands is shown again.
            editing.edit.update(|_| {});
            return;
        };
        editing.edit.update(|edit| {
            let kept = edit.kept(editing.own_px);
            let mut crop = kept;
            set(&mut crop, px);
            // Moved against an edge it becomes smaller, or what keeps all of the picture could not be moved at all.
            if (crop.x, crop.y) != (kept.x, kept.y) {
                crop = crop.cut_off(edit.turned_px(editing.own_px));
            }
            *edit = edit.cropped(crop, editing.own_px);
        });
        let edit = editing.edit.get_untracked();
        let kept = edit.kept(editing.own_px);
        if kept.held_to(untrack(|| editing.proportions()), edit.turned_px(editing.own_px)) != kept {
            editing.hold.set(Hold::Free);
        }
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input id=id type="number" min="0" step="1" inputmode="numeric" prop:value=value on:change=change />
        </div>
    }
}
