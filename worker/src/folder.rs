//! A stored model as a folder that the engine reads.

use std::{ops::Range, rc::Rc};

use storage::{Backend, Storage, StorageError, StoredFile};
use weights::{ByteSource, Folder, LocalBoxFuture, WeightsError};

/// The files of one folder in the database.
pub struct StoredFolder<B> {
    storage: Storage<B>,
    folder: String,
}

impl<B> StoredFolder<B> {
    /// The folder of a [`storage::ModelRecord`], or of an import that is not finished.
    pub fn new(storage: Storage<B>, folder: impl Into<String>) -> Self {
        Self { storage, folder: folder.into() }
    }
}

impl<B: Backend> Folder for StoredFolder<B> {
    fn open(&self, path: &str) -> LocalBoxFuture<'_, Result<Option<Rc<dyn ByteSource>>, WeightsError>> {
        let path = path.to_owned();
        Box::pin(async move {
            let file = self.storage.model_file(&self.folder, &path).await;
            let file = file.map_err(|error| unreadable(&path, &error))?;
            Ok(file.map(|file| Rc::new(StoredSource { file, path }) as Rc<dyn ByteSource>))
        })
    }
}

struct StoredSource<B: Backend> {
    file: StoredFile<B>,
    path: String,
}

impl<B: Backend> ByteSource for StoredSource<B> {
    fn len_bytes(&self) -> u64 {
        self.file.record().bytes
    }

    fn read(&self, range: Range<u64>) -> LocalBoxFuture<'_, Result<Vec<u8>, WeightsError>> {
        Box::pin(async move {
            let bytes = self.file.read(range.start, range.end).await;
            bytes.map_err(|error| unreadable(&self.path, &error))
        })
    }
}

fn unreadable(path: &str, error: &StorageError) -> WeightsError {
    WeightsError::Unreadable { file: path.to_owned(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use pollster::block_on;
    use storage::{BlobHandle, Memory, MemoryBlob, MemoryStorage};

    use super::*;

    #[test]
    fn a_stored_model_reads_as_a_folder() {
        let storage = MemoryStorage::over(Memory::default());
        block_on(async {
            let mut import = storage.import_model("m", 0.0).await.unwrap();
            let json = MemoryBlob::from_bytes(br#"{"a":1}"#).unwrap();
            import.add("unet/config.json", &json, 0.0, &mut |_| {}).await.unwrap();
            let folder = StoredFolder::new(storage.clone(), import.folder());
            let source = folder.open("unet/config.json").await.unwrap().unwrap();
            assert_eq!(source.len_bytes(), 7);
            assert_eq!(source.read(1..4).await.unwrap(), b"\"a\"");
            assert!(matches!(source.read(3..8).await, Err(WeightsError::Unreadable { .. })));
            assert!(folder.open("vae/config.json").await.unwrap().is_none());
        });
    }
}
