//! Why a case cannot be run.

use kernels::KernelError;
use models::ModelError;
use thiserror::Error;
use weights::WeightsError;

/// What went wrong before or during a run.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BenchError {
    /// The manifest's entry is not one.
    #[error("the manifest's entry cannot be read: {0}")]
    Entry(#[from] serde_json::Error),
    /// A case that this crate has no way to run.
    #[error("{name}: {reason}")]
    Unsupported {
        /// The case's name.
        name: String,
        /// What is not known about it, or not done here.
        reason: String,
    },
    /// From a network.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// From an operator.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// From a weight file.
    #[error(transparent)]
    Weights(#[from] WeightsError),
}
