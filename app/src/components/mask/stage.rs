//! The canvas: the source with the mask over it, and the pointers that paint.

use js_sys::{Array, Function, Reflect};
use leptos::{ev, html, prelude::*};
use masks::{Action, Editor, Grip, Hand, Point, Pointer, Rect, Sample, Tool, View};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, PointerEvent, ResizeObserver, WheelEvent};

use super::commands::Desk;
use super::overlay;
use crate::state::{CheckedSource, SourceState};
use crate::words::mask as words;

/// Buttons as the browser numbers them; the last is a pen's other end.
const MAIN: i16 = 0;
const MIDDLE: i16 = 1;
const PEN_ERASER: i16 = 5;
/// What is shown anew at once: more would hold up the pointer.
const MOST_PIXELS_A_FRAME: u32 = 1 << 18;
/// From this zoom on, single pixels are shown as they are.
const PIXELS_SEEN: f64 = 6.0;
/// How much a wheel enlarges by each CSS pixel that it would scroll, and a trackpad's pinch, which scrolls less.
const PER_WHEEL_PX: f64 = 0.0015;
const PER_PINCH_PX: f64 = 0.01;
/// What a wheel that counts in lines or pages would scroll by each.
const WHEEL_UNITS_PX: [f64; 3] = [1.0, 32.0, 400.0];

/// What follows the pointers over the canvas.
#[derive(Clone, Copy)]
struct Pointers {
    desk: Desk,
    hand: StoredValue<Hand, LocalStorage>,
    /// Whether the picture is being moved.
    moves: RwSignal<bool>,
}

impl Pointers {
    fn down(self, event: &PointerEvent) {
        let Some(stage) = stage_of(event) else { return };
        // The stroke goes on outside of the canvas; it is lost only with the pointer itself.
        stage.set_pointer_capture(event.pointer_id()).ok();
        let eraser = event.button() == PEN_ERASER;
        let grip = match event.button() {
            MAIN if self.desk.grabs.get_untracked() => Grip::Move,
            MAIN | PEN_ERASER => Grip::Paint,
            MIDDLE => Grip::Move,
            _ => Grip::Nothing,
        };
        if event.button() == MIDDLE {
            // Else the browser scrolls by itself.
            event.prevent_default();
        }
        let pointer = match event.pointer_type().as_str() {
            "pen" => Pointer::Pen,
            "touch" => Pointer::Touch,
            _ => Pointer::Mouse,
        };
        let at = place(event, &stage);
        let action = self.follow(|hand| hand.down(event.pointer_id(), pointer, grip, at));
        self.hover(at);
        let mask = self.desk.studio.mask;
        match action {
            Action::Begin => {
                let Some(sample) = self.sample(event, at) else { return };
                mask.edit(|editor| {
                    let mut brush = mask.brush.brush(editor.mask().size());
                    if eraser {
                        brush.tool = Tool::Eraser;
                    }
                    editor.begin(brush, sample)
                });
            }
            other => self.act(other),
        }
    }

    fn moved(self, event: &PointerEvent) {
        let Some(stage) = stage_of(event) else { return };
        let mut samples = Vec::new();
        for event in coalesced(event) {
            let at = place(&event, &stage);
            match self.follow(|hand| hand.moved(event.pointer_id(), at)) {
                Action::Extend => samples.extend(self.sample(&event, at)),
                other => self.act(other),
            }
        }
        self.hover(place(event, &stage));
        if !samples.is_empty() {
            self.desk.studio.mask.edit(|editor| {
                samples.into_iter().filter_map(|sample| editor.extend(sample)).reduce(Rect::union)
            });
        }
    }

    fn up(self, event: &PointerEvent) {
        self.act(self.follow(|hand| hand.up(event.pointer_id())));
    }

    fn cancelled(self, event: &PointerEvent) {
        self.act(self.follow(|hand| hand.cancelled(event.pointer_id())));
    }

    fn follow(self, change: impl FnOnce(&mut Hand) -> Action) -> Action {
        let action = self.hand.try_update_value(change).unwrap_or(Action::None);
        self.moves.set(self.hand.with_value(Hand::is_moving));
        action
    }

    fn act(self, action: Action) {
        let mask = self.desk.studio.mask;
        match action {
            Action::Pan { dx, dy } => self.desk.look(|view| view.pan(dx, dy)),
            Action::Pinch { from, to, factor } => self.desk.look(|view| view.pinch(from, to, factor)),
            Action::Finish => mask.edit(|editor| {
                editor.finish();
                None
            }),
            Action::Abandon => mask.edit(Editor::abandon),
            Action::None | Action::Begin | Action::Extend => {}
        }
    }

    fn hover(self, at: Point) {
        self.desk.brush_at.set(self.desk.view.get_untracked().map(|view| view.on_mask(at)));
    }

    fn sample(self, event: &PointerEvent, at: Point) -> Option<Sample> {
        let feels = event.pointer_type() == "pen" && self.desk.studio.mask.brush.pressure.get_untracked();
        let pressure = if feels { f64::from(event.pressure()) } else { 1.0 };
        Some(Sample { place: self.desk.view.get_untracked()?.on_mask(at), pressure })
    }

    fn wheel(self, event: &WheelEvent) {
        event.prevent_default();
        let Some(stage) = stage_of(event) else { return };
        let at = place(event, &stage);
        let unit = WHEEL_UNITS_PX.get(event.delta_mode() as usize).copied().unwrap_or(1.0);
        // A pinch on a trackpad comes as a wheel with Ctrl.
        let rate = if event.ctrl_key() { PER_PINCH_PX } else { PER_WHEEL_PX };
        self.desk.look(|view| view.zoom_by((-event.delta_y() * unit * rate).exp(), at));
        self.hover(at);
    }
}

/// The element that listens.
fn stage_of(event: &web_sys::Event) -> Option<Element> {
    event.current_target()?.dyn_into().ok()
}

/// Where an event is, from the stage's top left corner.
fn place(event: &web_sys::MouseEvent, stage: &Element) -> Point {
    let corner = stage.get_bounding_client_rect();
    Point::new(f64::from(event.client_x()) - corner.x(), f64::from(event.client_y()) - corner.y())
}

/// The moves that the browser has gathered into one event since the last frame; not every browser tells.
fn coalesced(event: &PointerEvent) -> Vec<PointerEvent> {
    let tell = Reflect::get(event, &JsValue::from_str("getCoalescedEvents")).ok();
    let tell = tell.and_then(|tell| tell.dyn_into::<Function>().ok());
    let told =
        tell.and_then(|tell| tell.call0(event).ok()).map(|told| Array::from(&told)).unwrap_or_default();
    let events: Vec<PointerEvent> = told.iter().filter_map(|event| event.dyn_into().ok()).collect();
    if events.is_empty() { vec![event.clone()] } else { events }
}

/// Tells of an element's size whenever it changes, from the first on.
fn watch_size(element: &Element, tell: impl Fn(f64, f64) + 'static) {
    let watched = element.clone();
    let listener = Closure::<dyn FnMut()>::new(move || {
        let size = watched.get_bounding_client_rect();
        tell(size.width(), size.height());
    });
    let Ok(observer) = ResizeObserver::new(listener.as_ref().unchecked_ref()) else { return };
    observer.observe(element);
    let held = StoredValue::new_local(Some(listener));
    on_cleanup(move || {
        observer.disconnect();
        held.try_set_value(None);
    });
}

/// The picture, the mask and the brush.
#[component]
pub(super) fn Stage(desk: Desk) -> impl IntoView {
    let mask = desk.studio.mask;
    let pointers =
        Pointers { desk, hand: StoredValue::new_local(Hand::default()), moves: RwSignal::new(false) };
    let stage = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        let Some(stage) = stage.get() else { return };
        watch_size(&stage, move |width, height| {
            let Some(size) = mask.peek(|editor| editor.mask().size()) else { return };
            desk.view.update(|view| match view {
                _ if width < 1.0 || height < 1.0 => {}
                Some(view) => view.resize((width, height)),
                None => *view = Some(View::fitted(size, (width, height))),
            });
        });
    });
    let lifted = move |_: ev::FocusEvent| desk.grabs.set(false);
    view! {
        <div
            class="mask-stage"
            node_ref=stage
            tabindex="0"
            role="application"
            aria-label=words::CANVAS
            aria-describedby="mask-keys"
            class:grabs=move || desk.grabs.get()
            class:moves=move || pointers.moves.get()
            class:alone=move || desk.alone.get()
            on:pointerdown=move |event| pointers.down(&event)
            on:pointermove=move |event| pointers.moved(&event)
            on:pointerup=move |event| pointers.up(&event)
            on:pointercancel=move |event| pointers.cancelled(&event)
            on:pointerleave=move |_| desk.brush_at.set(None)
            on:wheel=move |event| pointers.wheel(&event)
            on:contextmenu=move |event| event.prevent_default()
            on:blur=lifted
        >
            <Sheet desk />
            <BrushRing desk />
        </div>
    }
}

/// The source and the mask, one over the other, both a pixel of the mask each before they are enlarged.
#[component]
fn Sheet(desk: Desk) -> impl IntoView {
    let studio = desk.studio;
    let canvas = NodeRef::<html::Canvas>::new();
    // At first all of it, then what strokes and buttons change; large parts over several frames.
    Effect::new(move |_| {
        if let Some(size) = canvas.get().and_then(|_| studio.mask.peek(|editor| editor.mask().size())) {
            studio.mask.show(Rect::whole(size));
        }
    });
    Effect::new(move |_| {
        let (Some(canvas), Some(dirty)) = (canvas.get(), studio.mask.dirty.get()) else { return };
        studio.mask.dirty.update_untracked(|dirty| *dirty = None);
        let (part, rest) = dirty.split(MOST_PIXELS_A_FRAME);
        studio.mask.peek(|editor| overlay::paint(&canvas, editor.mask(), part));
        if let Some(rest) = rest {
            request_animation_frame(move || studio.mask.show(rest));
        }
    });
    let style = move || {
        let (view, size) = (desk.view.get()?, studio.mask.size()?);
        let (origin, zoom) = (view.origin(), view.zoom());
        let shown = if zoom >= PIXELS_SEEN { "pixelated" } else { "auto" };
        Some(format!(
            "width: {}px; height: {}px; transform: translate({:.2}px, {:.2}px) scale({zoom:.5}); image-rendering: {shown}",
            size.width_px, size.height_px, origin.x, origin.y
        ))
    };
    let source = move || match studio.source.state.get() {
        SourceState::Ready(CheckedSource { url, .. }) => {
            Some(view! { <img src=url.to_string() alt="" draggable="false" /> })
        }
        SourceState::None | SourceState::Checking(_) => None,
    };
    view! {
        <div class="mask-sheet" style=style>
            {source}
            <canvas node_ref=canvas></canvas>
        </div>
    }
}

/// A ring of the brush's width where the brush is.
#[component]
fn BrushRing(desk: Desk) -> impl IntoView {
    let mask = desk.studio.mask;
    let style = move || {
        let (view, at, size) = (desk.view.get()?, desk.brush_at.get()?, mask.size()?);
        let (at, width) = (view.on_screen(at), mask.brush.size_px(size) * view.zoom());
        Some(format!("width: {width:.1}px; height: {width:.1}px; translate: {:.1}px {:.1}px", at.x, at.y))
    };
    view! {
        <div
            class="brush-ring"
            aria-hidden="true"
            hidden=move || desk.brush_at.get().is_none() || desk.grabs.get()
            style=style
        ></div>
    }
}
