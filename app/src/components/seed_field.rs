//! **Seed**, with a die to throw.

use leptos::prelude::*;

use super::icon::Icon;
use super::notice::NoticeAt;
use crate::platform::random_seed;
use crate::state::{Place, studio};

/// A number that stands for the noise; blank means another one for each picture.
#[component]
pub(crate) fn SeedField() -> impl IntoView {
    let studio = studio();
    let seed = studio.form.seed;
    view! {
        <div class="field">
            <label for="seed">"Seed"</label>
            <div class="with-button">
                <input
                    id="seed"
                    type="text"
                    inputmode="numeric"
                    autocomplete="off"
                    placeholder="new for each picture"
                    prop:value=seed
                    aria-invalid=move || studio.notices.at(Place::Seed).is_some().then_some("true")
                    on:input=move |event| {
                        seed.set(event_target_value(&event));
                        studio.notices.clear(Place::Seed);
                    }
                />
                <button
                    type="button"
                    class="icon-button"
                    aria-label="Random seed"
                    title="Random seed"
                    on:click=move |_| {
                        seed.set(random_seed().to_string());
                        studio.notices.clear(Place::Seed);
                    }
                >
                    {Icon::Dice.draw()}
                </button>
            </div>
            <NoticeAt place=Place::Seed />
        </div>
    }
}
