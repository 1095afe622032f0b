//! Bytes that are written front to back: a file, a database, or memory.

use crate::{LocalBoxFuture, WeightsError};

#[cfg(not(target_arch = "wasm32"))]
mod file;
#[cfg(not(target_arch = "wasm32"))]
pub use file::FileSink;

/// Takes bytes in their order. What was written is good only when the writer says that it is finished.
pub trait ByteSink {
    /// Appends all of `bytes`.
    ///
    /// # Errors
    /// [`WeightsError::Unwritable`] when the medium fails or is full.
    fn write<'a>(&'a mut self, bytes: &'a [u8]) -> LocalBoxFuture<'a, Result<(), WeightsError>>;
}

/// Memory, for tests and small files.
impl ByteSink for Vec<u8> {
    fn write<'a>(&'a mut self, bytes: &'a [u8]) -> LocalBoxFuture<'a, Result<(), WeightsError>> {
        self.extend_from_slice(bytes);
        Box::pin(async { Ok(()) })
    }
}
