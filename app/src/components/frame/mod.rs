//! The frame that the areas share: the toolbar and its drawers.

mod about;
mod dialog;
mod drawer;
mod modal;
mod toolbar;

pub(crate) use about::AboutDrawer;
pub(crate) use dialog::{close_top, show_while, when_closed};
pub(crate) use drawer::{Drawer, DrawerKind};
pub(crate) use modal::Modal;
pub(crate) use toolbar::Toolbar;
