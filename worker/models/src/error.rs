//! The one error type of this crate.

use kernels::KernelError;
use weights::{WeightsError, lora::LoraError};

/// Why a model could not be loaded or run, in one sentence for a person.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The device failed, or the work was cancelled.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// A file of the checkpoint could not be used.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// A LoRA does not fit or cannot be read.
    #[error(transparent)]
    Lora(#[from] LoraError),
    /// A setting asks for something that is not implemented.
    #[error("{file} sets {field} to {value}, which is not supported")]
    Unsupported {
        /// The configuration file.
        file: &'static str,
        /// Name of the setting.
        field: String,
        /// Its value, as JSON.
        value: String,
    },
    /// A setting that contradicts another, or makes no sense.
    #[error("{file}: {field} {reason}")]
    BadSetting {
        /// The configuration file.
        file: &'static str,
        /// Name of the setting.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A weight whose shape is not what the configuration asks for.
    #[error("tensor {tensor} has shape {got:?}, but the configuration asks for {expected:?}")]
    WrongShape {
        /// Name of the tensor.
        tensor: String,
        /// Shape by the configuration.
        expected: Vec<usize>,
        /// Shape in the file.
        got: Vec<usize>,
    },
    /// A weight that is infinite or not a number.
    #[error("tensor {tensor} holds a value that is not a finite number")]
    NotFinite {
        /// Name of the tensor.
        tensor: String,
    },
    /// An input that the model cannot take.
    #[error("{model} cannot take {what}")]
    BadInput {
        /// The model.
        model: &'static str,
        /// What it was given, and what it could take.
        what: String,
    },
}
