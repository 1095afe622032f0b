//! The browser's files as packs see them: their bytes stay outside of this program's memory.

use js_sys::{Array, Uint8Array};
use packs::{Blob, BlobError};
use wasm_bindgen::JsValue;

use crate::platform;

/// A file.
#[derive(Debug, Clone)]
pub(crate) struct PackFile(pub web_sys::Blob);

fn thrown(exception: JsValue) -> BlobError {
    BlobError(format!("{exception:?}"))
}

impl Blob for PackFile {
    fn from_bytes(bytes: &[u8]) -> Result<Self, BlobError> {
        platform::blob(bytes, "").map(Self).map_err(thrown)
    }

    fn join(parts: &[Self], media_type: &str) -> Result<Self, BlobError> {
        let parts: Array = parts.iter().map(|part| JsValue::from(&part.0)).collect();
        let options = platform::of_type(media_type);
        web_sys::Blob::new_with_blob_sequence_and_options(&parts, &options).map(Self).map_err(thrown)
    }

    fn slice(&self, start: u64, end: u64, media_type: &str) -> Result<Self, BlobError> {
        let part = self.0.slice_with_f64_and_f64_and_content_type(start as f64, end as f64, media_type);
        part.map(Self).map_err(thrown)
    }

    fn len_bytes(&self) -> u64 {
        // A Blob's size is a whole number below 2^53.
        self.0.size() as u64
    }

    async fn read(&self, start: u64, end: u64) -> Result<Vec<u8>, BlobError> {
        let part = self.0.slice_with_f64_and_f64(start as f64, end as f64).map_err(thrown)?;
        let buffer = platform::array_buffer(&part).await.map_err(thrown)?;
        Ok(Uint8Array::new(&buffer).to_vec())
    }
}
