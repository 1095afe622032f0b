//! A file as a row of bytes, of which one chunk is in memory.

use super::Fault;
use crate::Blob;

/// Bytes read at a time.
const CHUNK_BYTES: u64 = 256 << 10;

pub(super) struct Input<'a, B> {
    blob: &'a B,
    chunk: Vec<u8>,
    /// Place of the next byte in the chunk.
    at: usize,
    /// Place of the chunk's end in the file.
    end: u64,
}

impl<'a, B: Blob> Input<'a, B> {
    pub(super) fn new(blob: &'a B) -> Self {
        Self { blob, chunk: Vec::new(), at: 0, end: 0 }
    }

    /// Bytes before the next one.
    pub(super) fn position(&self) -> u64 {
        self.end - (self.chunk.len() - self.at) as u64
    }

    /// Goes to another place.
    pub(super) fn seek(&mut self, position: u64) {
        self.chunk.clear();
        self.at = 0;
        self.end = position;
    }

    /// What is in memory of the file from here on: at least one byte, but for the file's end.
    pub(super) async fn rest(&mut self) -> Result<&[u8], Fault> {
        if self.at == self.chunk.len() {
            let end = self.blob.len_bytes().min(self.end + CHUNK_BYTES);
            self.chunk = if end > self.end { self.blob.read(self.end, end).await? } else { Vec::new() };
            self.at = 0;
            self.end += self.chunk.len() as u64;
        }
        Ok(self.chunk.get(self.at..).unwrap_or_default())
    }

    /// Goes past bytes of [`Input::rest`].
    pub(super) fn pass(&mut self, bytes: usize) {
        self.at = self.chunk.len().min(self.at + bytes);
    }

    /// The next byte, which stays the next one.
    pub(super) async fn peek(&mut self) -> Result<Option<u8>, Fault> {
        Ok(self.rest().await?.first().copied())
    }
}
