//! Image packs: pictures with everything needed to make them again, as one JSON file.
//!
//! A pack's pictures may be larger than the memory of a page, so no file is ever whole in it. [`read`] goes through a
//! file in chunks: the structure is walked byte by byte, small values are parsed by `serde_json`, and a picture's
//! base64 is decoded, hashed and laid down piece by piece. [`write_pack`] does the reverse. Both see files as
//! [`Blob`]s, which in a browser lie outside of wasm memory.
//!
//! Fields that this version does not know survive ([`Pack::rest`] and its like). What is wrong with a file is a
//! [`PackError`] that names the entry and the field, and nothing of such a file is taken.
//!
//! [`read`] also takes what other tools leave behind: a picture with its settings inside, and ZIP files of a picture
//! beside a `generation.json`.

mod blob;
mod date;
mod error;
mod foreign;
mod json;
mod limits;
mod pack;
mod picture;
mod reader;
mod schema;
mod writer;

pub use blob::{Blob, BlobError, MemoryBlob};
pub use date::{date_of_millis, millis_of_date};
pub use error::{PackError, Place, Problem};
pub use foreign::{Origin, read};
pub use pack::{Entry, LoadedPack, Pack, PictureKey, Role};
pub use picture::{PictureInfo, hexadecimal};
pub use schema::{FORMAT, VERSION};
pub use writer::write_pack;

#[cfg(test)]
mod tests;
