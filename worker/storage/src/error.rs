//! The one error type of this crate.

/// Why something could not be kept or found again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// The browser keeps nothing for this page.
    #[error(
        "This browser refuses to store data for this page (a private window, or blocked site data), so nothing \
         will be kept after this visit."
    )]
    Refused {
        /// What the browser said.
        reason: String,
    },
    /// The origin's quota or the disk is used up; nothing was stored.
    #[error(
        "The browser's storage for this page is full; delete pictures or models you no longer need, then try again."
    )]
    Full,
    /// Another tab runs another version of the application.
    #[error("Another tab has a different version of this page open; close it, then reload this one.")]
    Blocked,
    /// What was asked for is not in the database.
    #[error("The database has no {what}; it may have been deleted in another tab.")]
    Missing {
        /// What it is, for people.
        what: String,
    },
    /// It is there, but its bytes are not: browsers lose files under a database when a disk is cleaned.
    #[error("The browser lost part of {what}; delete it and store it again.")]
    Damaged {
        /// What it is, for people.
        what: String,
        /// What is wrong.
        reason: String,
    },
    /// The browser has closed the database, as it does when the page's data is cleared. What was under way has changed
    /// nothing.
    #[error(
        "The browser closed this page's database and does not open it again; reload the page and try again."
    )]
    Closed {
        /// What the browser said.
        reason: String,
    },
    /// Anything else the browser's database reports.
    #[error("The browser's database failed; reload the page and try again.")]
    Failed {
        /// What the browser said.
        reason: String,
    },
}

impl StorageError {
    /// The technical detail behind the sentence, empty when there is none.
    pub fn detail(&self) -> String {
        match self {
            Self::Refused { reason } | Self::Closed { reason } | Self::Failed { reason } => reason.clone(),
            Self::Damaged { what, reason } => format!("{what}: {reason}"),
            Self::Missing { what } => what.clone(),
            Self::Full | Self::Blocked => String::new(),
        }
    }

    /// Sorts an exception by its `DOMException` name, as the IndexedDB and File API standards assign them.
    ///
    /// `opening` says whether it came from opening the database, where any refusal means that there is none.
    pub fn from_exception(name: &str, message: &str, opening: bool) -> Self {
        let reason = format!("{name}: {message}");
        match name {
            "QuotaExceededError" => Self::Full,
            "VersionError" => Self::Blocked,
            "NotReadableError" | "NotFoundError" if !opening => {
                Self::Damaged { what: "a stored file".to_owned(), reason }
            }
            "SecurityError" | "NotAllowedError" => Self::Refused { reason },
            // What is under way when a database is closed ends with one of these, and so does opening one that is
            // still being cleared.
            "AbortError" => Self::Closed { reason },
            "InvalidStateError" | "UnknownError" if !opening => Self::Closed { reason },
            _ if opening => Self::Refused { reason },
            _ => Self::Failed { reason },
        }
    }
}

/// A damaged row of `what`.
pub(crate) fn damaged(what: impl Into<String>, reason: impl ToString) -> StorageError {
    StorageError::Damaged { what: what.into(), reason: reason.to_string() }
}
