//! The frame around the areas: header, toolbar, drawers.

pub(crate) const CLOSE: &str = "Close";
pub(crate) const TOOLBAR: &str = "Collections and tools";
