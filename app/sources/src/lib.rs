//! Sources, as far as they can be known without a browser and without decoding them.
//!
//! [`kind_of`] tells by a file's bytes what it is, whatever its name says. An [`Edit`] is what a person does to a
//! source: mirrored first, then turned, then cropped. [`Crop`] is a rectangle in the picture as it is then shown, and
//! knows how it is dragged, pushed and held to [`Proportions`].

mod crop;
mod edit;
mod kind;
mod proportions;

pub use crop::{Crop, Handle};
pub use edit::Edit;
pub use kind::{HEAD_BYTES, Kind, kind_of};
pub use proportions::Proportions;
