//! Inpainting: what the sidebar says of the mask, and the editor in which it is painted.

mod commands;
mod details;
mod editor;
mod keys;
mod overlay;
mod panel;
mod stage;
mod tools;
mod zoom;

pub(crate) use details::details;
pub(crate) use editor::MaskEditor;
pub(crate) use panel::MaskPanel;
