//! The one error type of this crate.

use storage::StorageError;

/// Why a download has ended before its end. What had arrived is kept unless it says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DownloadError {
    /// Somebody asked for it.
    #[error("the download is paused")]
    Paused,
    /// The server cannot be reached, or its connections end again and again.
    #[error("the connection was lost; what has arrived is kept, so resume when the network is back")]
    Network {
        /// What was said last.
        reason: String,
    },
    /// The server does not give the file out.
    #[error("{host} does not give out {file} (status {status}); try again later")]
    Refused {
        /// Path in the model's folder.
        file: String,
        /// The server.
        host: String,
        /// HTTP status.
        status: u16,
    },
    /// The server has a file of another length, or says so.
    #[error(
        "the server's {file} has {told_bytes} bytes instead of {expected_bytes}: it is not the file of the catalogue"
    )]
    WrongLength {
        /// Path in the model's folder.
        file: String,
        /// Bytes as the server has it.
        told_bytes: u64,
        /// Bytes as the catalogue has it.
        expected_bytes: u64,
    },
    /// What arrived is not what the catalogue describes; it was removed.
    #[error("{file} arrived damaged and was removed; download it again")]
    WrongHash {
        /// Path in the model's folder.
        file: String,
    },
    /// The file changed again and again while it was downloaded.
    #[error("{file} keeps changing on its server; try again later")]
    Restless {
        /// Path in the model's folder.
        file: String,
    },
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl DownloadError {
    /// The technical detail behind the sentence, empty when there is none.
    pub fn detail(&self) -> String {
        match self {
            Self::Network { reason } => reason.clone(),
            Self::Storage(error) => error.detail(),
            _ => String::new(),
        }
    }
}
