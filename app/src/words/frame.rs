//! The frame around the areas: header, toolbar, drawers.

pub(crate) const CLOSE: &str = "Close";
/// While the second module cannot be fetched.
pub(crate) const IN_PART: &str =
    "A part of this page has not arrived; it is asked for again and again, or reload the page.";
pub(crate) const TOOLBAR: &str = "Collections and tools";
