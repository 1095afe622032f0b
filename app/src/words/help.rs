//! The sheet of keyboard shortcuts.

pub(crate) const TITLE: &str = "Keyboard shortcuts";
pub(crate) const SINGLE_KEYS: &str = "Single-key shortcuts";
pub(crate) const SINGLE_KEYS_HINT: &str =
    "Letters and signs that act by themselves. Switch them off if they get in the way of your tools.";

/// Keys and what they do.
pub(crate) const KEYS: [(&[&str], &str); 14] = [
    (&["Ctrl", "Enter"], "Generate"),
    (&["Esc"], "Close, clear the selection, or cancel the run"),
    (&["Arrows"], "Go from picture to picture; with Shift, select"),
    (&["Tab"], "Go through the picture's buttons, then on from the gallery"),
    (&["Enter"], "Show the picture large"),
    (&["Space"], "Fullscreen"),
    (&["Delete"], "Delete the picture or the selection"),
    (&["Ctrl", "Z"], "Bring deleted pictures back"),
    (&["Ctrl", "D"], "Download the picture or the selection"),
    (&["S"], "Star"),
    (&["C"], "Compare the picture with its source, or two selected pictures"),
    (&["Ctrl", "A"], "Select all pictures shown"),
    (&["Shift", "Click"], "Select everything in between"),
    (&["?"], "This sheet"),
];
