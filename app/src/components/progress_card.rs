//! The picture being made, as far as it has come.

use leptos::{html, prelude::*};
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use crate::state::{Preview, studio};
use crate::words::run as words;

fn paint(canvas: &HtmlCanvasElement, preview: &Preview) {
    canvas.set_width(preview.width_px);
    canvas.set_height(preview.height_px);
    let context = canvas.get_context("2d").ok().flatten();
    let context = context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok());
    let pixels = ImageData::new_with_u8_clamped_array_and_sh(
        Clamped(&preview.rgba),
        preview.width_px,
        preview.height_px,
    );
    if let (Some(context), Ok(pixels)) = (context, pixels) {
        // A preview that cannot be painted is only a preview.
        context.put_image_data(&pixels, 0.0, 0.0).ok();
    }
}

/// Stands first in the gallery while a picture is made.
#[component]
pub(crate) fn ProgressCard() -> impl IntoView {
    let queue = studio().queue;
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        if let (Some(canvas), Some(preview)) = (canvas.get(), queue.preview.get()) {
            paint(&canvas, &preview);
        }
    });
    let prompt = move || queue.running.with(|job| job.as_ref().map(|job| job.request.prompt.clone()));
    view! {
        <li class="card progress-card" aria-label="In progress">
            <div class="card-picture" class:blank=move || queue.preview.with(Option::is_none)>
                <canvas node_ref=canvas role="img" aria-label="Preview"></canvas>
            </div>
            <div class="card-words">
                <progress
                    max="1"
                    aria-label="Progress"
                    value=move || queue.phase.get().share().map(|share| share.to_string())
                ></progress>
                <p class="card-prompt">{prompt}</p>
                <p class="card-meta" aria-hidden="true">{move || words::phase(queue.phase.get())}</p>
            </div>
        </li>
    }
}
