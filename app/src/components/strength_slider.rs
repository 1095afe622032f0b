//! **Prompt strength**, with what it means in words.

use leptos::prelude::*;

use super::notice::NoticeAt;
use crate::state::{LEAST, MOST, Place, STEP, band, studio};

/// The slider; without a source it has nothing to act on and says so.
#[component]
pub(crate) fn StrengthSlider() -> impl IntoView {
    let studio = studio();
    let strength = studio.form.strength;
    let meaning = move || {
        let band = band(strength.get());
        view! { <strong>{band.name}</strong>": " {band.meaning} }
    };
    // How far the thumb has come, for the filled part of the track and the words under the thumb.
    let reach = move || format!("--reach: {:.4}", (strength.get() - LEAST) / (MOST - LEAST));
    view! {
        <div class="field strength" style=reach class:idle=move || !studio.source.is_some()>
            <div class="label-row">
                <label for="strength">"Prompt strength"</label>
                <output for="strength">{move || format!("{:.2}", strength.get())}</output>
            </div>
            <input
                id="strength"
                type="range"
                min=LEAST
                max=MOST
                step=STEP
                prop:value=move || strength.get().to_string()
                aria-describedby="strength-meaning"
                aria-valuetext=move || format!("{:.2}, {}", strength.get(), band(strength.get()).name)
                on:input=move |event| {
                    if let Ok(value) = event_target_value(&event).parse() {
                        strength.set(value);
                    }
                    studio.notices.clear(Place::Strength);
                }
            />
            <p id="strength-meaning" class="hint strength-meaning">
                {meaning}
                {move || (!studio.source.is_some()).then_some(" (acts on a source image)")}
            </p>
            <NoticeAt place=Place::Strength />
        </div>
    }
}
