//! The one error type of the worker.

use downloads::DownloadError;
use kernels::KernelError;
use models::ModelError;
use pipeline::{PipelineError, source::SourceError};
use protocol::catalogue::CatalogueError;
use storage::StorageError;
use weights::{WeightsError, lora::LoraError};

/// Why a command could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// No picture was made.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
    /// The source is no picture that the engine can start from.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A picture with so many pixels that nobody would wait for its drawing.
    #[error(
        "the picture of {width_px}x{height_px} pixels is too large to be drawn as SVG; choose another output format"
    )]
    TooLargeToDraw {
        /// Width in pixels.
        width_px: u32,
        /// Height in pixels.
        height_px: u32,
    },
    /// No device could be had.
    #[error(transparent)]
    Device(#[from] KernelError),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A file could not be fetched.
    #[error("the built-in model could not be fetched; connect to the network once, then it works without")]
    Network {
        /// What the browser said.
        reason: String,
    },
    /// A fetched file is not the one that this build belongs to.
    #[error("the built-in model's {file} belongs to another version of this page; reload it")]
    WrongHash {
        /// Path in the model's folder.
        file: String,
    },
    /// The built-in model's files are in the database no longer: browsers lose files when a disk is cleaned.
    #[error("the browser lost part of the built-in model; press Generate to fetch it again")]
    LostBuiltin {
        /// What could not be read.
        reason: String,
    },
    /// This deployment has no built-in model.
    #[error("this copy of the application has no built-in model; import one")]
    NoBuiltin {
        /// How that was found out.
        reason: String,
    },
    /// A model that was deleted, perhaps in another tab.
    #[error("the model {id} is no longer there; choose another")]
    NoSuchModel {
        /// Its key.
        id: String,
    },
    /// A LoRA file cannot be used.
    #[error(transparent)]
    Lora(#[from] LoraError),
    /// A LoRA that was deleted, perhaps in another tab.
    #[error("the LoRA {id} is no longer there; choose another")]
    NoSuchLora {
        /// Its key.
        id: String,
    },
    /// A name for an imported model that cannot be used.
    #[error("{name:?} cannot be the name of an imported model or LoRA; choose another")]
    BadName {
        /// The name.
        name: String,
    },
    /// A folder without a single file that belongs to a model.
    #[error(
        "this is no model: choose a folder that holds model_index.json, or a .safetensors or .gguf checkpoint"
    )]
    NotAModel,
    /// A file with only one part of a model.
    #[error("this file holds only a {part}: choose it together with the checkpoint that it belongs to")]
    OnlyAPart {
        /// The part.
        part: &'static str,
    },
    /// Several files that would each be the same part of the model.
    #[error("{name} and another of the chosen files are the same part of a model: choose one of them")]
    TwoOfAKind {
        /// The later file.
        name: String,
    },
    /// The catalogue could not be fetched.
    #[error("the list of models could not be fetched; connect to the network and try again")]
    NoCatalogue {
        /// What the browser said.
        reason: String,
    },
    /// The catalogue cannot be used.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// A model that the catalogue does not have, or no longer.
    #[error("the catalogue has no {id}; reload the page")]
    NotInCatalogue {
        /// Its key.
        id: String,
    },
    /// A download has ended before its end.
    #[error(transparent)]
    Download(#[from] DownloadError),
    /// The job was cancelled before it reached the device.
    #[error("the work was cancelled")]
    Cancelled,
    /// The page sent something that does not fit its command.
    #[error("the page and its worker do not understand each other; reload the page")]
    BadMessage {
        /// What was wrong.
        reason: String,
    },
}

impl EngineError {
    /// Whether it is the answer to a wish to cancel, rather than a failure.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled | Self::Pipeline(PipelineError::Cancelled))
    }

    /// Whether a model's file that should be there could not be read.
    pub fn is_unreadable(&self) -> bool {
        use WeightsError::{MissingFile, Unreadable};
        let Self::Pipeline(PipelineError::Model(ModelError::Weights(error))) = self else { return false };
        matches!(error, MissingFile { .. } | Unreadable { .. })
    }

    /// Whether the GPU is gone and everything on it.
    pub fn is_device_lost(&self) -> bool {
        matches!(
            self,
            Self::Pipeline(PipelineError::DeviceLost { .. }) | Self::Device(KernelError::DeviceLost { .. })
        )
    }
}
