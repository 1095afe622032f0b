//! Failures as the page sees them.

use serde::{Deserialize, Serialize};

/// What kind of failure it is; the page places and words its message by this, never by the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ErrorCode {
    /// The source is not a picture, is damaged, or is too large.
    Source,
    /// The prompt cannot be used.
    Prompt,
    /// Strength and steps leave nothing to do.
    Strength,
    /// A setting is outside what the model takes.
    Settings,
    /// The model is missing, damaged or of an unknown kind.
    Model,
    /// A LoRA is missing, damaged, of an unknown kind, or does not fit the model.
    Lora,
    /// There is no usable device, or it refused.
    Device,
    /// The device was lost while working.
    DeviceLost,
    /// The database is refused or full.
    Storage,
    /// The network is needed and not there.
    Network,
    /// A defect of ours.
    Internal,
}

/// A failure, told to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorReport {
    /// The kind.
    pub code: ErrorCode,
    /// One sentence that says what happened and what to do.
    pub message: String,
    /// Technical detail, shown on request.
    pub detail: String,
    /// Whether trying again can help without changing anything.
    pub recoverable: bool,
}
