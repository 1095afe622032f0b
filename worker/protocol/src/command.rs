//! Page to worker.

use serde::{Deserialize, Serialize};

use crate::{JobId, LoraId, ModelId, Payload, PromptSyntax, Request, SourceEdit, TraceOptions};

/// The **Device** setting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceChoice {
    /// The GPU, unless there is none or it is a software adapter: then the CPU.
    #[default]
    Auto,
    /// WebGPU, even on a software adapter.
    Gpu,
    /// The CPU through wasm simd128.
    Cpu,
}

/// How the weights of a model are stored at import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// As the file has them.
    #[default]
    AsItIs,
    /// In 16 bits each.
    Half,
    /// In blocks of about 8 bits each (`Q8_0`): hardly a difference to see.
    EightBit,
    /// In blocks of about 4 bits each (`Q4_K`), sensitive tensors in more: the smallest.
    FourBit,
}

/// One file of a model being imported; its bytes stay on disk until they are streamed into the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedFile {
    /// Path inside the diffusers folder, such as `unet/config.json`; the name of a file that is a model by itself.
    pub path: String,
    /// A `Blob`.
    pub blob: Payload,
}

/// Page to worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Chooses the device for the jobs that follow. Answered by [`crate::Event::Device`].
    SetDevice(DeviceChoice),
    /// Answered by [`crate::Event::Models`].
    ListModels,
    /// Checks that a file is a picture the engine can start from, and edits it.
    /// Answered by [`crate::Event::SourceReady`] or [`crate::Event::Failed`].
    InspectSource {
        /// The job that a failure names.
        job: JobId,
        /// The file's bytes, an `ArrayBuffer`.
        file: Payload,
        /// What to do to the picture.
        edit: SourceEdit,
    },
    /// Makes one picture. Answered by `Stage` and `Step` events, then one of `Image`, `Failed`, `Cancelled`.
    Generate {
        /// The job that the answers name.
        job: JobId,
        /// What to make.
        request: Request,
        /// The source file's bytes as the person gave them, an `ArrayBuffer`; the worker decodes and resizes
        /// them with the same code as the command line tool.
        source: Option<Payload>,
        /// Where to repaint the source: a PNG file's bytes of any size, an `ArrayBuffer`. White is repainted.
        mask: Option<Payload>,
    },
    /// Draws a picture as SVG, at once. Answered by [`crate::Event::Traced`] or [`crate::Event::Failed`].
    Trace {
        /// The job that the answer names.
        job: JobId,
        /// A picture file's bytes, an `ArrayBuffer`.
        picture: Payload,
        /// How.
        options: TraceOptions,
    },
    /// Counts the tokens of texts, at once, even while a job runs. Answered by [`crate::Event::Tokens`].
    CountTokens {
        /// A number of the page's own, by which it knows the answer again.
        revision: u64,
        /// The texts: a prompt, a negative prompt.
        texts: Vec<String>,
        /// How they will be read.
        syntax: PromptSyntax,
    },
    /// Stops a job at its next submit. Unknown or finished jobs are ignored.
    Cancel(JobId),
    /// Stores a diffusers folder, or files that are a model by themselves, in the database. Answered by `Stage`
    /// events, then `Models` and `Imported`, or `Failed`.
    ImportModel {
        /// The job that a failure names.
        job: JobId,
        /// Name to show and to store under.
        name: String,
        /// The files.
        files: Vec<ImportedFile>,
        /// How to store the weights.
        precision: Precision,
    },
    /// Removes an imported model. Answered by [`crate::Event::Models`].
    DeleteModel(ModelId),
    /// Answered by [`crate::Event::Loras`].
    ListLoras,
    /// Stores a LoRA file in the database, in place of one of the same name. Answered by `Stage` events, then `Loras`
    /// and `Imported`, or `Failed`.
    ImportLora {
        /// The job that a failure names.
        job: JobId,
        /// Name to show and to store under.
        name: String,
        /// The file, a `Blob`.
        file: Payload,
    },
    /// Removes a LoRA. Answered by [`crate::Event::Loras`].
    DeleteLora(LoraId),
    /// Answered by [`crate::Event::Catalogue`].
    ListCatalogue,
    /// Downloads a model of the catalogue, or goes on with it. Answered by [`crate::Event::Download`]s, and `Models` when
    /// it is there.
    StartDownload(ModelId),
    /// Stops a download; what has arrived is kept. Answered by [`crate::Event::Download`].
    PauseDownload(ModelId),
    /// Gives a download up and removes what has arrived. Answered by [`crate::Event::Download`].
    DiscardDownload(ModelId),
    /// Destroys the GPU device as a driver reset would: recovery can be tried in a test or by hand.
    LoseDevice,
}
