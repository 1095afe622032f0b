//! What every modal dialog of the page does: it follows what is to be shown, and tells when it was closed.

use std::cell::RefCell;

use leptos::ev::Event;
use leptos::{html, prelude::*};
use web_sys::HtmlDialogElement;

thread_local! {
    /// The dialogs that are open, the one opened last on top.
    static OPEN: RefCell<Vec<HtmlDialogElement>> = const { RefCell::new(Vec::new()) };
}

/// Opens and closes a modal dialog as `open`, which is tracked, says.
pub(crate) fn show_while(dialog: NodeRef<html::Dialog>, open: impl Fn() -> bool + 'static) {
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match open() {
            // Refused only if it is open already.
            true if !dialog.open() && dialog.show_modal().is_ok() => {
                let dialog = HtmlDialogElement::clone(&dialog);
                OPEN.with_borrow_mut(|open| {
                    drop_closed(open);
                    open.push(dialog);
                });
            }
            false => dialog.close(),
            true => {}
        }
    });
}

/// Closes the dialog that lies on top; false when none is open. Esc does this: left to itself, a browser closes several at
/// once when they were opened by anything but a press of the person's.
pub(crate) fn close_top() -> bool {
    let top = OPEN.with_borrow_mut(|open| {
        drop_closed(open);
        open.pop()
    });
    top.inspect(|dialog| dialog.close()).is_some()
}

/// Buttons close dialogs, too.
fn drop_closed(open: &mut Vec<HtmlDialogElement>) {
    open.retain(|dialog| dialog.open() && dialog.is_connected());
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
