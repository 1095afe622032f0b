//! Bytes that are read in ranges: a file, a `Blob`, or memory.

use std::{future::Future, ops::Range, pin::Pin, rc::Rc};

use crate::WeightsError;

/// A future on one thread; browsers' handles cannot be sent between threads.
pub type LocalBoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Bytes of known length that can be read a range at a time.
pub trait ByteSource {
    /// Length in bytes.
    fn len_bytes(&self) -> u64;

    /// Reads `range`, all of it.
    ///
    /// # Errors
    /// [`WeightsError::Unreadable`] when the range leaves the source or the medium fails.
    fn read(&self, range: Range<u64>) -> LocalBoxFuture<'_, Result<Vec<u8>, WeightsError>>;
}

/// A source that is already in memory.
#[derive(Debug, Clone)]
pub struct MemorySource(Rc<[u8]>);

impl MemorySource {
    /// Wraps bytes; clones share them.
    pub fn new(bytes: impl Into<Rc<[u8]>>) -> Self {
        Self(bytes.into())
    }
}

impl ByteSource for MemorySource {
    fn len_bytes(&self) -> u64 {
        self.0.len() as u64
    }

    fn read(&self, range: Range<u64>) -> LocalBoxFuture<'_, Result<Vec<u8>, WeightsError>> {
        let bytes = usize::try_from(range.start)
            .ok()
            .zip(usize::try_from(range.end).ok())
            .and_then(|(start, end)| self.0.get(start..end))
            .map(<[u8]>::to_vec)
            .ok_or_else(|| WeightsError::Unreadable {
                file: "memory".to_owned(),
                reason: format!("bytes {range:?} of {}", self.0.len()),
            });
        Box::pin(async { bytes })
    }
}
