//! Checkpoint files: where their bytes come from, what tensors they hold, and the JSON beside them.
//!
//! A [`Checkpoint`] is opened from a [`Folder`], in diffusers' layout or with everything in one file, and looks the
//! same afterwards. Nothing here holds a whole weight file: the header of a safetensors or GGUF file is read once, and
//! each tensor by its own ranged read, so that a browser can feed a GPU from a `Blob` of several gigabytes. Every file
//! is outside data: all that it claims is checked before it is believed.

mod bundle;
mod checkpoint;
mod content;
mod dtype;
mod error;
mod folder;
mod gguf;
mod header;
mod literals;
pub mod lora;
mod manifest;
mod pickle;
pub mod quantize;
mod shards;
mod sink;
mod source;
mod tensors;

pub use bundle::{BUNDLED_CONFIG, bundled_configs};
pub use checkpoint::{Checkpoint, Family, LoraSummary, Part, PartSurvey, Prediction, Survey};
pub use dtype::{DType, RawTensor};
pub use error::WeightsError;
#[cfg(not(target_arch = "wasm32"))]
pub use folder::DirFolder;
pub use folder::{Folder, MemoryFolder, OverlayFolder, read_bytes, read_json, require_json};
pub use gguf::{GgufTensor, GgufWriter, MetadataValue};
pub use manifest::{Component, Manifest, Profile};
pub use sink::ByteSink;
#[cfg(not(target_arch = "wasm32"))]
pub use sink::FileSink;
pub use source::{ByteSource, LocalBoxFuture, MemorySource};
pub use tensors::{TensorInfo, Tensors, View};
