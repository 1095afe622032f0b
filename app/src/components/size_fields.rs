//! **Width** and **Height**.

use leptos::prelude::*;

use super::field::{NumberField, NumberHints};
use super::notice::NoticeAt;
use crate::state::{Place, studio};

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
                    label="Width"
                    value=studio.form.width_px
                    hints=SIDE
                    place=Place::Size
                />
                <NumberField
                    id="height"
                    label="Height"
                    value=studio.form.height_px
                    hints=SIDE
                    place=Place::Size
                />
            </div>
            {move || studio.session.size_note.get().map(|note| view! { <p class="hint" aria-live="polite">{note}</p> })}
            <NoticeAt place=Place::Size />
        </div>
    }
}
