//! What every modal dialog of the page does: it follows what is to be shown, and tells when it was closed.

use leptos::ev::Event;
use leptos::{html, prelude::*};

/// Opens and closes a modal dialog as `open`, which is tracked, says.
pub(crate) fn show_while(dialog: NodeRef<html::Dialog>, open: impl Fn() -> bool + 'static) {
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match open() {
            true if !dialog.open() => {
                // Refused only if it is open already.
                dialog.show_modal().ok();
            }
            false => dialog.close(),
            true => {}
        }
    });
}

/// Calls `closed` for a dialog's event `close`, by Esc for instance. A browser sends it late: when the dialog is open
/// again by then, for something else, nothing was closed.
pub(crate) fn when_closed(
    dialog: NodeRef<html::Dialog>,
    closed: impl Fn() + 'static,
) -> impl Fn(Event) + 'static {
    move |_| {
        if !dialog.get_untracked().is_some_and(|dialog| dialog.open()) {
            closed();
        }
    }
}
