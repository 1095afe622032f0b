//! How large the picture is shown, in a corner of the canvas.

use leptos::prelude::*;

use super::commands::Desk;
use crate::components::icon::Icon;
use crate::components::icon_button::IconButton;
use crate::words::mask as words;

/// **Zoom out**, **Zoom in** and **Fit**.
#[component]
pub(super) fn ZoomControls(desk: Desk) -> impl IntoView {
    let percent = move || desk.view.get().map(|view| words::percent(view.zoom()));
    view! {
        <div class="mask-zoom" role="group" aria-label=words::ZOOM>
            <IconButton icon=Icon::Minus name=words::ZOOM_OUT class="quiet" press=move |_| desk.zoom(false) />
            <output>{percent}</output>
            <IconButton icon=Icon::Plus name=words::ZOOM_IN class="quiet" press=move |_| desk.zoom(true) />
            <button type="button" class="quiet" on:click=move |_| desk.fit()>{words::FIT}</button>
        </div>
    }
}
