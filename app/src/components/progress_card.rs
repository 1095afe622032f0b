//! The picture being made, as far as it has come.

use leptos::{html, prelude::*};

use crate::platform;
use crate::state::studio;
use crate::words::run as words;

/// Stands first in the gallery while a picture is made.
#[component]
pub(crate) fn ProgressCard() -> impl IntoView {
    let queue = studio().queue;
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        if let (Some(canvas), Some(preview)) = (canvas.get(), queue.preview.get()) {
            // A preview that cannot be painted is only a preview.
            platform::paint(&canvas, &preview.rgba, (preview.width_px, preview.height_px)).ok();
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
