//! **Image packs**: the drawer, its cards, and what is about to be imported.

mod card;
mod drawer;
mod picture;
mod preview;

pub(super) use drawer::PacksDrawer;
