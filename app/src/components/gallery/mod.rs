//! The gallery's parts.

mod actions;
mod card;
mod cards;
mod collections;
mod details;
mod filters;
mod grid;
mod lineage;
mod rows;
mod selection_bar;
mod sheet;
mod thumbnail;
mod undo_bar;
mod view;

pub(crate) use collections::CollectionsDialog;
pub(crate) use details::{FIGURE, PictureDialog};
pub(crate) use thumbnail::Thumbnail;
pub(crate) use undo_bar::UndoBar;
pub(crate) use view::GalleryView;
