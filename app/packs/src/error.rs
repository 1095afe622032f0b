//! What can be wrong with a file, in one sentence each.

use std::fmt;

/// Where in a pack something is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The entry, from 1; 0 for the pack itself.
    pub entry: usize,
    /// The field, such as `image.sha256`; empty for all of the entry or pack.
    pub field: String,
}

impl Place {
    /// A field of the pack itself, or of its entry of this number, counted from 1.
    pub fn new(entry: usize, field: impl Into<String>) -> Self {
        Self { entry, field: field.into() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.entry, self.field.as_str()) {
            (0, "") => write!(f, "the pack"),
            (0, field) => write!(f, "the field “{field}”"),
            (entry, "") => write!(f, "entry {entry}"),
            (entry, field) => write!(f, "entry {entry}, field “{field}”"),
        }
    }
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It must be there.
    #[error("is missing")]
    Missing,
    /// It is there twice.
    #[error("is there twice")]
    Twice,
    /// It is of another type or outside of its range.
    #[error("is not as it should be ({0})")]
    Invalid(String),
    /// Another entry has the same `id`.
    #[error("is the same as an earlier entry's")]
    NotUnique,
    /// The bytes have another hash.
    #[error("does not match the picture's bytes, so the picture was damaged or changed")]
    WrongHash,
    /// The picture is not encoded as base64.
    #[error("is not base64")]
    NotBase64,
    /// The bytes are no PNG, JPEG or WebP picture, whatever the field says.
    #[error("is not a PNG, JPEG or WebP picture")]
    NotAPicture,
    /// The picture is not what its fields say.
    #[error("says otherwise than the picture itself, which is {0}")]
    Contradicts(String),
    /// It is larger than this.
    #[error("is larger than {0}")]
    TooLarge(String),
    /// Too many values lie within each other.
    #[error("is nested too deeply")]
    TooDeep,
}

/// Why a file is not taken, or a pack not written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// The file has gone, or there is no room for what is in it.
    #[error("The file cannot be read or written; it may have been moved, or the disk may be full.")]
    File(String),
    /// It is something else.
    #[error("This is no image pack, no ZIP file of one, and no PNG, JPEG or WebP picture with settings.")]
    NotAPack,
    /// A PNG of which nobody wrote down how it was made.
    #[error("This picture carries no settings of how it was made.")]
    NoSettings,
    /// A later version of the format.
    #[error(
        "This pack is of version {0}, and this page reads version 1; reload the page, or ask for a pack of version 1."
    )]
    Version(String),
    /// It is JSON up to here.
    #[error("In {place}, the file is damaged or cut off: {what} at byte {at_byte}.")]
    Syntax {
        /// Where.
        place: Place,
        /// How far into the file.
        at_byte: u64,
        /// What was found or expected.
        what: String,
    },
    /// A field is wrong.
    #[error("In {place}: it {problem}.")]
    Field {
        /// Which.
        place: Place,
        /// How.
        problem: Problem,
    },
    /// The file is larger than is read.
    #[error("The file is larger than {0}, which is more than is read.")]
    TooLarge(String),
    /// A ZIP file that cannot be used.
    #[error("The ZIP file cannot be used: {0}.")]
    Zip(String),
}

impl From<crate::BlobError> for PackError {
    fn from(error: crate::BlobError) -> Self {
        Self::File(error.0)
    }
}

/// A wrong field.
pub(crate) fn wrong(entry: usize, field: impl Into<String>, problem: Problem) -> PackError {
    PackError::Field { place: Place::new(entry, field), problem }
}

/// Bytes for people.
pub(crate) fn in_words(bytes: u64) -> String {
    match bytes {
        0..0x10_0000 => format!("{} KB", bytes >> 10),
        0x10_0000..0x4000_0000 => format!("{} MB", bytes >> 20),
        _ => format!("{} GB", bytes >> 30),
    }
}
