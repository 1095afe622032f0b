//! Keys that work everywhere on the page.

use leptos::{ev, prelude::*};

use crate::state::Studio;

/// Ctrl+Enter generates, Esc cancels; called once by the root component.
pub(crate) fn listen(studio: Studio) {
    let keys = window_event_listener(ev::keydown, move |event| match event.key().as_str() {
        "Enter" if event.ctrl_key() || event.meta_key() => {
            event.prevent_default();
            studio.generate();
        }
        // An open dialog takes Esc for itself.
        "Escape" if studio.library.opened.with_untracked(Option::is_none) => studio.cancel(),
        _ => {}
    });
    // For trying recovery by hand or in a test: document.dispatchEvent(new Event("palimpsest:lose-device"))
    let lose = window_event_listener_untyped("palimpsest:lose-device", move |_| studio.lose_device());
    on_cleanup(move || {
        keys.remove();
        lose.remove();
    });
}
