//! Two pictures beside each other, as far as that needs no browser.
//!
//! A [`View`] is what is seen of both: zoom and place are fractions of the picture, so that pictures of different
//! sizes are kept in step. [`difference`] shows where two pictures of one size differ and by how much.

mod difference;
mod view;

pub use difference::{Difference, difference};
pub use view::{MOST_ZOOM, View};
