//! The frame that the areas share: the toolbar and its drawers.

mod about;
mod drawer;
mod toolbar;

pub(crate) use about::AboutDrawer;
pub(crate) use drawer::{Drawer, DrawerKind};
pub(crate) use toolbar::Toolbar;
