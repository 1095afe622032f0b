//! Worker to page.

use serde::{Deserialize, Serialize};

use crate::catalogue::CatalogueModel;
use crate::{
    DeviceChoice, ErrorReport, JobId, LoraId, ModelId, Payload, SamplerKind, StrengthRule, TokenCount,
};

/// What this browser gives the worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// `navigator.gpu` exists and gave an adapter.
    pub webgpu: bool,
    /// The adapter computes on the CPU (SwiftShader, llvmpipe, WARP).
    pub software_adapter: bool,
}

/// The device in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceInfo {
    /// What was asked for.
    pub choice: DeviceChoice,
    /// Whether jobs run through WebGPU.
    pub gpu: bool,
    /// The adapter's name, or how the CPU computes, for people.
    pub name: String,
    /// One sentence when the choice needs explaining ("No WebGPU here, so pictures are made on the CPU.").
    pub note: Option<String>,
}

/// A model that can be used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Its key.
    pub id: ModelId,
    /// Its name, for people.
    pub name: String,
    /// SHA-256 over its files' hashes, hexadecimal; empty until it has been stored once.
    pub hash: String,
    /// Bytes in the database.
    pub bytes: u64,
    /// The side in pixels that it was trained at.
    pub native_px: u32,
    /// The largest side in pixels that makes sense.
    pub max_px: u32,
    /// Sizes must be multiples of this.
    pub multiple_px: u32,
    /// Suggested quality steps.
    pub default_steps: u32,
    /// Suggested guidance scale.
    pub default_guidance: f64,
    /// Suggested sampler.
    pub default_sampler: SamplerKind,
    /// Samplers that suit its prediction type.
    pub samplers: Vec<SamplerKind>,
    /// Suggested strength rule.
    pub default_strength_rule: StrengthRule,
}

/// A LoRA that can be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoraInfo {
    /// Its key.
    pub id: LoraId,
    /// Its name, for people.
    pub name: String,
    /// SHA-256 over its file's hash, hexadecimal.
    pub hash: String,
    /// Bytes in the database.
    pub bytes: u64,
}

/// RGBA8 pixels, row by row from the top left; `data` is an `ArrayBuffer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pixels {
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
    /// `width_px * height_px * 4` bytes.
    pub data: Payload,
}

/// What a file is that pictures can be made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceReport {
    /// SHA-256 of the file, hexadecimal.
    pub hash: String,
    /// Width and height in pixels of the picture in the file, upright.
    pub own_px: (u32, u32),
    /// Width and height in pixels after editing.
    pub edited_px: (u32, u32),
}

/// What a job is doing before and between steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Reading a model's files: into the database at first, then onto the device.
    Loading {
        /// Bytes done.
        done_bytes: u64,
        /// Bytes in all; 0 when they are not counted (weights on their way to the device).
        total_bytes: u64,
    },
    /// Compiling the GPU's programs.
    Compiling {
        /// Programs that are ready.
        done: u32,
        /// Programs that this picture needs and that were not ready.
        total: u32,
    },
    /// Running the text encoder.
    EncodingText,
    /// Running the autoencoder's encoder on the source.
    EncodingSource,
    /// The denoising loop has begun.
    Denoising,
    /// Running the decoder.
    Decoding,
}

/// How a picture was really made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageReport {
    /// Steps that ran.
    pub executed_steps: u32,
    /// Noise level that denoising began from, in the sampler's own scale.
    pub start_sigma: f64,
    /// The model's hash.
    pub model_hash: String,
    /// `gpu` or `cpu`, with the adapter's name.
    pub device: String,
    /// Wall time in milliseconds.
    pub millis: f64,
    /// Sentences about what was asked for and could not be done in full.
    pub notes: Vec<String>,
}

/// How far a download has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DownloadState {
    /// Nothing of it is here.
    Absent,
    /// Bytes are arriving.
    Arriving {
        /// Bytes that have arrived.
        done_bytes: u64,
        /// Bytes in all.
        total_bytes: u64,
    },
    /// A file is read back and compared with its SHA-256.
    Checking {
        /// Bytes of the file that were read.
        done_bytes: u64,
        /// Bytes of the file.
        total_bytes: u64,
    },
    /// The model is opened on trial and every weight is looked at.
    Opening,
    /// It has stopped, and goes on from here when it is asked for.
    Paused {
        /// Bytes that have arrived.
        done_bytes: u64,
        /// Bytes in all.
        total_bytes: u64,
        /// Why, unless a person paused it.
        report: Option<ErrorReport>,
    },
    /// Another tab downloads it.
    Elsewhere {
        /// Bytes that have arrived.
        done_bytes: u64,
        /// Bytes in all; 0 when they are not known here.
        total_bytes: u64,
    },
    /// The model can be used.
    Finished,
}

/// Worker to page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The worker's first word: nothing posted before it is heard.
    Ready {
        /// [`crate::PROTOCOL_VERSION`] of the worker.
        protocol: u32,
        /// Identifies the build.
        build: String,
        /// What the browser offers.
        capabilities: Capabilities,
    },
    /// The device that jobs run on from now on.
    Device(DeviceInfo),
    /// The models that can be used, the built-in one first.
    Models(Vec<ModelInfo>),
    /// The LoRAs that can be used, by name.
    Loras(Vec<LoraInfo>),
    /// The catalogue, and the downloads that have begun.
    Catalogue {
        /// Models that can be downloaded, and the one that comes with the page.
        models: Vec<CatalogueModel>,
        /// Downloads that have begun, by model.
        downloads: Vec<(ModelId, DownloadState)>,
        /// Why there is no catalogue, or no word of downloads.
        fault: Option<ErrorReport>,
    },
    /// How far a download has come.
    Download {
        /// The model.
        model: ModelId,
        /// How far.
        state: DownloadState,
    },
    /// The source is a picture.
    SourceReady {
        /// The asking job.
        job: JobId,
        /// What it is.
        source: SourceReport,
        /// A PNG file's bytes: the whole picture, small, upright and edited.
        thumbnail: Payload,
        /// A PNG file's bytes: the edited picture, when there was something to edit.
        edited: Option<Payload>,
    },
    /// A picture as SVG.
    Traced {
        /// The asking job.
        job: JobId,
        /// An SVG file's bytes.
        drawing: Payload,
    },
    /// The tokens of texts.
    Tokens {
        /// The number that was asked with.
        revision: u64,
        /// One count a text, in the order of asking.
        counts: Vec<TokenCount>,
    },
    /// What a job is doing.
    Stage {
        /// The job.
        job: JobId,
        /// What it does.
        stage: Stage,
    },
    /// A denoising step is done.
    Step {
        /// The job.
        job: JobId,
        /// Steps done, from 1.
        step: u32,
        /// Steps that will run.
        steps: u32,
        /// A cheap linear picture of the latents, one pixel a latent.
        preview: Option<Pixels>,
    },
    /// A picture.
    Image {
        /// The job.
        job: JobId,
        /// Width and height in pixels.
        size_px: (u32, u32),
        /// A PNG file's bytes.
        file: Payload,
        /// The latents before decoding, `[1, c, h, w]` little-endian f32, as the reference stores them; kept with
        /// the picture so that it can be decoded again and compared between devices.
        latents: Payload,
        /// How it was made.
        report: ImageReport,
    },
    /// A model or LoRA is stored, and the list that has it has been told.
    Imported {
        /// The job.
        job: JobId,
        /// The [`ModelId`] or [`LoraId`].
        id: String,
    },
    /// The job ended because it was asked to.
    Cancelled(JobId),
    /// Something went wrong.
    Failed {
        /// The job, if one was to blame.
        job: Option<JobId>,
        /// What to tell the person.
        report: ErrorReport,
    },
}
