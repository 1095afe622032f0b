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
pub(crate) fn chunk_key(folder: &str, path: &str, index: u32) -> Key {
    Key::of([folder, path, &format!("{index:06}")])
}

/// A file on its way into the database, piece by piece: each chunk is a transaction, the file's row comes last. At
/// most one chunk is in memory.
#[derive(Debug)]
pub struct FileWriter<B: Backend> {
    backend: Rc<B>,
    folder: String,
    path: String,
    chunk_bytes: usize,
    /// The beginning of a chunk that is not full yet.
    pending: Vec<u8>,
    hash: Sha256,
    record: FileRecord,
}

impl<B: Backend> FileWriter<B> {
    pub(crate) fn new(backend: Rc<B>, folder: &str, path: &str, chunk_bytes: u64) -> Self {
        let record =
            FileRecord { bytes: 0, chunks: 0, chunk_bytes: chunk_bytes.max(1), sha256: String::new() };
        Self {
            backend,
            folder: folder.to_owned(),
            path: path.to_owned(),
            chunk_bytes: usize::try_from(record.chunk_bytes).unwrap_or(usize::MAX),
            pending: Vec::new(),
            hash: Sha256::new(),
            record,
        }
    }

    /// The path that it will be found under.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Adds bytes to the end.
    ///
    /// # Errors
    /// [`StorageError::Full`], and as [`Backend::write`].
    pub async fn append(&mut self, mut bytes: &[u8]) -> Result<(), StorageError> {
        self.hash.update(bytes);
        self.record.bytes += bytes.len() as u64;
        while !bytes.is_empty() {
            let (fitting, rest) = bytes.split_at(bytes.len().min(self.chunk_bytes - self.pending.len()));
            self.pending.extend_from_slice(fitting);
            bytes = rest;
            if self.pending.len() == self.chunk_bytes {
                self.store_pending().await?;
            }
        }
        Ok(())
    }

    /// Writes what is left and the file's row.
    pub(crate) async fn finish(mut self) -> Result<(String, FileRecord), StorageError> {
        if !self.pending.is_empty() {
            self.store_pending().await?;
        }
        self.record.sha256 = hexadecimal(&self.hash.finalize());
        let json = serde_json::to_string(&self.record).map_err(|error| damaged(&self.path, error))?;
        let key = Key::of([&self.folder, &self.path]);
        self.backend.write(vec![Write::Text(Table::Files, key, json)]).await?;
        Ok((self.path, self.record))
    }

    async fn store_pending(&mut self) -> Result<(), StorageError> {
        let blob = B::Blob::from_bytes(&self.pending)?;
        let key = chunk_key(&self.folder, &self.path, self.record.chunks);
        self.backend.write(vec![Write::Bytes(Table::Chunks, key, blob)]).await?;
        self.record.chunks += 1;
        self.pending.clear();
        Ok(())
    }
}

/// Copies `source`, a chunk at a time. `progress` hears each number of bytes as it is stored.
pub(crate) async fn copy<B: Backend>(
    writer: &mut FileWriter<B>,
    source: &B::Blob,
    progress: &mut dyn FnMut(u64),
) -> Result<(), StorageError> {
    let bytes = source.len_bytes();
    let mut start = 0;
    while start < bytes {
        let end = bytes.min(start + writer.record.chunk_bytes);
        writer.append(&source.read(start, end).await?).await?;
        progress(end - start);
        start = end;
    }
    Ok(())
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
