//! A model's folder: named files, on a disk, in memory, or in a browser's database.

use std::{collections::BTreeMap, rc::Rc};

use serde::de::DeserializeOwned;

use crate::{ByteSource, LocalBoxFuture, MemorySource, WeightsError, literals::without_infinities};

#[cfg(not(target_arch = "wasm32"))]
mod dir;
mod overlay;
#[cfg(not(target_arch = "wasm32"))]
pub use dir::DirFolder;
pub use overlay::OverlayFolder;

/// Files by path, with `/` between the parts, relative to the model's root.
pub trait Folder {
    /// Opens a file; `None` when there is none of that path.
    ///
    /// # Errors
    /// [`WeightsError::Unreadable`] when there is one but it cannot be opened.
    fn open(&self, path: &str) -> LocalBoxFuture<'_, Result<Option<Rc<dyn ByteSource>>, WeightsError>>;

    /// What messages call the file at `path`: the path itself, unless the file has another name where a person sees it.
    fn label(&self, path: &str) -> String {
        path.to_owned()
    }
}

/// A folder in memory, for tests and for files that a page has already fetched.
#[derive(Debug, Clone, Default)]
pub struct MemoryFolder {
    files: BTreeMap<String, MemorySource>,
}

impl MemoryFolder {
    /// Adds a file, in place of one of the same path.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Rc<[u8]>>) {
        self.files.insert(path.into(), MemorySource::new(bytes));
    }
}

impl Folder for MemoryFolder {
    fn open(&self, path: &str) -> LocalBoxFuture<'_, Result<Option<Rc<dyn ByteSource>>, WeightsError>> {
        let found = self.files.get(path).map(|source| Rc::new(source.clone()) as Rc<dyn ByteSource>);
        Box::pin(async { Ok(found) })
    }
}

/// Reads a whole (small) file; `None` when it is not there.
///
/// # Errors
/// [`WeightsError::Unreadable`].
pub async fn read_bytes(folder: &dyn Folder, path: &str) -> Result<Option<Vec<u8>>, WeightsError> {
    match folder.open(path).await? {
        Some(source) => source.read(0..source.len_bytes()).await.map(Some),
        None => Ok(None),
    }
}

/// Reads a JSON file into a type; `None` when it is not there. Infinities and NaN, which Python writes, are read as
/// null.
///
/// # Errors
/// [`WeightsError::BadJson`] with the parser's place and reason, and [`WeightsError::Unreadable`].
pub async fn read_json<T: DeserializeOwned>(
    folder: &dyn Folder,
    path: &str,
) -> Result<Option<T>, WeightsError> {
    let Some(bytes) = read_bytes(folder, path).await? else { return Ok(None) };
    serde_json::from_slice(&without_infinities(bytes))
        .map(Some)
        .map_err(|error| WeightsError::BadJson { file: folder.label(path), reason: error.to_string() })
}

/// Reads a JSON file that must be there.
///
/// # Errors
/// [`WeightsError::MissingFile`], and as for [`read_json`].
pub async fn require_json<T: DeserializeOwned>(folder: &dyn Folder, path: &str) -> Result<T, WeightsError> {
    read_json(folder, path).await?.ok_or_else(|| WeightsError::MissingFile { file: folder.label(path) })
}
