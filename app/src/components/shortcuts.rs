//! Keys that work everywhere on the page. `components/help.rs` tells them.

use gallery::Step;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, KeyboardEvent};

use super::DrawerKind;
use super::frame::close_top;
use super::gallery::FIGURE;
use crate::later::Errand;
use crate::platform;
use crate::state::{Studio, Turn};

/// Called once by the root component.
pub(crate) fn listen(studio: Studio) {
    let keys = window_event_listener(ev::keydown, move |event| {
        if !event.default_prevented() && !event.is_composing() && act(studio, &event) {
            event.prevent_default();
        }
    });
    // A button is pressed when Space is let go; the key was for the picture.
    let lifted = window_event_listener(ev::keyup, move |event| {
        if event.key() == " " && on_picture(&event) {
            event.prevent_default();
        }
    });
    // For trying recovery by hand or in a test: document.dispatchEvent(new Event("palimpsest:lose-device"))
    let lose = window_event_listener_untyped("palimpsest:lose-device", move |_| studio.lose_device());
    on_cleanup(move || {
        keys.remove();
        lifted.remove();
        lose.remove();
    });
}

fn target(event: &KeyboardEvent) -> Option<Element> {
    event.target().and_then(|target| target.dyn_into().ok())
}

/// Whether the focus is in something that takes letters or arrows for itself.
fn typing(event: &KeyboardEvent) -> bool {
    let Some(target) = target(event) else { return false };
    match target.dyn_ref::<HtmlInputElement>() {
        Some(input) => !matches!(input.type_().as_str(), "checkbox" | "button" | "file"),
        None => target.matches("textarea, select, [contenteditable], canvas").unwrap_or(false),
    }
}

/// Whether the focus is on a picture of the gallery, or on nothing.
fn on_picture(event: &KeyboardEvent) -> bool {
    target(event).is_none_or(|target| target.matches("body, .card-picture, .picture-figure").unwrap_or(false))
}

/// Does what a key is for; false when it is for nothing here.
fn act(studio: Studio, event: &KeyboardEvent) -> bool {
    let key = event.key();
    let command = event.ctrl_key() || event.meta_key();
    if key == "Enter" && command {
        studio.generate();
        return true;
    }
    if key == "Escape" {
        return escape(studio);
    }
    if typing(event) || event.alt_key() || in_other_dialog(studio) {
        return false;
    }
    let single_keys = studio.session.single_keys.get_untracked();
    match key.as_str() {
        "z" | "Z" if command && studio.library.deleted.with_untracked(Option::is_some) => {
            studio.restore_deleted();
            true
        }
        "?" if single_keys => {
            studio.open_drawer(DrawerKind::Help);
            true
        }
        // A key pressed on some other control is not meant for a picture.
        _ if !in_gallery(event) => false,
        "d" | "D" if command => download(studio),
        "a" | "A" if command => select_all(studio),
        _ if command => false,
        "Delete" => delete(studio),
        " " if on_picture(event) => fullscreen(studio),
        "s" | "S" if single_keys => star(studio),
        "c" | "C" if single_keys => studio.compare_subjects(),
        _ => arrow(studio, event),
    }
}

/// Whether the focus is in the gallery, in the picture shown large, or on nothing.
fn in_gallery(event: &KeyboardEvent) -> bool {
    let Some(target) = target(event) else { return true };
    target.matches("body").unwrap_or(false)
        || target.closest(".studio, .picture-dialog").ok().flatten().is_some()
}

/// Whether a dialog other than the picture's own is open: the gallery behind it is not meant.
fn in_other_dialog(studio: Studio) -> bool {
    let own = studio.library.opened.with_untracked(Option::is_some);
    let open = document().query_selector_all("dialog[open]").map_or(0, |dialogs| dialogs.length());
    open > u32::from(own)
}

/// Closes the dialog on top, else ends a selection, else the run. A picture on the whole screen takes Esc for itself.
fn escape(studio: Studio) -> bool {
    if document().fullscreen_element().is_some() {
        return false;
    }
    if close_top() {
        return true;
    }
    if studio.library.selection.with_untracked(|selection| !selection.is_empty()) {
        studio.library.selection.update(gallery::Selection::clear);
        return true;
    }
    let busy = untrack(|| studio.queue.is_busy()) || studio.tabs.turn.get_untracked() == Turn::Asked;
    if busy {
        studio.cancel();
    }
    busy
}

fn download(studio: Studio) -> bool {
    let subjects = studio.library.subjects();
    let any = !subjects.is_empty();
    studio.later(Errand::Download(subjects));
    any
}

fn delete(studio: Studio) -> bool {
    let subjects = studio.library.subjects();
    studio.delete_and_go_on(&subjects);
    !subjects.is_empty()
}

fn star(studio: Studio) -> bool {
    let subjects = studio.library.subjects();
    studio.toggle_favorite(&subjects);
    !subjects.is_empty()
}

fn fullscreen(studio: Studio) -> bool {
    let opened = studio.library.opened;
    let current = opened.get_untracked().or_else(|| studio.library.current.get_untracked());
    let Some(current) = current.filter(|id| untrack(|| studio.library.record(id)).is_some()) else {
        return false;
    };
    if opened.with_untracked(Option::is_none) {
        opened.set(Some(current));
        // The figure is there after the next frame; the browser still knows of the key.
        request_animation_frame(|| platform::toggle_fullscreen(FIGURE));
    } else {
        platform::toggle_fullscreen(FIGURE);
    }
    true
}

fn select_all(studio: Studio) -> bool {
    let in_grid = studio.library.opened.with_untracked(Option::is_none);
    if in_grid {
        let shown = studio.library.shown.get_untracked();
        studio.library.selection.update(|selection| selection.choose_all(&shown));
    }
    in_grid
}

fn arrow(studio: Studio, event: &KeyboardEvent) -> bool {
    let step = match event.key().as_str() {
        "ArrowLeft" => Step::Left,
        "ArrowRight" => Step::Right,
        "ArrowUp" => Step::Up,
        "ArrowDown" => Step::Down,
        "Home" => Step::First,
        "End" => Step::Last,
        _ => return false,
    };
    if studio.library.opened.with_untracked(Option::is_some) {
        let sideways = matches!(step, Step::Left | Step::Right);
        if sideways {
            studio.step_opened(step == Step::Right);
        }
        return sideways;
    }
    let in_grid = target(event).is_none_or(|target| {
        target.matches("body").unwrap_or(false) || target.closest("#gallery").ok().flatten().is_some()
    });
    if in_grid {
        studio.step_in_grid(step, event.shift_key());
    }
    in_grid
}
