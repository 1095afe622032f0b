//! From rows and files to one file.

use std::collections::{BTreeMap, BTreeSet};

use packs::Blob;

use crate::error::BackupError;
use crate::format::{Backup, FORMAT, INDEX, INDEX_HASH, Index, Listed, Part, ROWS, VERSION, name_of};
use crate::hash::{hash_bytes, hash_range};
use crate::tar::{END, header, padding};

/// Writes a backup. Its files are hashed piece by piece and then referred to, not copied; files with the same bytes, as
/// the source of several pictures, are one in the archive. `progress` hears how many bytes
/// of files have been hashed.
///
/// # Errors
/// [`BackupError::File`] when a file has gone, [`BackupError::TooLarge`] when one has no room in a tar file.
pub async fn write<B: Blob>(backup: &Backup<B>, progress: &mut dyn FnMut(u64)) -> Result<B, BackupError> {
    let json = |error: serde_json::Error| BackupError::File(error.to_string());
    let rows = serde_json::to_vec(&backup.rows).map_err(json)?;
    let (mut files, mut names, mut done_bytes) = (Vec::new(), BTreeMap::new(), 0);
    for (number, (item, file)) in backup.files.iter().enumerate() {
        let mut count = |bytes| {
            done_bytes += bytes;
            progress(done_bytes);
        };
        let sha256 = hash_range(file, (0, file.len_bytes()), &mut count).await?;
        let part = Part { bytes: file.len_bytes(), sha256 };
        let name = names.entry(part.sha256.clone()).or_insert_with(|| name_of(item, number)).clone();
        files.push(Listed { name, item: item.clone(), part });
    }
    let index = Index {
        format: FORMAT.to_owned(),
        version: VERSION,
        created: backup.created.clone(),
        app: backup.app.clone(),
        rows: Part { bytes: rows.len() as u64, sha256: hash_bytes(&rows) },
        files,
    };
    let index_json = serde_json::to_vec_pretty(&index).map_err(json)?;
    let index_hash = format!("{}  {INDEX}\n", hash_bytes(&index_json));
    let mut archive = Archive(Vec::new());
    archive.add(INDEX, B::from_bytes(&index_json)?)?;
    archive.add(INDEX_HASH, B::from_bytes(index_hash.as_bytes())?)?;
    archive.add(ROWS, B::from_bytes(&rows)?)?;
    let mut written = BTreeSet::new();
    for (listed, (_, file)) in index.files.iter().zip(&backup.files) {
        if written.insert(&listed.name) {
            archive.add(&listed.name, file.clone())?;
        }
    }
    archive.0.push(B::from_bytes(&END)?);
    Ok(B::join(&archive.0, "application/x-tar")?)
}

struct Archive<B>(Vec<B>);

impl<B: Blob> Archive<B> {
    fn add(&mut self, name: &str, file: B) -> Result<(), BackupError> {
        let bytes = file.len_bytes();
        let header = header(name, bytes).ok_or_else(|| BackupError::TooLarge(name.to_owned()))?;
        self.0.push(B::from_bytes(&header)?);
        self.0.push(file);
        if padding(bytes) > 0 {
            self.0.push(B::from_bytes(&vec![0; padding(bytes)])?);
        }
        Ok(())
    }
}
