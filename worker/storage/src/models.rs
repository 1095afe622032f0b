//! Models: folders of files that appear all at once.
//!
//! An import fills a folder of its own name; [`Import::publish`] then writes the model's row, removes the folder
//! that it replaces and the mark of being unfinished, in one transaction. Until then nothing lists the model, and
//! an import that was cut off (a closed tab) is swept away later.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    Backend, CHUNK_BYTES, FileRecord, FileWriter, Key, Storage, StorageError, StoredFile, Table, Write,
    error::damaged,
    file::{copy, hexadecimal},
};

/// An unfinished import that nobody has touched for this long was cut off: storing one chunk takes seconds.
const ABANDONED_MILLIS: f64 = 15.0 * 60.0 * 1000.0;

/// How the keys of LoRAs begin. They are stored as models are, a folder each, and are listed apart.
const LORA: &str = "lora:";

/// The key of a LoRA of this name.
pub fn lora_id(name: &str) -> String {
    format!("{LORA}{name}")
}

/// Whether a key is a LoRA's.
pub fn is_lora(id: &str) -> bool {
    id.starts_with(LORA)
}

/// A model that can be used, or a LoRA.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelRecord {
    /// Its key.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// The folder that holds its files.
    pub folder: String,
    /// SHA-256 over its files' paths and hashes, hexadecimal.
    pub hash: String,
    /// Bytes in all.
    pub bytes: u64,
}

/// A model on its way into the database.
#[derive(Debug)]
pub struct Import<B: Backend> {
    backend: Rc<B>,
    id: String,
    folder: String,
    files: Vec<(String, FileRecord)>,
    chunk_bytes: u64,
}

impl<B: Backend> Storage<B> {
    /// Starts to store a model. `now_millis` is the time, in milliseconds since 1970.
    ///
    /// # Errors
    /// As [`Backend::write`].
    pub async fn import_model(&self, id: &str, now_millis: f64) -> Result<Import<B>, StorageError> {
        self.import_model_in_chunks(id, now_millis, CHUNK_BYTES).await
    }

    pub(crate) async fn import_model_in_chunks(
        &self,
        id: &str,
        now_millis: f64,
        chunk_bytes: u64,
    ) -> Result<Import<B>, StorageError> {
        let import = Import {
            backend: Rc::clone(&self.backend),
            id: id.to_owned(),
            folder: self.free_folder(id, now_millis).await?,
            files: Vec::new(),
            chunk_bytes,
        };
        import.touch(now_millis).await?;
        Ok(import)
    }

    /// A folder that nobody fills or reads: imports of one model may begin in one millisecond.
    async fn free_folder(&self, id: &str, now_millis: f64) -> Result<String, StorageError> {
        let staging = self.backend.texts(Table::Staging, &Key(Vec::new())).await?;
        let mut taken: Vec<String> = staging.iter().map(|(key, _)| key.name().to_owned()).collect();
        taken.extend(self.records().await?.into_iter().map(|model| model.folder));
        let mut folder = format!("{id}@{now_millis:.0}");
        while taken.contains(&folder) {
            folder.push('+');
        }
        Ok(folder)
    }

    /// The models that can be used, by key. A row that cannot be read is left out and left alone: a later version may read
    /// it.
    ///
    /// # Errors
    /// As [`Backend::texts`].
    pub async fn models(&self) -> Result<Vec<ModelRecord>, StorageError> {
        Ok(self.records().await?.into_iter().filter(|record| !is_lora(&record.id)).collect())
    }

    /// The LoRAs that can be used, by key. They are imported and deleted as models are, under [`lora_id`].
    ///
    /// # Errors
    /// As [`Storage::models`].
    pub async fn loras(&self) -> Result<Vec<ModelRecord>, StorageError> {
        Ok(self.records().await?.into_iter().filter(|record| is_lora(&record.id)).collect())
    }

    /// Models and LoRAs.
    async fn records(&self) -> Result<Vec<ModelRecord>, StorageError> {
        let rows = self.backend.texts(Table::Models, &Key(Vec::new())).await?;
        Ok(rows.iter().filter_map(|(key, json)| parse(key.name(), json).ok()).collect())
    }

    /// One model; `None` when it is not stored.
    ///
    /// # Errors
    /// [`StorageError::Damaged`] when its row is not a record, and as [`Backend::text`].
    pub async fn model(&self, id: &str) -> Result<Option<ModelRecord>, StorageError> {
        let row = self.backend.text(Table::Models, &Key::of([id])).await?;
        row.map(|json| parse(id, &json)).transpose()
    }

    /// Opens a file of a folder; `None` when there is none of that path.
    ///
    /// # Errors
    /// [`StorageError::Damaged`] when its row is not a record, and as [`Backend::text`].
    pub async fn model_file(&self, folder: &str, path: &str) -> Result<Option<StoredFile<B>>, StorageError> {
        let Some(json) = self.backend.text(Table::Files, &Key::of([folder, path])).await? else {
            return Ok(None);
        };
        let record = parse(path, &json)?;
        Ok(Some(StoredFile::new(Rc::clone(&self.backend), folder, path, record)))
    }

    /// Removes a model and its files. One that is not there is no error.
    ///
    /// # Errors
    /// As [`Backend::write`].
    pub async fn delete_model(&self, id: &str) -> Result<(), StorageError> {
        let mut changes = vec![Write::Delete(Table::Models, Key::of([id]))];
        match self.model(id).await {
            Ok(model) => changes.extend(model.iter().flat_map(|model| without_folder(&model.folder))),
            // A row that cannot be read names no folder, but it must be possible to be rid of it.
            Err(StorageError::Damaged { .. }) => {}
            Err(error) => return Err(error),
        }
        self.backend.write(changes).await
    }

    /// Removes what imports left that were cut off; returns how many.
    ///
    /// # Errors
    /// As [`Backend::write`].
    pub async fn sweep_imports(&self, now_millis: f64) -> Result<usize, StorageError> {
        let mut changes = Vec::new();
        let mut swept = 0;
        for (key, touched) in self.backend.texts(Table::Staging, &Key(Vec::new())).await? {
            let touched_millis: f64 = touched.parse().unwrap_or(0.0);
            if now_millis - touched_millis > ABANDONED_MILLIS {
                changes.extend(without_folder(key.name()));
                swept += 1;
            }
        }
        if swept > 0 {
            self.backend.write(changes).await?;
        }
        Ok(swept)
    }
}

impl<B: Backend> Import<B> {
    /// Stores a file; `progress` hears each number of bytes as it is stored.
    ///
    /// # Errors
    /// [`StorageError::Full`], [`StorageError::Damaged`] when the source can no longer be read, and as
    /// [`Backend::write`]. The import is then to be given up by [`Import::discard`].
    pub async fn add(
        &mut self,
        path: &str,
        source: &B::Blob,
        now_millis: f64,
        progress: &mut dyn FnMut(u64),
    ) -> Result<FileRecord, StorageError> {
        let mut writer = self.writer(path, now_millis).await?;
        copy(&mut writer, source, progress).await?;
        self.keep(writer).await
    }

    /// Begins a file that comes piece by piece; [`Import::keep`] ends it.
    ///
    /// # Errors
    /// As [`Backend::write`].
    pub async fn writer(&self, path: &str, now_millis: f64) -> Result<FileWriter<B>, StorageError> {
        self.touch(now_millis).await?;
        Ok(FileWriter::new(Rc::clone(&self.backend), &self.folder, path, self.chunk_bytes))
    }

    /// Ends a file of this import.
    ///
    /// # Errors
    /// As [`Import::add`].
    pub async fn keep(&mut self, writer: FileWriter<B>) -> Result<FileRecord, StorageError> {
        let (path, record) = writer.finish().await?;
        self.files.retain(|(known, _)| *known != path);
        self.files.push((path, record.clone()));
        Ok(record)
    }

    /// The folder, readable through [`Storage::model_file`] while it is still unlisted: to check it first.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// Makes the model appear, in place of one of the same key, all at once.
    ///
    /// # Errors
    /// As [`Backend::write`]; then the model before it is still there.
    pub async fn publish(self, name: &str) -> Result<ModelRecord, StorageError> {
        let done = Write::Delete(Table::Staging, Key::of([&self.folder]));
        let record = record(&self.id, name, &self.folder, &self.files);
        publish(self.backend.as_ref(), record, done).await
    }

    /// Gives up and leaves nothing behind.
    ///
    /// # Errors
    /// As [`Backend::write`]; the sweep will then remove it later.
    pub async fn discard(self) -> Result<(), StorageError> {
        let stored = Storage { backend: Rc::clone(&self.backend) }.records().await?;
        // Two tabs that looked for a folder at the same moment may share it, and the other may have published it.
        match stored.iter().any(|record| record.folder == self.folder) {
            true => Ok(()),
            false => self.backend.write(without_folder(&self.folder).into()).await,
        }
    }

    async fn touch(&self, now_millis: f64) -> Result<(), StorageError> {
        let row = Write::Text(Table::Staging, Key::of([&self.folder]), format!("{now_millis}"));
        self.backend.write(vec![row]).await
    }
}

/// The row of a model whose files are all stored.
pub(crate) fn record(id: &str, name: &str, folder: &str, files: &[(String, FileRecord)]) -> ModelRecord {
    ModelRecord {
        id: id.to_owned(),
        name: name.to_owned(),
        folder: folder.to_owned(),
        hash: folder_hash(files.iter().map(|(path, file)| (path.as_str(), file.sha256.as_str()))),
        bytes: files.iter().map(|(_, file)| file.bytes).sum(),
    }
}

/// Makes a model appear, in place of one of the same key; `done` removes the mark of being unfinished. All at once.
pub(crate) async fn publish<B: Backend>(
    backend: &B,
    record: ModelRecord,
    done: Write<B::Blob>,
) -> Result<ModelRecord, StorageError> {
    let key = Key::of([&record.id]);
    let mut changes = Vec::new();
    if let Some(json) = backend.text(Table::Models, &key).await? {
        // A row that cannot be read is replaced like any other; it names no folder to remove.
        let before = parse::<ModelRecord>(&record.id, &json).ok();
        changes.extend(before.iter().flat_map(|model| without_folder(&model.folder)));
    }
    let json = serde_json::to_string(&record).map_err(|error| damaged(&record.name, error))?;
    changes.push(Write::Text(Table::Models, key, json));
    changes.push(done);
    backend.write(changes).await?;
    Ok(record)
}

/// [`ModelRecord::hash`] of files given as (path, hash): SHA-256 over `path NUL hash NUL` of each, by path, so
/// that the same files give the same hash in any order.
pub fn folder_hash<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut files: Vec<_> = files.collect();
    files.sort_unstable();
    let mut hash = Sha256::new();
    for (path, sha256) in files {
        hash.update(path.as_bytes());
        hash.update([0]);
        hash.update(sha256.as_bytes());
        hash.update([0]);
    }
    hexadecimal(&hash.finalize())
}

pub(crate) fn without_folder<Blob>(folder: &str) -> [Write<Blob>; 3] {
    let key = Key::of([folder]);
    [
        Write::Delete(Table::Chunks, key.clone()),
        Write::Delete(Table::Files, key.clone()),
        Write::Delete(Table::Staging, key),
    ]
}

pub(crate) fn parse<T: for<'a> Deserialize<'a>>(what: &str, json: &str) -> Result<T, StorageError> {
    serde_json::from_str(json).map_err(|error| damaged(what, error))
}
