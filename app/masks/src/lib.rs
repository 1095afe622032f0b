//! Masks, which say what part of a picture is drawn anew, and everything about painting one that needs no browser.
//!
//! A [`Mask`] has one byte a pixel: white (255) is drawn anew, black (0) stays, and what is between is mixed.
//! [`Editor`] paints it with a [`Brush`], one stroke at a time, and can go back. [`View`] is where the mask is on the
//! screen, [`Hand`] makes strokes, pans and pinches of what pointers do. [`encode`] and [`decode`] are its file.

mod brush;
mod editor;
mod file;
mod geometry;
mod hand;
mod history;
mod mask;
mod resample;
mod stroke;
mod tiles;
mod turn;
mod view;

pub use brush::{Brush, Tool};
pub use editor::Editor;
pub use file::{MOST_PIXELS, MaskError, decode, encode};
pub use geometry::{Point, Rect, Size};
pub use hand::{Action, Grip, Hand, Pointer};
pub use mask::{MOST_SIDE_PX, Mask, WHITE};
pub use stroke::Sample;
pub use view::View;

#[cfg(test)]
mod test_support;
