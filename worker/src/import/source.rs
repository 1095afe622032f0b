//! A chosen file, read by ranges where it lies.

use std::ops::Range;

use storage::BlobHandle;
use weights::{ByteSource, LocalBoxFuture, WeightsError};

/// A blob as the engine reads files.
pub(super) struct BlobSource<Blob> {
    name: String,
    blob: Blob,
}

impl<Blob: BlobHandle> BlobSource<Blob> {
    /// `name` is for messages.
    pub(super) fn new(name: &str, blob: Blob) -> Self {
        Self { name: name.to_owned(), blob }
    }
}

impl<Blob: BlobHandle> ByteSource for BlobSource<Blob> {
    fn len_bytes(&self) -> u64 {
        self.blob.len_bytes()
    }

    fn read(&self, range: Range<u64>) -> LocalBoxFuture<'_, Result<Vec<u8>, WeightsError>> {
        Box::pin(async move {
            let unreadable = |reason| WeightsError::Unreadable { file: self.name.clone(), reason };
            if range.start > range.end || range.end > self.blob.len_bytes() {
                return Err(unreadable(format!("bytes {range:?} of {}", self.blob.len_bytes())));
            }
            let read = self.blob.read(range.start, range.end).await;
            read.map_err(|error| unreadable(error.to_string()))
        })
    }
}
