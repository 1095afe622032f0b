//! What can be wrong with a backup, in one sentence each.

use crate::format::VERSION;

/// Why a backup is not taken, or not written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BackupError {
    /// The file has gone, or there is no room for it.
    #[error("The file cannot be read or written; it may have been moved, or the disk may be full.")]
    File(String),
    /// It is something else.
    #[error("This is no backup of Palimpsest, so nothing was imported.")]
    NotABackup,
    /// A later version of the format.
    #[error(
        "This backup is of version {0}, and this page reads versions up to {known}; reload the page and try again.",
        known = VERSION
    )]
    Version(u64),
    /// It is not what was written.
    #[error("The backup is damaged or cut off at {at}, so nothing of it was imported.")]
    Damaged {
        /// The part of it that is not as it was written.
        at: String,
    },
    /// A part is too large for the format.
    #[error("{0} is larger than a backup can carry.")]
    TooLarge(String),
}

impl From<packs::BlobError> for BackupError {
    fn from(error: packs::BlobError) -> Self {
        Self::File(error.0)
    }
}

/// A part that is not as it was written.
pub(crate) fn damaged(at: impl Into<String>) -> BackupError {
    BackupError::Damaged { at: at.into() }
}
