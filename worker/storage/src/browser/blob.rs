//! Blobs: bytes that the browser keeps on disk.

use js_sys::{Array, Uint8Array};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use super::{connection::while_open, promise::thrown};
use crate::{BlobHandle, StorageError, error::damaged};

/// A `Blob`, or a `File`, which is one.
#[derive(Debug, Clone)]
pub struct BrowserBlob(pub Blob);

impl From<Blob> for BrowserBlob {
    fn from(blob: Blob) -> Self {
        Self(blob)
    }
}

impl BlobHandle for BrowserBlob {
    fn from_bytes(bytes: &[u8]) -> Result<Self, StorageError> {
        let parts = Array::of1(&Uint8Array::from(bytes));
        Blob::new_with_u8_array_sequence(&parts).map(Self).map_err(|error| thrown(&error, false))
    }

    fn len_bytes(&self) -> u64 {
        // A Blob's size is a whole number below 2^53.
        self.0.size() as u64
    }

    async fn read(&self, start: u64, end: u64) -> Result<Vec<u8>, StorageError> {
        let part = self.0.slice_with_f64_and_f64(start as f64, end as f64);
        let part = part.map_err(|error| thrown(&error, false))?;
        let read = while_open(JsFuture::from(part.array_buffer())).await;
        let read =
            read.ok_or_else(|| damaged("a stored file", "the database was closed while it was read"))?;
        let buffer = read.map_err(|error| thrown(&error, false))?;
        Ok(Uint8Array::new(&buffer).to_vec())
    }
}
