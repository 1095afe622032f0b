//! One picture in the place of the other, in turns.

use std::time::Duration;

use leptos::prelude::*;

use super::pane::{Pane, Picture};
use super::{Looking, caption};
use crate::components::icon::Icon;
use crate::platform;
use crate::state::ComparedSide as Side;
use crate::words::compare as words;

/// Slower than three flashes a second, which nobody is harmed by.
const FASTEST: f64 = 0.4;
const SLOWEST: f64 = 3.0;
const AT_FIRST: f64 = 0.8;

/// Turns by itself, unless the person has asked for less motion; then by hand.
#[component]
pub(super) fn Flicker(looking: Looking, first: Side, second: Side) -> impl IntoView {
    let on_second = RwSignal::new(false);
    let playing = RwSignal::new(!platform::prefers_reduced_motion());
    let seconds = RwSignal::new(AT_FIRST);
    let turn = move || on_second.update(|on| *on = !*on);
    Effect::new(move |_| {
        if !playing.get() {
            return;
        }
        let ticking = set_interval_with_handle(turn, Duration::from_secs_f64(seconds.get())).ok();
        on_cleanup(move || {
            if let Some(ticking) = ticking {
                ticking.clear();
            }
        });
    });
    let title = format!("{}, {}", first.title, second.title);
    let captions = (first.clone(), second.clone());
    let shown = move || caption(if on_second.get() { &captions.1 } else { &captions.0 }, on_second.get());
    view! {
        <div class="compare-view">
            <Pane looking title>
                <Picture looking side=first sets_size=true />
                <div class="compare-turn" class:hidden-picture=move || !on_second.get() data-second=move || on_second.get().to_string()>
                    <Picture looking side=second />
                </div>
                {shown}
            </Pane>
            <div class="compare-foot">
                <button type="button" on:click=move |_| playing.update(|on| *on = !*on)>
                    {move || if playing.get() { Icon::Pause.draw() } else { Icon::Play.draw() }}
                    {move || if playing.get() { words::PAUSE } else { words::PLAY }}
                </button>
                <button type="button" on:click=move |_| { playing.set(false); turn(); }>{words::OTHER}</button>
                <label for="compare-seconds">{words::SECONDS_EACH}</label>
                <input
                    id="compare-seconds"
                    type="range"
                    min=FASTEST
                    max=SLOWEST
                    step="0.1"
                    prop:value=move || seconds.get().to_string()
                    aria-valuetext=move || format!("{:.1}", seconds.get())
                    on:input=move |event| {
                        if let Ok(chosen) = event_target_value(&event).parse::<f64>() {
                            seconds.set(chosen.clamp(FASTEST, SLOWEST));
                        }
                    }
                />
                <output>{move || format!("{:.1} s", seconds.get())}</output>
            </div>
        </div>
    }
}
