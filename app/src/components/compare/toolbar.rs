//! Which way, how large, and which first.

use compare::View;
use leptos::prelude::*;

use super::{Looking, Way};
use crate::components::icon::Icon;
use crate::components::icon_button::IconButton;
use crate::state::studio;
use crate::words::compare as words;

/// One press makes the picture this many times as large.
pub(super) const ZOOM_STEP: f64 = 1.5;

/// The row above the pictures.
#[component]
pub(super) fn Toolbar(looking: Looking) -> impl IntoView {
    let comparison = studio().comparison;
    let ways = Way::ALL.map(|way| {
        view! {
            <button
                type="button"
                aria-pressed=move || (looking.way.get() == way).to_string()
                on:click=move |_| looking.way.set(way)
            >
                {way.name()}
            </button>
        }
    });
    let zoom = move |factor: f64| looking.view.update(|view| *view = view.zoomed(factor, (0.0, 0.0)));
    view! {
        <div class="compare-tools">
            <div class="compare-ways" role="group" aria-label=words::HOW>{ways}</div>
            <button type="button" class="quiet" title="X" on:click=move |_| comparison.swap()>
                {Icon::Swap.draw()}
                {words::SWAP}
            </button>
            <div class="compare-zoom">
                <IconButton
                    icon=Icon::Minus
                    name=words::ZOOM_OUT
                    class="quiet"
                    press=move |_| zoom(1.0 / ZOOM_STEP)
                />
                <output aria-live="polite">{move || words::zoom(looking.view.get().zoom())}</output>
                <IconButton
                    icon=Icon::Plus
                    name=words::ZOOM_IN
                    class="quiet"
                    press=move |_| zoom(ZOOM_STEP)
                />
                <button type="button" class="quiet" on:click=move |_| looking.view.set(View::default())>
                    {words::WHOLE}
                </button>
            </div>
        </div>
    }
}
