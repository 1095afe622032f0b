//! What the gallery keeps of a picture, and how a PNG file carries the same with it.
//!
//! A [`Record`] is one picture in the gallery; its [`Settings`] are everything that decided the picture, so that
//! it can be made again. [`encode_png`] writes those settings into the file twice: as the `parameters` text that
//! most diffusion tools read ([`parameters`]) and as our own JSON, which loses nothing; [`carry_settings`] does the same for
//! files that a browser has written, JPEG and WebP among them. Nothing that differs from
//! run to run (time, duration, device) goes into the file: the same seed gives the same bytes.
//!
//! What the page does with ten thousand of them is here too, so that it is tested without one: an [`Album`] is
//! searched with a [`Query`] and knows which picture came from which, a [`Selection`] is what is chosen of it, and a
//! [`Grid`] says which of them are in sight.

mod album;
mod carry;
mod drawing;
mod grid;
mod loras;
mod parameters;
mod picture;
mod recent;
mod record;
mod selection;
mod sheet;
mod thumbnail;

pub use album::{Album, Branch, Facets, Link, Order, Query};
pub use carry::{carry_settings, read_settings};
pub use drawing::{check_drawing, read_drawing_settings, write_drawing_settings};
pub use grid::{Grid, Step, Window};
pub use parameters::{parse_parameters, write_parameters};
pub use picture::{JSON_KEY, PARAMETERS_KEY, encode_png};
pub use recent::Recent;
pub use record::{Mode, Record, Settings, SvgChoice, UnknownFields, UsedLora, newest_first};
pub use selection::Selection;
pub use sheet::{InSheet, Layout, Sheet, SheetAxis};
pub use thumbnail::thumbnail_size;

/// Why a picture's file could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum GalleryError {
    /// The pixels do not fill the stated size.
    #[error("a picture of {width_px} x {height_px} pixels needs {expected} bytes but {got} were given")]
    PixelCount {
        /// Width in pixels.
        width_px: u32,
        /// Height in pixels.
        height_px: u32,
        /// Bytes that the size asks for.
        expected: u64,
        /// Bytes given.
        got: usize,
    },
    /// The PNG could not be written.
    #[error("the picture could not be written as PNG: {0}")]
    Encode(#[from] png::EncodingError),
    /// The PNG could not be read.
    #[error("the file is not a PNG that can be read: {0}")]
    Decode(#[from] png::DecodingError),
    /// A file cannot carry settings.
    #[error("the settings cannot be put into the file: {why}")]
    NotCarried {
        /// Why not.
        why: &'static str,
    },
    /// Settings or a record could not be turned into JSON or back.
    #[error("the picture's settings cannot be read: {0}")]
    Json(#[from] serde_json::Error),
}

#[cfg(test)]
mod tests;
