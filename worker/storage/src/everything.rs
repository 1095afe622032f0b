//! What only a backup asks for: lists of what is there, and a model's files as they lie in the database.

use crate::file::chunk_key;
use crate::{Backend, FileRecord, Key, Storage, StorageError, Table, error::damaged};

impl<B: Backend> Storage<B> {
    /// Every setting, by name, with its JSON.
    ///
    /// # Errors
    /// As [`Backend::texts`].
    pub async fn settings(&self) -> Result<Vec<(String, String)>, StorageError> {
        let rows = self.backend.texts(Table::Settings, &Key(Vec::new())).await?;
        Ok(rows.into_iter().map(|(key, json)| (key.name().to_owned(), json)).collect())
    }

    /// The files of a model's folder: each path, and the pieces that its bytes lie in.
    ///
    /// # Errors
    /// [`StorageError::Damaged`] when a piece is not there, and as [`Backend::texts`].
    pub async fn model_files(&self, folder: &str) -> Result<Vec<(String, Vec<B::Blob>)>, StorageError> {
        let mut files = Vec::new();
        for (key, json) in self.backend.texts(Table::Files, &Key::of([folder])).await? {
            let path = key.name().to_owned();
            let record: FileRecord = serde_json::from_str(&json).map_err(|error| damaged(&path, error))?;
            let mut pieces = Vec::new();
            for index in 0..record.chunks {
                let piece = self.backend.blob(Table::Chunks, &chunk_key(folder, &path, index)).await?;
                pieces.push(piece.ok_or_else(|| damaged(&path, format!("chunk {index} is gone")))?);
            }
            files.push((path, pieces));
        }
        Ok(files)
    }
}

#[cfg(test)]
mod tests {
    use pollster::block_on;

    use crate::{BlobHandle, Memory, MemoryBlob, MemoryStorage};

    #[test]
    fn everything_that_a_backup_needs_is_listed() {
        let storage = MemoryStorage::over(Memory::default());
        block_on(async {
            storage.set_setting("theme", "\"dark\"".to_owned()).await.unwrap();
            assert_eq!(storage.settings().await.unwrap(), [("theme".to_owned(), "\"dark\"".to_owned())]);
            let mut import = storage.import_model_in_chunks("mine", 1.0, 10).await.unwrap();
            let weights = MemoryBlob::from_bytes(&[7; 25]).unwrap();
            import.add("unet/weights", &weights, 1.0, &mut |_| {}).await.unwrap();
            import.add("empty.json", &MemoryBlob::from_bytes(b"").unwrap(), 1.0, &mut |_| {}).await.unwrap();
            let model = import.publish("Mine").await.unwrap();
            let files = storage.model_files(&model.folder).await.unwrap();
            let told: Vec<(&str, Vec<u64>)> = files
                .iter()
                .map(|(path, pieces)| (path.as_str(), pieces.iter().map(BlobHandle::len_bytes).collect()))
                .collect();
            assert_eq!(told, [("empty.json", vec![]), ("unet/weights", vec![10, 10, 5])]);
            assert!(storage.model_files("elsewhere").await.unwrap().is_empty());
        });
    }
}
