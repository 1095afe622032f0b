//! The one error type of this crate.

use crate::{DType, Family};

/// Why a checkpoint's file, header or tensor could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WeightsError {
    /// The bytes could not be read at all.
    #[error("{file} could not be read: {reason}")]
    Unreadable {
        /// Path in the model's folder.
        file: String,
        /// What the operating system or the browser said.
        reason: String,
    },
    /// A file that the model needs is not there.
    #[error("the model has no file {file}")]
    MissingFile {
        /// Path in the model's folder.
        file: String,
    },
    /// A path that leaves the model's folder.
    #[error("{path:?} is not a path inside the model's folder")]
    PathOutsideFolder {
        /// The path as it was given.
        path: String,
    },
    /// Not a safetensors file, or one whose header cannot be trusted.
    #[error("{file} is not a sound safetensors file: {reason}")]
    BadHeader {
        /// Path in the model's folder.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// A GGUF file whose header cannot be trusted.
    #[error("{file} is not a sound GGUF file: {reason}")]
    BadGguf {
        /// Path in the model's folder.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// A file that surely holds no weights.
    #[error("{file} is {what}")]
    NotAModel {
        /// Path in the model's folder.
        file: String,
        /// What it is, and what to do instead.
        what: String,
    },
    /// A header whose description of one tensor contradicts itself or the file.
    #[error("{file}: tensor {tensor} is damaged: {reason}")]
    BadTensor {
        /// Path in the model's folder.
        file: String,
        /// The tensor's name.
        tensor: String,
        /// What is wrong.
        reason: String,
    },
    /// A tensor that the model needs is not there.
    #[error("{file} has no tensor {tensor}")]
    MissingTensor {
        /// Path in the model's folder.
        file: String,
        /// The tensor's name.
        tensor: String,
    },
    /// A tensor of numbers that cannot serve as weights.
    #[error("tensor {tensor} holds {dtype} numbers where floating-point weights belong")]
    NotWeights {
        /// The tensor's name.
        tensor: String,
        /// What it holds.
        dtype: DType,
    },
    /// A tensor in blocks that are known by name only.
    #[error("tensor {tensor} is packed as {dtype}, which is not supported")]
    Unsupported {
        /// The tensor's name.
        tensor: String,
        /// How it is packed.
        dtype: DType,
    },
    /// A tensor with a number that is infinite or none at all, so that nothing computed from it would be one.
    #[error("tensor {tensor} holds a number that is not finite, at place {at}")]
    NotFinite {
        /// The tensor's name.
        tensor: String,
        /// Which of its numbers, in their order.
        at: usize,
    },
    /// A tensor with a number that the wanted format cannot hold.
    #[error("tensor {tensor} holds numbers too large for {dtype}")]
    TooLarge {
        /// The tensor's name.
        tensor: String,
        /// The format.
        dtype: DType,
    },
    /// The bytes could not be written.
    #[error("{file} could not be written: {reason}")]
    Unwritable {
        /// The file, or what stands for it.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// A JSON file that does not say what it should.
    #[error("{file} is not the JSON that was expected: {reason}")]
    BadJson {
        /// Path in the model's folder.
        file: String,
        /// Where and what, from the parser.
        reason: String,
    },
    /// A file of Python's objects, which may hold a program.
    #[error(
        "{file} is a pickle, a format that can run programs when it is read; \
         bring the model as safetensors or GGUF, or convert it first"
    )]
    Pickle {
        /// Path in the model's folder.
        file: String,
    },
    /// A file of a kind that is no model by itself, or no model that this application runs.
    #[error("{file} is {family}, but {needed}")]
    OtherFamily {
        /// Path in the model's folder.
        file: String,
        /// What it is.
        family: Family,
        /// What would do instead.
        needed: &'static str,
    },
    /// Tensors of a part that its other tensors call for.
    #[error("{file}: its {part} has no tensor {first}{}", others(*.more))]
    MissingTensors {
        /// Path in the model's folder.
        file: String,
        /// `unet`, `vae` or `text_encoder`.
        part: &'static str,
        /// The first that is missing, under diffusers' name.
        first: String,
        /// How many more are missing.
        more: usize,
    },
    /// A checkpoint without one of its parts.
    #[error("{file} has no {part}: it is not a whole model, but may serve as a part of one")]
    MissingPart {
        /// Path in the model's folder.
        file: String,
        /// `unet`, `vae` or `text_encoder`.
        part: &'static str,
    },
    /// Tensors of a part that cannot belong to any network of its kind.
    #[error("{file}: its {part} cannot be understood: {reason}")]
    UnknownLayout {
        /// Path in the model's folder.
        file: String,
        /// `unet`, `vae` or `text_encoder`.
        part: &'static str,
        /// What is odd.
        reason: String,
    },
}

fn others(more: usize) -> String {
    match more {
        0 => String::new(),
        more => format!(", and {more} more are missing"),
    }
}
