//! One file of a model: cut into chunks when it comes in, read by ranges afterwards.
//!
//! Browsers have limits of 127-255 MiB on one stored value and keep Blobs as files of their own, so a file is a
//! row of Blobs; a range is read from disk through the one or two Blobs that it touches.

use std::{cell::RefCell, rc::Rc};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Backend, BlobHandle, Key, StorageError, Table, Write, error::damaged};

/// Bytes in a chunk; the last one of a file may be shorter.
pub const CHUNK_BYTES: u64 = 32 << 20;

/// What is known of a stored file. Its row is written after its last chunk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Length in bytes.
    pub bytes: u64,
    /// Number of chunks.
    pub chunks: u32,
    /// Bytes in a chunk when it was stored.
    pub chunk_bytes: u64,
    /// SHA-256 of the whole file, hexadecimal.
    pub sha256: String,
}

/// Six digits, so that text sorts as the numbers do.
fn chunk_key(folder: &str, path: &str, index: u32) -> Key {
    Key::of([folder, path, &format!("{index:06}")])
}

/// Copies `source` into chunks, one transaction each, then writes the file's row. `progress` hears each number of
/// bytes as it is stored. At most one chunk is in memory.
pub(crate) async fn store<B: Backend>(
    backend: &B,
    (folder, path): (&str, &str),
    source: &B::Blob,
    chunk_bytes: u64,
    progress: &mut dyn FnMut(u64),
) -> Result<FileRecord, StorageError> {
    let bytes = source.len_bytes();
    let mut hash = Sha256::new();
    let (mut start, mut chunks) = (0, 0);
    while start < bytes {
        let end = bytes.min(start + chunk_bytes);
        let part = source.read(start, end).await?;
        hash.update(&part);
        let blob = B::Blob::from_bytes(&part)?;
        backend.write(vec![Write::Bytes(Table::Chunks, chunk_key(folder, path, chunks), blob)]).await?;
        progress(end - start);
        (start, chunks) = (end, chunks + 1);
    }
    let record = FileRecord { bytes, chunks, chunk_bytes, sha256: hexadecimal(&hash.finalize()) };
    let json = serde_json::to_string(&record).map_err(|error| damaged(path, error))?;
    backend.write(vec![Write::Text(Table::Files, Key::of([folder, path]), json)]).await?;
    Ok(record)
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A stored file, open for reading.
#[derive(Debug)]
pub struct StoredFile<B: Backend> {
    backend: Rc<B>,
    folder: String,
    path: String,
    record: FileRecord,
    /// Handles, not bytes: fetching one costs a transaction, so each is fetched once.
    chunks: RefCell<Vec<Option<B::Blob>>>,
}

impl<B: Backend> StoredFile<B> {
    pub(crate) fn new(backend: Rc<B>, folder: &str, path: &str, record: FileRecord) -> Self {
        let chunks = RefCell::new(vec![None; record.chunks as usize]);
        Self { backend, folder: folder.to_owned(), path: path.to_owned(), record, chunks }
    }

    /// Its record.
    pub fn record(&self) -> &FileRecord {
        &self.record
    }

    /// Reads bytes `start..end`.
    ///
    /// # Errors
    /// [`StorageError::Damaged`] when the range leaves the file or a chunk is gone or short.
    pub async fn read(&self, start: u64, end: u64) -> Result<Vec<u8>, StorageError> {
        if start > end || end > self.record.bytes {
            let reason = format!("bytes {start}..{end} of {}", self.record.bytes);
            return Err(damaged(&self.path, reason));
        }
        let size = self.record.chunk_bytes.max(1);
        let mut bytes = Vec::with_capacity(usize::try_from(end - start).unwrap_or(0));
        let mut at = start;
        while at < end {
            let index = at / size;
            let stop = end.min((index + 1) * size);
            let part = self.chunk(index).await?.read(at - index * size, stop - index * size).await?;
            if part.len() as u64 != stop - at {
                return Err(damaged(&self.path, format!("chunk {index} is short")));
            }
            bytes.extend_from_slice(&part);
            at = stop;
        }
        Ok(bytes)
    }

    async fn chunk(&self, index: u64) -> Result<B::Blob, StorageError> {
        let missing = || damaged(&self.path, format!("chunk {index} is not there"));
        let place = usize::try_from(index).map_err(|_| missing())?;
        if let Some(Some(blob)) = self.chunks.borrow().get(place) {
            return Ok(blob.clone());
        }
        let number = u32::try_from(index).map_err(|_| missing())?;
        let key = chunk_key(&self.folder, &self.path, number);
        let blob = self.backend.blob(Table::Chunks, &key).await?.ok_or_else(missing)?;
        if let Some(slot) = self.chunks.borrow_mut().get_mut(place) {
            *slot = Some(blob.clone());
        }
        Ok(blob)
    }
}
