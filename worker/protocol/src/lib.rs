//! What the page and the worker say to each other.
//!
//! A message is a [`postcard`] header plus a list of JavaScript values that travel beside it (`ArrayBuffer`s,
//! transferred and not copied, or `Blob`s, shared by reference). Inside a header such a value is named by its
//! place in that list: a [`Payload`]. This crate stays plain Rust, so that both sides and native tests share it.

pub mod catalogue;
mod command;
mod error;
mod event;
mod request;
mod source;
mod tokens;
mod trace;

pub use command::{Command, DeviceChoice, ImportedFile, Precision};
pub use error::{ErrorCode, ErrorReport};
pub use event::{
    Capabilities, DeviceInfo, DownloadState, Event, ImageReport, LoraInfo, ModelInfo, Pixels, SourceReport,
    Stage,
};
pub use request::{
    InpaintArea, LoraChoice, LoraId, ModelId, PromptSyntax, Request, SamplerKind, StrengthRule,
};
pub use source::{CropPx, SourceEdit, SourceFit};
pub use tokens::TokenCount;
pub use trace::{TraceColors, TraceDetail, TraceOptions};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Both sides are built together, but worker files carry no content hash: a stale cached worker is found by
/// comparing this number and [`Event::Ready`]'s build id.
pub const PROTOCOL_VERSION: u32 = 10;

/// One unit of work that can report progress, fail and be cancelled. The page picks the numbers, counting up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct JobId(pub u64);

/// Index into the list of JavaScript values posted beside the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Payload(pub u8);

/// A header that cannot be read: the two sides were built from different sources.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the page and its worker do not understand each other; reload the page ({0})")]
pub struct DecodeError(pub String);

/// Writes a [`Command`] or [`Event`] header.
pub fn encode<T: Serialize>(message: &T) -> Vec<u8> {
    // A `Vec` grows as needed and every type here is representable, so serialisation has no way to fail; an
    // empty header would be refused by `decode` on the other side.
    postcard::to_allocvec(message).unwrap_or_default()
}

/// Reads a header written by [`encode`].
///
/// # Errors
/// [`DecodeError`] when the bytes are not a header of this build's types.
pub fn decode<T: DeserializeOwned>(header: &[u8]) -> Result<T, DecodeError> {
    postcard::from_bytes(header).map_err(|error| DecodeError(error.to_string()))
}

#[cfg(test)]
mod tests;
