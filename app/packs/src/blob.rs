//! Files outside of this program's memory.

use std::{fmt, rc::Rc};

/// Why bytes could not be had or laid down, as the browser says it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BlobError(pub String);

/// A file that is read by ranges and never changes. Clones are references to the same bytes.
pub trait Blob: Clone {
    /// Lays down a copy of some bytes.
    ///
    /// # Errors
    /// When there is no room for them.
    fn from_bytes(bytes: &[u8]) -> Result<Self, BlobError>;

    /// One file of several in a row, without a copy where the platform can.
    ///
    /// # Errors
    /// When there is no room for it.
    fn join(parts: &[Self], media_type: &str) -> Result<Self, BlobError>;

    /// `start..end` of it as a file of its own, without a copy where the platform can.
    ///
    /// # Errors
    /// When there are no such bytes.
    fn slice(&self, start: u64, end: u64, media_type: &str) -> Result<Self, BlobError>;

    /// Length in bytes.
    fn len_bytes(&self) -> u64;

    /// Reads `start..end`, which the caller keeps within the length.
    ///
    /// # Errors
    /// When the bytes are no longer there.
    fn read(&self, start: u64, end: u64) -> impl Future<Output = Result<Vec<u8>, BlobError>>;
}

/// A file in memory, for tests and for programs without a browser.
#[derive(Clone, PartialEq, Eq)]
pub struct MemoryBlob(Rc<[u8]>);

impl fmt::Debug for MemoryBlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl MemoryBlob {
    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn range(&self, start: u64, end: u64) -> Result<&[u8], BlobError> {
        let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        let bytes = range.and_then(|(start, end)| self.0.get(start..end));
        bytes.ok_or_else(|| BlobError(format!("there are no bytes {start}..{end}")))
    }
}

impl Blob for MemoryBlob {
    fn from_bytes(bytes: &[u8]) -> Result<Self, BlobError> {
        Ok(Self(bytes.into()))
    }

    fn join(parts: &[Self], _media_type: &str) -> Result<Self, BlobError> {
        let bytes: Vec<&[u8]> = parts.iter().map(Self::bytes).collect();
        Ok(Self(bytes.concat().into()))
    }

    fn len_bytes(&self) -> u64 {
        self.0.len() as u64
    }

    fn slice(&self, start: u64, end: u64, _media_type: &str) -> Result<Self, BlobError> {
        self.range(start, end).map(|bytes| Self(bytes.into()))
    }

    async fn read(&self, start: u64, end: u64) -> Result<Vec<u8>, BlobError> {
        self.range(start, end).map(<[u8]>::to_vec)
    }
}
