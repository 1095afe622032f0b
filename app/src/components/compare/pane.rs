//! A window onto one picture or several over each other: dragged, pinched and zoomed by the wheel.

use std::collections::BTreeMap;

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};

use super::Looking;
use crate::state::ComparedSide as Side;
use crate::words::compare as words;

/// How much one notch of a wheel zooms.
const WHEEL: f64 = 0.0015;
/// A line of a wheel that counts in lines.
const LINE_PX: f64 = 16.0;

/// Where the pointers are that hold a pane, in CSS pixels.
type Pointers = BTreeMap<i32, (f64, f64)>;

/// The window. `children` are layers that fill it.
#[component]
pub(super) fn Pane(
    looking: Looking,
    #[prop(into)] title: Signal<String>,
    children: Children,
) -> impl IntoView {
    let pane = NodeRef::<html::Div>::new();
    let pointers = StoredValue::new(Pointers::new());
    let down = move |event: PointerEvent| {
        if event.button() != 0 {
            return;
        }
        pointers.update_value(|all| {
            all.insert(event.pointer_id(), client(&event));
        });
        if let Some(pane) = pane.get_untracked() {
            // Without capture a fast pointer leaves the pane behind; it can be dragged again.
            pane.set_pointer_capture(event.pointer_id()).ok();
        }
    };
    let moved = move |event: PointerEvent| {
        let before = pointers.get_value();
        if !before.contains_key(&event.pointer_id()) {
            return;
        }
        pointers.update_value(|all| {
            all.insert(event.pointer_id(), client(&event));
        });
        if let Some(pane) = pane.get_untracked() {
            follow(looking, &pane, &before, &pointers.get_value());
        }
    };
    let up = move |event: PointerEvent| {
        pointers.update_value(|all| {
            all.remove(&event.pointer_id());
        });
    };
    let wheel = move |event: ev::WheelEvent| {
        event.prevent_default();
        let Some(pane) = pane.get_untracked() else { return };
        let lines = event.delta_mode() == web_sys::WheelEvent::DOM_DELTA_LINE;
        let delta_px = event.delta_y() * if lines { LINE_PX } else { 1.0 };
        let at = World::of(&pane, looking).point((f64::from(event.client_x()), f64::from(event.client_y())));
        looking.view.update(|view| *view = view.zoomed((-delta_px * WHEEL).exp(), at));
    };
    let label = move || words::pane_label(&title.get(), looking.view.get().zoom());
    view! {
        <div
            class="compare-pane"
            node_ref=pane
            role="group"
            tabindex="0"
            aria-label=label
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=up
            on:pointercancel=up
            on:wheel=wheel
            on:dblclick=move |_| looking.view.set(compare::View::default())
        >
            {children()}
        </div>
    }
}

fn client(event: &PointerEvent) -> (f64, f64) {
    (f64::from(event.client_x()), f64::from(event.client_y()))
}

/// A result's sides are multiples of the model's. A source whose shape differs by no more than that was stretched to them,
/// and is shown so: each place then lies on what became of it.
const ROUNDING: f64 = 0.08;

/// The picture as it would lie in a pane at zoom 1: its middle and its size, in CSS pixels.
struct World {
    middle: (f64, f64),
    size: (f64, f64),
}

impl World {
    fn of(pane: &Element, looking: Looking) -> Self {
        let bounds = pane.get_bounding_client_rect();
        let (across, down) = looking.size_px.get_untracked();
        let scale = (bounds.width() / across).min(bounds.height() / down);
        Self {
            middle: (bounds.left() + bounds.width() / 2.0, bounds.top() + bounds.height() / 2.0),
            size: ((across * scale).max(1.0), (down * scale).max(1.0)),
        }
    }

    /// A place on the screen, measured from the middle in widths and heights of the picture.
    fn point(&self, at: (f64, f64)) -> (f64, f64) {
        ((at.0 - self.middle.0) / self.size.0, (at.1 - self.middle.1) / self.size.1)
    }
}

/// One pointer drags the picture; two turn their distance into zoom.
fn follow(looking: Looking, pane: &Element, before: &Pointers, after: &Pointers) {
    let world = World::of(pane, looking);
    let middle = |all: &Pointers| {
        let count = all.len().max(1) as f64;
        let sum = all.values().fold((0.0, 0.0), |sum, at| (sum.0 + at.0, sum.1 + at.1));
        (sum.0 / count, sum.1 / count)
    };
    let spread = |all: &Pointers| match all.values().collect::<Vec<_>>().as_slice() {
        [a, b] => (a.0 - b.0).hypot(a.1 - b.1).max(1.0),
        _ => 1.0,
    };
    let (from, to) = (world.point(middle(before)), world.point(middle(after)));
    let factor = spread(after) / spread(before);
    looking.view.update(|view| *view = view.moved((to.0 - from.0, to.1 - from.1)).zoomed(factor, to));
}

/// A layer of a pane with one picture in its place.
#[component]
pub(super) fn Picture(looking: Looking, side: Side, #[prop(optional)] sets_size: bool) -> impl IntoView {
    let picture = NodeRef::<html::Img>::new();
    let own_px = RwSignal::new((1.0, 1.0));
    let loaded = move |_| {
        if let Some(picture) = picture.get_untracked() {
            let size =
                (f64::from(picture.natural_width()).max(1.0), f64::from(picture.natural_height()).max(1.0));
            own_px.set(size);
            if sets_size {
                looking.size_px.set(size);
            }
        }
    };
    let rounded = move || {
        let ratio = |(across, down): (f64, f64)| across / down;
        (ratio(own_px.get()) / ratio(looking.size_px.get())).ln().abs() < ROUNDING
    };
    view! {
        <Layer looking>
            <img
                node_ref=picture
                class:crisp=move || looking.is_crisp()
                class:rounded=rounded
                src=side.url
                alt=side.title.clone()
                draggable="false"
                on:load=loaded
            />
        </Layer>
    }
}

/// Where the picture lies, for whatever shows it.
#[component]
pub(super) fn Layer(looking: Looking, children: Children) -> impl IntoView {
    let transform = move || {
        let view = looking.view.get();
        let (right, down) = view.place();
        format!("translate({:.4}%, {:.4}%) scale({:.5})", right * 100.0, down * 100.0, view.zoom())
    };
    view! {
        <div class="compare-layer">
            <div
                class="compare-world"
                style:--across=move || looking.size_px.get().0.to_string()
                style:--down=move || looking.size_px.get().1.to_string()
                style:transform=transform
            >
                {children()}
            </div>
        </div>
    }
}

/// The element of an event that a listener stands on.
pub(super) fn current_element(event: &PointerEvent) -> Option<Element> {
    event.current_target().and_then(|target| target.dyn_into().ok())
}
