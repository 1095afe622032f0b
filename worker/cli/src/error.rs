//! What can go wrong in a terminal.

use std::path::PathBuf;

use kernels::KernelError;
use pipeline::{PipelineError, source::SourceError};
use weights::WeightsError;

/// Why nothing was made, in one sentence.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// A file could not be read.
    #[error("{path} could not be read: {reason}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's explanation.
        reason: std::io::Error,
    },
    /// A file could not be written.
    #[error("{path} could not be written: {reason}", path = path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// An explanation.
        reason: String,
    },
    /// Another format was asked for.
    #[error("{path} does not end in .png, the only format that is written", path = path.display())]
    NotPng {
        /// The file.
        path: PathBuf,
    },
    /// Another format was asked for.
    #[error("{path} does not end in .gguf, the only format that is written", path = path.display())]
    NotGguf {
        /// The file.
        path: PathBuf,
    },
    /// A source or mask that is no usable picture.
    #[error("{path}: {reason}", path = path.display())]
    Picture {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: SourceError,
    },
    /// A noise file that is not one.
    #[error("{path} holds no recorded noise: {reason}", path = path.display())]
    Noise {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A LoRA that cannot be used with the model.
    #[error("{path}: {reason}", path = path.display())]
    Lora {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: PipelineError,
    },
    /// The model is not there.
    #[error("there is no model folder or file {path}", path = path.display())]
    NoModel {
        /// The folder.
        path: PathBuf,
    },
    /// The built-in model is not where it should be.
    #[error(
        "the built-in model was not found beside the program or in its repository; name a folder instead"
    )]
    NoBuiltin,
    /// The device could not be opened.
    #[error(transparent)]
    Device(#[from] KernelError),
    /// A weight file cannot be used.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// A folder without anything to inspect.
    #[error("{path} holds no weight files", path = path.display())]
    NoWeights {
        /// The folder.
        path: PathBuf,
    },
    /// The pipeline failed.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
}
