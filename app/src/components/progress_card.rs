//! The picture being made, as far as it has come.

use leptos::{html, prelude::*};
use protocol::Stage;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use crate::state::{Phase, Preview, studio};

const MEGABYTE: f64 = 1e6;
const MINUTE_SECONDS: f64 = 90.0;

/// What is going on, in words.
pub(crate) fn words(phase: Phase) -> String {
    match phase {
        Phase::Waiting => "Waiting for the engine …".to_owned(),
        Phase::Stage(Stage::Loading { total_bytes: 0, .. }) => "Loading the model …".to_owned(),
        Phase::Stage(Stage::Loading { done_bytes, total_bytes }) => format!(
            "Loading the model: {:.0} of {:.0} MB",
            done_bytes as f64 / MEGABYTE,
            total_bytes as f64 / MEGABYTE
        ),
        Phase::Stage(Stage::EncodingText) => "Reading the prompt …".to_owned(),
        Phase::Stage(Stage::EncodingSource) => "Reading the source …".to_owned(),
        Phase::Stage(Stage::Denoising) => "Step 1 …".to_owned(),
        Phase::Stage(Stage::Decoding) => "Developing the picture …".to_owned(),
        Phase::Step { done, of, seconds_left } => {
            let left = seconds_left.filter(|_| done < of).map(time_left).unwrap_or_default();
            format!("Step {done} of {of}{left}")
        }
    }
}

fn time_left(seconds: f64) -> String {
    if seconds < MINUTE_SECONDS {
        format!(" · {:.0} s left", seconds.ceil().max(1.0))
    } else {
        format!(" · {:.0} min left", (seconds / 60.0).ceil())
    }
}

/// The share of the work that is done, 0 to 1; `None` while it cannot be told.
fn share(phase: Phase) -> Option<f64> {
    match phase {
        Phase::Stage(Stage::Loading { done_bytes, total_bytes }) if total_bytes > 0 => {
            Some(done_bytes as f64 / total_bytes as f64)
        }
        Phase::Stage(Stage::Decoding) => Some(1.0),
        Phase::Step { done, of, .. } => Some(f64::from(done) / f64::from(of.max(1))),
        _ => None,
    }
}

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
                    value=move || share(queue.phase.get()).map(|share| share.to_string())
                ></progress>
                <p class="card-prompt">{prompt}</p>
                <p class="card-meta" aria-hidden="true">{move || words(queue.phase.get())}</p>
            </div>
        </li>
    }
}
