//! Downloads: models that arrive in pieces, over several visits, from several requests at once.
//!
//! A piece and the mark that it has arrived are one transaction, so whatever ends a visit, what is marked is there.
//! The pieces of one version of a file are told from those of another by the validator that its server gave (an
//! ETag): when it changes, the file begins anew. A file counts when what the database gives back has the expected
//! hash; the model's row is written last. A download has no mark in `staging`, so the sweep leaves it alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    Backend, BlobHandle, FileRecord, Key, ModelRecord, Storage, StorageError, Table, Write,
    backend::write_beside,
    error::damaged,
    file::{chunk_key, hexadecimal},
    models::{parse, publish, record, without_folder},
};

/// Bytes in a piece; the last one of a file may be shorter. Small enough that a slow line loses little when it is
/// cut, large enough that a model of gigabytes takes some hundred requests.
pub const PIECE_BYTES: u64 = 8 << 20;

/// A file to download.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedFile {
    /// Path in the model's folder.
    pub path: String,
    /// Where it lies.
    pub url: String,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256, hexadecimal, where it is known.
    pub sha256: Option<String>,
}

/// The row `[model]`: what is to be downloaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Plan {
    folder: String,
    piece_bytes: u64,
    files: Vec<PlannedFile>,
}

/// The row `[model, path]`: which version of the file the pieces are of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Version {
    validator: Option<String>,
}

/// A download that has begun and is not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownloadState {
    /// The model's key.
    pub id: String,
    /// Bytes that have arrived.
    pub done_bytes: u64,
    /// Bytes in all.
    pub total_bytes: u64,
}

/// What has arrived of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrived {
    /// The version that the pieces are of, if its server named it.
    pub validator: Option<String>,
    /// Numbers of the pieces.
    pub pieces: BTreeSet<u32>,
}

/// A model on its way into the database.
#[derive(Debug)]
pub struct Download<B: Backend> {
    backend: Rc<B>,
    id: String,
    plan: Plan,
}

impl<B: Backend> Storage<B> {
    /// Begins a download, or goes on with the one that was begun of the same files. `now_millis` is the time.
    ///
    /// # Errors
    /// As [`Backend::write`].
    pub async fn download(
        &self,
        id: &str,
        files: &[PlannedFile],
        now_millis: f64,
    ) -> Result<Download<B>, StorageError> {
        self.download_in_pieces(id, files, now_millis, PIECE_BYTES).await
    }

    /// As [`Storage::download`], with pieces of `piece_bytes`.
    ///
    /// # Errors
    /// As [`Backend::write`].
    pub async fn download_in_pieces(
        &self,
        id: &str,
        files: &[PlannedFile],
        now_millis: f64,
        piece_bytes: u64,
    ) -> Result<Download<B>, StorageError> {
        let backend = Rc::clone(&self.backend);
        let begun = self.plan(id).await?;
        if let Some(plan) = begun.filter(|plan| plan.files == files) {
            return Ok(Download { backend, id: id.to_owned(), plan });
        }
        self.discard_download(id).await?;
        let folder = format!("download:{id}@{now_millis:.0}");
        let plan = Plan { folder, piece_bytes: piece_bytes.max(1), files: files.to_vec() };
        let row = Write::Text(Table::Downloads, Key::of([id]), json(id, &plan)?);
        self.backend.write(vec![row]).await?;
        Ok(Download { backend, id: id.to_owned(), plan })
    }

    /// The downloads that are not finished, by key.
    ///
    /// # Errors
    /// As [`Backend::texts`].
    pub async fn downloads(&self) -> Result<Vec<DownloadState>, StorageError> {
        let rows = self.backend.texts(Table::Downloads, &Key(Vec::new())).await?;
        let mut states = Vec::new();
        for (key, text) in &rows {
            let [id] = key.0.as_slice() else { continue };
            // A plan that cannot be read is begun anew when it is asked for.
            let Ok(plan) = parse::<Plan>(id, text) else { continue };
            let download = Download { backend: Rc::clone(&self.backend), id: id.clone(), plan };
            states.push(DownloadState {
                id: id.clone(),
                done_bytes: download.done_bytes().await?,
                total_bytes: download.total_bytes(),
            });
        }
        Ok(states)
    }

    /// Gives a download up and removes what has arrived of it.
    ///
    /// # Errors
    /// As [`Backend::write`].
    pub async fn discard_download(&self, id: &str) -> Result<(), StorageError> {
        let mut changes = vec![Write::Delete(Table::Downloads, Key::of([id]))];
        if let Some(plan) = self.plan(id).await? {
            changes.extend(without_folder(&plan.folder));
        }
        self.backend.write(changes).await
    }

    async fn plan(&self, id: &str) -> Result<Option<Plan>, StorageError> {
        let row = self.backend.text(Table::Downloads, &Key::of([id])).await?;
        Ok(row.and_then(|text| parse(id, &text).ok()))
    }
}

impl<B: Backend> Download<B> {
    /// The files to download.
    pub fn files(&self) -> &[PlannedFile] {
        &self.plan.files
    }

    /// The folder, readable through [`Storage::model_file`] while it is still unlisted: to check it first.
    pub fn folder(&self) -> &str {
        &self.plan.folder
    }

    /// Bytes of all files.
    pub fn total_bytes(&self) -> u64 {
        self.plan.files.iter().map(|file| file.bytes).sum()
    }

    /// Number of pieces of a file.
    pub fn pieces(&self, file: &PlannedFile) -> u32 {
        u32::try_from(file.bytes.div_ceil(self.plan.piece_bytes)).unwrap_or(u32::MAX)
    }

    /// Where a piece begins and ends in its file.
    pub fn piece_range(&self, file: &PlannedFile, piece: u32) -> std::ops::Range<u64> {
        let start = u64::from(piece) * self.plan.piece_bytes;
        start..file.bytes.min(start + self.plan.piece_bytes)
    }

    /// Bytes that have arrived, of all files.
    ///
    /// # Errors
    /// As [`Backend::texts`].
    pub async fn done_bytes(&self) -> Result<u64, StorageError> {
        let mut done = 0;
        for file in &self.plan.files {
            done += match self.stored(&file.path).await? {
                Some(record) => record.bytes,
                None => self.bytes_of(file, &self.arrived(&file.path).await?),
            };
        }
        Ok(done)
    }

    /// Bytes of the pieces that have arrived of a file.
    pub fn bytes_of(&self, file: &PlannedFile, arrived: &Arrived) -> u64 {
        let bytes = |piece: &u32| {
            let range = self.piece_range(file, *piece);
            range.end.saturating_sub(range.start)
        };
        arrived.pieces.iter().map(bytes).sum()
    }

    /// The record of a file that is here whole and was checked.
    ///
    /// # Errors
    /// As [`Backend::text`].
    pub async fn stored(&self, path: &str) -> Result<Option<FileRecord>, StorageError> {
        let row = self.backend.text(Table::Files, &Key::of([&self.plan.folder, path])).await?;
        row.map(|text| parse(path, &text)).transpose()
    }

    /// What has arrived of a file that is not checked yet.
    ///
    /// # Errors
    /// As [`Backend::texts`].
    pub async fn arrived(&self, path: &str) -> Result<Arrived, StorageError> {
        let rows = self.backend.texts(Table::Downloads, &Key::of([&self.id, path])).await?;
        let mut arrived = Arrived::default();
        for (key, text) in rows {
            match key.0.as_slice() {
                [_, _] => arrived.validator = parse::<Version>(path, &text)?.validator,
                [_, _, piece] => drop(piece.parse().map(|piece| arrived.pieces.insert(piece))),
                _ => {}
            }
        }
        Ok(arrived)
    }

    /// Begins a file anew, of the version that `validator` names; what had arrived of it goes.
    ///
    /// # Errors
    /// As [`Backend::write`].
    pub async fn begin(&self, path: &str, validator: Option<&str>) -> Result<(), StorageError> {
        let version = Version { validator: validator.map(str::to_owned) };
        let mut changes = self.without(path).to_vec();
        changes.push(Write::Text(Table::Downloads, Key::of([&self.id, path]), json(path, &version)?));
        self.backend.write(changes).await
    }

    /// Stores a piece together with the mark that it has arrived.
    ///
    /// # Errors
    /// [`StorageError::Full`], [`StorageError::Missing`] when the download was given up, perhaps in another tab, and
    /// as [`Backend::write`].
    pub async fn put(&self, path: &str, piece: u32, bytes: &[u8]) -> Result<(), StorageError> {
        let mark = Key::of([&self.id, path, &format!("{piece:06}")]);
        let blob = B::Blob::from_bytes(bytes)?;
        let key = chunk_key(&self.plan.folder, path, piece);
        let changes =
            vec![Write::Bytes(Table::Chunks, key, blob), Write::Text(Table::Downloads, mark, String::new())];
        let (row, what) = ((Table::Downloads, Key::of([&self.id])), format!("download of {}", self.id));
        write_beside(self.backend.as_ref(), row, what, changes).await
    }

    /// Reads a file back from the database and hashes it; with the hash that was expected, the file counts. With
    /// another one, or when the browser has lost a piece, everything of it goes and the answer is `None`. `progress`
    /// hears each number of bytes as they are read.
    ///
    /// # Errors
    /// As [`Backend::write`].
    pub async fn check(
        &self,
        file: &PlannedFile,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Option<FileRecord>, StorageError> {
        let Some(sha256) = self.hash(file, progress).await? else { return self.lose(file).await };
        if file.sha256.as_ref().is_some_and(|expected| *expected != sha256) {
            return self.lose(file).await;
        }
        let record = FileRecord {
            bytes: file.bytes,
            chunks: self.pieces(file),
            chunk_bytes: self.plan.piece_bytes,
            sha256,
        };
        let row = Key::of([&self.plan.folder, &file.path]);
        let changes = vec![
            Write::Text(Table::Files, row, json(&file.path, &record)?),
            Write::Delete(Table::Downloads, Key::of([&self.id, &file.path])),
        ];
        self.backend.write(changes).await?;
        Ok(Some(record))
    }

    /// Adds a small file of our own.
    ///
    /// # Errors
    /// As [`Backend::write`].
    pub async fn add(&self, path: &str, bytes: &[u8]) -> Result<FileRecord, StorageError> {
        let length = bytes.len() as u64;
        let sha256 = hexadecimal(&Sha256::digest(bytes));
        let record = FileRecord { bytes: length, chunks: 1, chunk_bytes: length.max(1), sha256 };
        let row = Key::of([&self.plan.folder, path]);
        let changes = vec![
            Write::Bytes(Table::Chunks, chunk_key(&self.plan.folder, path, 0), B::Blob::from_bytes(bytes)?),
            Write::Text(Table::Files, row, json(path, &record)?),
        ];
        self.backend.write(changes).await?;
        Ok(record)
    }

    /// Makes the model appear, in place of one of the same key, all at once.
    ///
    /// # Errors
    /// [`StorageError::Damaged`] while a file is missing, and as [`Backend::write`].
    pub async fn publish(self, name: &str) -> Result<ModelRecord, StorageError> {
        let rows = self.backend.texts(Table::Files, &Key::of([&self.plan.folder])).await?;
        let files: BTreeMap<String, FileRecord> = rows
            .iter()
            .map(|(key, text)| Ok((key.name().to_owned(), parse(key.name(), text)?)))
            .collect::<Result<_, StorageError>>()?;
        if let Some(missing) = self.plan.files.iter().find(|file| !files.contains_key(&file.path)) {
            return Err(damaged(name, format!("{} has not arrived", missing.path)));
        }
        let files: Vec<_> = files.into_iter().collect();
        let done = Write::Delete(Table::Downloads, Key::of([&self.id]));
        publish(self.backend.as_ref(), record(&self.id, name, &self.plan.folder, &files), done).await
    }

    /// Everything of a file.
    fn without(&self, path: &str) -> [Write<B::Blob>; 3] {
        let in_folder = Key::of([&self.plan.folder, path]);
        [
            Write::Delete(Table::Downloads, Key::of([&self.id, path])),
            Write::Delete(Table::Chunks, in_folder.clone()),
            Write::Delete(Table::Files, in_folder),
        ]
    }

    async fn lose(&self, file: &PlannedFile) -> Result<Option<FileRecord>, StorageError> {
        self.backend.write(self.without(&file.path).to_vec()).await?;
        Ok(None)
    }

    /// The hash of all pieces in order; `None` when one is missing, short or unreadable.
    async fn hash(
        &self,
        file: &PlannedFile,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Option<String>, StorageError> {
        let mut hash = Sha256::new();
        for piece in 0..self.pieces(file) {
            let range = self.piece_range(file, piece);
            let length = range.end - range.start;
            let key = chunk_key(&self.plan.folder, &file.path, piece);
            let Some(blob) = self.backend.blob(Table::Chunks, &key).await? else { return Ok(None) };
            if blob.len_bytes() != length {
                return Ok(None);
            }
            match blob.read(0, length).await {
                Ok(bytes) => hash.update(&bytes),
                Err(StorageError::Damaged { .. }) => return Ok(None),
                Err(error) => return Err(error),
            }
            progress(length);
        }
        Ok(Some(hexadecimal(&hash.finalize())))
    }
}

fn json<T: Serialize>(what: &str, value: &T) -> Result<String, StorageError> {
    serde_json::to_string(value).map_err(|error| damaged(what, error))
}

#[cfg(test)]
mod tests;
