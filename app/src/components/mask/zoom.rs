//! How large the picture is shown, in a corner of the canvas.

use leptos::prelude::*;

use super::commands::Desk;
use crate::components::icon::Icon;
use crate::words::mask as words;

/// **Zoom out**, **Zoom in** and **Fit**.
#[component]
pub(super) fn ZoomControls(desk: Desk) -> impl IntoView {
    let percent = move || desk.view.get().map(|view| words::percent(view.zoom()));
    view! {
        <div class="mask-zoom" role="group" aria-label=words::ZOOM>
            <button
                type="button"
                class="quiet icon-button"
                aria-label=words::ZOOM_OUT
                title=words::ZOOM_OUT
                on:click=move |_| desk.zoom(false)
            >
                {Icon::Minus.draw()}
            </button>
            <output>{percent}</output>
            <button
                type="button"
                class="quiet icon-button"
                aria-label=words::ZOOM_IN
                title=words::ZOOM_IN
                on:click=move |_| desk.zoom(true)
            >
                {Icon::Plus.draw()}
            </button>
            <button type="button" class="quiet" on:click=move |_| desk.fit()>{words::FIT}</button>
        </div>
    }
}
