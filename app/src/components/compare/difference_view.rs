//! How far each pixel is from the other picture's.

use compare::{Difference, difference};
use leptos::{html, prelude::*};
use wasm_bindgen_futures::spawn_local;

use super::Looking;
use super::pane::{Layer, Pane};
use crate::platform;
use crate::state::ComparedSide as Side;
use crate::words::compare as words;

/// Larger pictures are compared at this many pixels on their longest side.
const LONGEST_PX: u32 = 2048;
const MOST_AMPLIFIED: f64 = 32.0;
const AT_FIRST: f64 = 4.0;

/// RGBA8 pixels of both, at the size of the first.
#[derive(Clone)]
struct Pixels {
    size_px: (u32, u32),
    first: Vec<u8>,
    second: Vec<u8>,
}

/// Black is equal; the rest is amplified, as small distances are hard to see.
#[component]
pub(super) fn DifferenceView(looking: Looking, first: Side, second: Side) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let pixels: RwSignal<Option<Pixels>> = RwSignal::new(None);
    let failed = RwSignal::new(false);
    let amplified = RwSignal::new(AT_FIRST);
    let title = format!("{}: {}, {}", words::DIFFERENCE, first.title, second.title);
    spawn_local(async move {
        // Both signals go with the view.
        match read(&first, &second).await {
            Ok(read) => {
                let size = (f64::from(read.size_px.0), f64::from(read.size_px.1));
                looking.size_px.try_set(size);
                pixels.try_set(Some(read));
            }
            Err(error) => {
                log::warn!("two pictures are not compared: {error:?}");
                failed.try_set(true);
            }
        }
    });
    let found = Memo::new(move |_| {
        pixels.with(|pixels| {
            pixels.as_ref().map(|Pixels { size_px, first, second }| {
                (*size_px, difference(first, second, amplified.get()))
            })
        })
    });
    Effect::new(move |_| {
        let Some(canvas) = canvas.get() else { return };
        found.with(|found| {
            if let Some((size_px, Difference { rgba, .. })) = found
                && let Err(error) = platform::paint(&canvas, rgba, *size_px)
            {
                log::warn!("the difference cannot be drawn: {error:?}");
            }
        });
    });
    let told = move || {
        if failed.get() {
            return words::LOST.to_owned();
        }
        found.with(|found| match found {
            Some((_, Difference { mean, most, changed, .. })) => words::summary(*mean, *most, *changed),
            None => words::MEASURING.to_owned(),
        })
    };
    view! {
        <div class="compare-view">
            <Pane looking title>
                <Layer looking>
                    <canvas node_ref=canvas class:crisp=move || looking.is_crisp()></canvas>
                </Layer>
            </Pane>
            <Foot amplified told=Signal::derive(told) />
        </div>
    }
}

/// **Amplify**, and what was found, in words.
#[component]
fn Foot(amplified: RwSignal<f64>, told: Signal<String>) -> impl IntoView {
    let amplify = move |event| {
        if let Ok(chosen) = event_target_value(&event).parse::<f64>() {
            amplified.set(chosen.clamp(1.0, MOST_AMPLIFIED));
        }
    };
    view! {
        <div class="compare-foot">
            <label for="compare-amplify">{words::AMPLIFY}</label>
            <input
                id="compare-amplify"
                type="range"
                min="1"
                max=MOST_AMPLIFIED
                step="1"
                prop:value=move || amplified.get().to_string()
                on:input=amplify
            />
            <output>{move || format!("× {}", amplified.get())}</output>
            <p class="compare-summary" role="status">{told}</p>
        </div>
    }
}

/// Both pictures' pixels, the second brought to the size of the first.
async fn read(first: &Side, second: &Side) -> Result<Pixels, wasm_bindgen::JsValue> {
    let (first, second) = (platform::picture(&first.url).await?, platform::picture(&second.url).await?);
    let own = (first.natural_width().max(1), first.natural_height().max(1));
    let scale = (f64::from(LONGEST_PX) / f64::from(own.0.max(own.1))).min(1.0);
    let side = |px: u32| ((f64::from(px) * scale).round() as u32).max(1);
    let size_px = (side(own.0), side(own.1));
    Ok(Pixels {
        size_px,
        first: platform::pixels(&first, size_px)?,
        second: platform::pixels(&second, size_px)?,
    })
}
