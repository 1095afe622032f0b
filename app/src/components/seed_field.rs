//! **Seed**, with a die to throw and a lock.

use leptos::prelude::*;

use super::icon::Icon;
use super::icon_button::IconButton;
use super::notice::{NoticeAt, sentence_id};
use crate::platform::random_seed;
use crate::state::{Place, studio};
use crate::words::settings as words;

/// A number that stands for the noise; blank means another one for each picture.
#[component]
pub(crate) fn SeedField() -> impl IntoView {
    let studio = studio();
    let seed = studio.form.seed;
    let set = move |text: String| {
        seed.set(text);
        studio.notices.clear(Place::Seed);
    };
    let locked = Memo::new(move |_| seed.with(|seed| !seed.trim().is_empty()));
    let lock = Signal::derive(move || if locked.get() { Icon::Locked } else { Icon::Unlocked });
    // The lock keeps the seed of the picture made last, which is the one that a person has just liked.
    let toggle = move |_| match locked.get_untracked() {
        true => set(String::new()),
        false => set(studio.queue.last_seed.get_untracked().unwrap_or_else(random_seed).to_string()),
    };
    let is_wrong = move || studio.notices.at(Place::Seed).is_some();
    view! {
        <div class="field">
            <label for="seed">{words::SEED}</label>
            <div class="with-button">
                <input
                    id="seed"
                    type="text"
                    inputmode="numeric"
                    autocomplete="off"
                    placeholder=words::SEED_BLANK
                    prop:value=seed
                    aria-invalid=move || is_wrong().then_some("true")
                    aria-describedby=move || is_wrong().then(|| sentence_id(Place::Seed))
                    on:input=move |event| set(event_target_value(&event))
                />
                <IconButton
                    icon=Icon::Dice
                    name=words::RANDOM
                    press=move |_| set(random_seed().to_string())
                />
                <IconButton icon=lock name=words::LOCK pressed=locked press=toggle />
            </div>
            <NoticeAt place=Place::Seed />
        </div>
    }
}
