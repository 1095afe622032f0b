//! The picture with the frame of what will be kept, dragged by pointer or keys.

use leptos::{ev, html, prelude::*};
use sources::{Crop, Handle};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDivElement, PointerEvent};

use super::editor::Editing;
use crate::words::source as words;

/// A drag that has begun.
#[derive(Debug, Clone, Copy)]
struct Drag {
    crop: Crop,
    from: (i32, i32),
}

/// The whole picture, turned as it will be, and the crop's frame over it.
#[component]
pub(super) fn Stage(editing: Editing, url: String) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let turned = Memo::new(move |_| editing.edit.get().turned_px(editing.own_px));
    let kept = Memo::new(move |_| editing.edit.get().kept(editing.own_px));
    let odd = move || !editing.edit.get().quarter_turns.is_multiple_of(2);
    let transform = move || {
        let edit = editing.edit.get();
        let mirror = if edit.mirrored { -1 } else { 1 };
        format!("translate(-50%, -50%) rotate({}deg) scaleX({mirror})", 90 * u32::from(edit.quarter_turns))
    };
    let percent = |part: u32, of: u32| format!("{:.4}%", 100.0 * f64::from(part) / f64::from(of.max(1)));
    let grips = Handle::EDGES.map(|handle| view! { <Grip editing frame handle /> });
    view! {
        <div class="crop-stage">
            <div
                class="crop-frame"
                node_ref=frame
                style:--across=move || turned.get().0.to_string()
                style:--down=move || turned.get().1.to_string()
                style:--left=move || percent(kept.get().x, turned.get().0)
                style:--top=move || percent(kept.get().y, turned.get().1)
                style:--width=move || percent(kept.get().width, turned.get().0)
                style:--height=move || percent(kept.get().height, turned.get().1)
            >
                <div class="crop-whole">
                    <img class="crop-picture" class:odd=odd src=url alt="" draggable="false" style:transform=transform />
                    <div class="crop-shade"></div>
                </div>
                <div class="crop-window">
                    <Grip editing frame handle=Handle::Middle />
                    {grips}
                </div>
            </div>
        </div>
        <p id="crop-keys" class="hint crop-keys">{words::KEYS}</p>
    }
}

/// A part of the frame to take hold of.
#[component]
fn Grip(editing: Editing, frame: NodeRef<html::Div>, handle: Handle) -> impl IntoView {
    let drag = RwSignal::new(None::<Drag>);
    let down = move |event: PointerEvent| {
        if event.button() != 0 {
            return;
        }
        let crop = editing.edit.get_untracked().kept(editing.own_px);
        drag.set(Some(Drag { crop, from: (event.client_x(), event.client_y()) }));
        if let Some(grip) = event.current_target().and_then(|grip| grip.dyn_into::<Element>().ok()) {
            // Without capture a fast pointer leaves the handle behind; dragging within it still works.
            grip.set_pointer_capture(event.pointer_id()).ok();
        }
    };
    let shift = move |event: PointerEvent| {
        let (Some(Drag { crop, from }), Some(frame)) = (drag.get_untracked(), frame.get_untracked()) else {
            return;
        };
        let px = |client: i32| picture_px(editing, &frame, client);
        move_to(editing, crop, handle, (px(event.client_x() - from.0), px(event.client_y() - from.1)));
    };
    let key = move |event: ev::KeyboardEvent| {
        let step = if event.shift_key() { 10 } else { 1 };
        let by = match event.key().as_str() {
            "ArrowLeft" => (-step, 0),
            "ArrowRight" => (step, 0),
            "ArrowUp" => (0, -step),
            "ArrowDown" => (0, step),
            _ => return,
        };
        event.prevent_default();
        move_to(editing, editing.edit.get_untracked().kept(editing.own_px), handle, by);
    };
    let (side, end) = match handle {
        Handle::Middle => ("middle", "middle"),
        Handle::Edge(side, end) => (place(side), place(end)),
    };
    view! {
        <button
            type="button"
            class="crop-grip"
            data-side=side
            data-end=end
            aria-label=words::handle(handle)
            aria-describedby="crop-keys"
            on:pointerdown=down
            on:pointermove=shift
            on:pointerup=move |_| drag.set(None)
            on:pointercancel=move |_| drag.set(None)
            on:keydown=key
        ></button>
    }
}

fn place(edge: i8) -> &'static str {
    match edge {
        -1 => "start",
        1 => "end",
        _ => "across",
    }
}

/// CSS pixels on the screen as pixels of the picture.
fn picture_px(editing: Editing, frame: &HtmlDivElement, client: i32) -> i64 {
    let (across, _) = editing.edit.get_untracked().turned_px(editing.own_px);
    let shown = frame.get_bounding_client_rect().width().max(1.0);
    (f64::from(client) * f64::from(across) / shown).round() as i64
}

fn move_to(editing: Editing, from: Crop, handle: Handle, by_px: (i64, i64)) {
    let proportions = untrack(|| editing.proportions());
    editing.edit.update(|edit| {
        let turned_px = edit.turned_px(editing.own_px);
        *edit = edit.cropped(from.dragged(handle, by_px, proportions, turned_px), editing.own_px);
    });
}
