//! **Width** and **Height**, and presets of their proportion.

use leptos::prelude::*;

use super::field::{NumberField, NumberHints};
use super::icon::Icon;
use super::icon_button::IconButton;
use super::notice::NoticeAt;
use crate::state::{ASPECTS, Place, studio};
use crate::words::settings as words;

// Arrow keys move by what every latent model takes; the model's own multiple is checked on **Generate**.
const SIDE: NumberHints = NumberHints { min: "8", max: "4096", step: "8" };

/// The picture's size, and in words why it differs from the source's.
#[component]
pub(crate) fn SizeFields() -> impl IntoView {
    let studio = studio();
    view! {
        <div class="field">
            <div class="columns">
                <NumberField
                    id="width"
                    label=words::WIDTH
                    value=studio.form.width_px
                    hints=SIDE
                    place=Place::Size
                    shares_place=true
                />
                <NumberField
                    id="height"
                    label=words::HEIGHT
                    value=studio.form.height_px
                    hints=SIDE
                    place=Place::Size
                    shares_place=true
                />
            </div>
            <AspectField />
            {move || studio.size_note().map(|note| view! { <p class="hint" aria-live="polite">{note}</p> })}
            <NoticeAt place=Place::Size />
        </div>
    }
}

/// **Aspect preset**, which shows what the size is, and the other way round.
#[component]
fn AspectField() -> impl IntoView {
    let studio = studio();
    let chosen = Memo::new(move |_| studio.aspect());
    let options = ASPECTS.map(|aspect| {
        view! {
            <option value=aspect.name prop:selected=move || chosen.get() == Some(aspect)>{aspect.name}</option>
        }
    });
    let choose = move |event: leptos::ev::Event| {
        let name = event_target_value(&event);
        if let Some(aspect) = ASPECTS.into_iter().find(|aspect| aspect.name == name) {
            studio.use_aspect(aspect);
        }
    };
    view! {
        <div class="aspect">
            <label for="aspect">{words::ASPECT}</label>
            <select id="aspect" on:change=choose>
                <option value="" prop:selected=move || chosen.get().is_none()>{words::CUSTOM}</option>
                {options}
            </select>
            <IconButton icon=Icon::Swap name=words::SWAP press=move |_| studio.swap_sides() />
        </div>
    }
}
