//! The one error type of this crate.

use kernels::KernelError;
use models::ModelError;
use sampling::SamplingError;
use weights::{WeightsError, lora::LoraError};

/// Why no picture was made, in one sentence for a person.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The work was stopped by its cancel token.
    #[error("the work was cancelled")]
    Cancelled,
    /// The GPU went away; everything on it must be loaded again on a new device.
    #[error("the GPU was lost: {reason}")]
    DeviceLost {
        /// The driver's or browser's explanation.
        reason: String,
    },
    /// There is nothing to draw.
    #[error("the prompt is empty; write what the picture should show")]
    EmptyPrompt,
    /// A weighted prompt of more chunks than are encoded.
    #[error("a prompt takes {chunks} chunks of 75 tokens, and no more than {most} are read; shorten it")]
    PromptTooLong {
        /// Chunks of the longer prompt.
        chunks: usize,
        /// The most that are allowed.
        most: usize,
    },
    /// A size that the model cannot make.
    #[error(
        "{width_px}x{height_px} is not a size that this model makes: \
         use multiples of {multiple_px} from {multiple_px} to {max_px} pixels"
    )]
    Size {
        /// Width asked for.
        width_px: u32,
        /// Height asked for.
        height_px: u32,
        /// Both sides must be multiples of this.
        multiple_px: u32,
        /// The longest side allowed.
        max_px: u32,
    },
    /// A guidance scale that is not a sensible number.
    #[error("the guidance scale {value} is not between 0 and 100")]
    Guidance {
        /// The scale asked for.
        value: f64,
    },
    /// A LoRA's scale that is not a sensible number.
    #[error("the LoRA's scale {value} is not between -10 and 10")]
    LoraScale {
        /// The scale asked for.
        value: f64,
    },
    /// A mask without the picture that it belongs to.
    #[error("a mask needs a source picture")]
    MaskWithoutSource,
    /// Only the masked part is wanted, and there is none.
    #[error("the mask is all black: paint the part white that should change")]
    EmptyMask,
    /// The model has no tiny autoencoder.
    #[error("this model has no taesd folder beside its vae; use the vae decoder")]
    NoTaesd,
    /// The folder is a model of a kind that this application does not run.
    #[error("this model cannot be run: {reason}")]
    UnknownModel {
        /// What it is, or what it lacks.
        reason: String,
    },
    /// A step left latents that are not finite numbers, and no picture can come of them.
    #[error(
        "the latents grew past all numbers at step {step} of {steps}; \
         try another sampler, a lower guidance scale, or f32 weights"
    )]
    NotFinite {
        /// The step, from 1.
        step: usize,
        /// Steps of the run.
        steps: usize,
    },
    /// The schedule cannot be made from these settings.
    #[error(transparent)]
    Sampling(#[from] SamplingError),
    /// The model's files cannot be used, or it cannot take its input.
    #[error(transparent)]
    Model(ModelError),
    /// The device failed.
    #[error(transparent)]
    Device(KernelError),
}

impl PipelineError {
    /// Whether the device has no room for something.
    pub fn is_out_of_memory(&self) -> bool {
        matches!(self, Self::Device(KernelError::OutOfMemory { .. }))
    }
}

impl From<KernelError> for PipelineError {
    fn from(error: KernelError) -> Self {
        match error {
            KernelError::Cancelled => Self::Cancelled,
            KernelError::DeviceLost { reason } => Self::DeviceLost { reason },
            other => Self::Device(other),
        }
    }
}

impl From<ModelError> for PipelineError {
    fn from(error: ModelError) -> Self {
        match error {
            ModelError::Kernel(error) => error.into(),
            other => Self::Model(other),
        }
    }
}

impl From<LoraError> for PipelineError {
    fn from(error: LoraError) -> Self {
        Self::Model(error.into())
    }
}

impl From<WeightsError> for PipelineError {
    fn from(error: WeightsError) -> Self {
        Self::Model(error.into())
    }
}
