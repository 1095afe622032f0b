//! What can be wrong with a LoRA file.

use crate::WeightsError;

/// Why a LoRA file could not be used, in one sentence for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoraError {
    /// The file itself cannot be read.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// There is nothing in it that looks like a LoRA.
    #[error("the file holds no LoRA: none of its {tensors} tensors is named like one")]
    NoLora {
        /// Number of its tensors.
        tensors: usize,
    },
    /// It was made for a model of a kind that has other parts.
    #[error(
        "the LoRA is for {family}, as {sign} shows, and this application runs LoRAs for Stable Diffusion 1 and 2"
    )]
    OtherModel {
        /// The kind of model.
        family: &'static str,
        /// The tensor's name or the metadata that tells.
        sign: String,
    },
    /// It changes the weights in another way than by a product of two matrices.
    #[error("tensor {tensor} belongs to {method}, which is not supported; only plain LoRA and LoCon are")]
    Unsupported {
        /// Name of the tensor.
        tensor: String,
        /// What it is.
        method: &'static str,
    },
    /// One of a module's two matrices is not there.
    #[error("the LoRA of module {module} has no {missing} matrix")]
    Incomplete {
        /// The module, as the file spells it.
        module: String,
        /// `down` or `up`.
        missing: &'static str,
    },
    /// A matrix of another shape than its partner or its module asks for.
    #[error("tensor {tensor} has shape {got:?}, but it must be {expected}")]
    WrongShape {
        /// Name of the tensor.
        tensor: String,
        /// The rule, in words.
        expected: String,
        /// Shape in the file.
        got: Vec<usize>,
    },
    /// An alpha that is not one finite number.
    #[error("{place} must be one finite number, but it is {got}")]
    BadAlpha {
        /// The tensor's name, or where in the metadata.
        place: String,
        /// What is there.
        got: String,
    },
    /// Metadata that should hold JSON and does not.
    #[error("the metadata {entry} is not the JSON that was expected: {reason}")]
    BadMetadata {
        /// Name of the entry.
        entry: &'static str,
        /// Where and what, from the parser.
        reason: String,
    },
    /// A matrix with a value that is infinite or not a number.
    #[error("tensor {tensor} holds a value that is not a finite number")]
    NotFinite {
        /// Name of the tensor.
        tensor: String,
    },
    /// The model has none of the modules that the LoRA is for.
    #[error("the LoRA fits another model: this one has none of its {count} modules, such as {example}")]
    NothingKnown {
        /// Number of the LoRA's modules.
        count: usize,
        /// One of them, as the file spells it.
        example: String,
    },
}
