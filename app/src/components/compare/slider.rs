//! One picture over the other, up to a divider.

use leptos::{html, prelude::*};
use web_sys::PointerEvent;

use super::pane::{Pane, Picture, current_element};
use super::{Looking, caption};
use crate::state::ComparedSide as Side;
use crate::words::compare as words;

/// The second picture is seen to the right of the divider.
#[component]
pub(super) fn Slider(looking: Looking, first: Side, second: Side) -> impl IntoView {
    let title = format!("{}, {}", first.title, second.title);
    let divider = looking.divider;
    let whole = NodeRef::<html::Div>::new();
    let holding = RwSignal::new(false);
    let down = move |event: PointerEvent| {
        holding.set(true);
        event.stop_propagation();
        if let Some(line) = current_element(&event) {
            // Without capture a fast pointer leaves the line behind; the slider below still moves it.
            line.set_pointer_capture(event.pointer_id()).ok();
        }
    };
    let moved = move |event: PointerEvent| {
        let (true, Some(whole)) = (holding.get_untracked(), whole.get_untracked()) else { return };
        event.stop_propagation();
        let bounds = whole.get_bounding_client_rect();
        let at = (f64::from(event.client_x()) - bounds.left()) / bounds.width().max(1.0);
        divider.set(at.clamp(0.0, 1.0));
    };
    let percent = move || format!("{:.3}%", divider.get() * 100.0);
    view! {
        <div class="compare-view">
            <div class="compare-whole" node_ref=whole style:--divider=percent>
                <Pane looking title>
                    <Picture looking side=first.clone() sets_size=true />
                    <div class="compare-clip"><Picture looking side=second.clone() /></div>
                    {caption(&first, false)}
                    {caption(&second, true)}
                </Pane>
                <div
                    class="compare-divider"
                    aria-hidden="true"
                    on:pointerdown=down
                    on:pointermove=moved
                    on:pointerup=move |_| holding.set(false)
                    on:pointercancel=move |_| holding.set(false)
                ></div>
            </div>
            <div class="compare-foot">
                <label for="compare-divider">{words::DIVIDER}</label>
                <input
                    id="compare-divider"
                    type="range"
                    min="0"
                    max="1"
                    step="0.01"
                    prop:value=move || divider.get().to_string()
                    aria-valuetext=move || format!("{:.0} %", divider.get() * 100.0)
                    on:input=move |event| {
                        if let Ok(at) = event_target_value(&event).parse() {
                            divider.set(at);
                        }
                    }
                />
            </div>
        </div>
    }
}
