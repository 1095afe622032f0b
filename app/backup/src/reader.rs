//! From one file to rows and files, once every byte of it has been held against its hash.

use std::collections::BTreeMap;

use packs::Blob;
use serde::Deserialize;

use crate::error::{BackupError, damaged};
use crate::format::{Backup, FORMAT, INDEX, INDEX_HASH, Index, Item, Listed, Part, ROWS, VERSION};
use crate::hash::{hash_bytes, hash_range};
use crate::tar::{BLOCK, END, padding, parse};

/// Bytes of the index and of the rows, which are read whole.
const MOST_TEXT_BYTES: u64 = 256 << 20;

/// What can be read of any version.
#[derive(Deserialize)]
struct Stated {
    format: String,
    version: u64,
}

/// Reads a backup. Its files are references into it. `progress` hears how many bytes have been looked through.
///
/// # Errors
/// [`BackupError`]; then there is nothing to use.
pub async fn read<B: Blob>(file: &B, progress: &mut dyn FnMut(u64)) -> Result<Backup<B>, BackupError> {
    let mut archive = Archive { file, at: 0 };
    let index = match archive.next().await? {
        Some((name, range)) if name == INDEX => archive.text(INDEX, range).await?,
        _ => return Err(BackupError::NotABackup),
    };
    let (_, range) = archive.expect(INDEX_HASH, None).await?;
    let stated_hash = archive.text(INDEX_HASH, range).await?;
    if stated_hash != format!("{}  {INDEX}\n", hash_bytes(&index)).into_bytes() {
        return Err(damaged(INDEX));
    }
    let stated: Stated = serde_json::from_slice(&index).map_err(|_| BackupError::NotABackup)?;
    match (stated.format == FORMAT, stated.version) {
        (false, _) => return Err(BackupError::NotABackup),
        (true, 1..=VERSION) => {}
        (true, version) => return Err(BackupError::Version(version)),
    }
    let index: Index = serde_json::from_slice(&index).map_err(|_| damaged(INDEX))?;
    let (_, range) = archive.expect(ROWS, Some(&index.rows)).await?;
    let rows = archive.text(ROWS, range).await?;
    if hash_bytes(&rows) != index.rows.sha256 {
        return Err(damaged(ROWS));
    }
    let rows = serde_json::from_slice(&rows).map_err(|_| damaged(ROWS))?;
    let files = archive.files(index.files, progress).await?;
    archive.end().await?;
    Ok(Backup { created: index.created, app: index.app, rows, files })
}

/// A file that has been read.
struct Known<B> {
    part: Part,
    range: (u64, u64),
    media_type: String,
    file: B,
}

struct Archive<'a, B> {
    file: &'a B,
    at: u64,
}

impl<B: Blob> Archive<'_, B> {
    /// The next file's name and where its bytes lie; `None` where there is no header.
    async fn next(&mut self) -> Result<Option<(String, (u64, u64))>, BackupError> {
        let start = self.at + BLOCK;
        if start > self.file.len_bytes() {
            return Ok(None);
        }
        let Some((name, bytes)) = parse(&self.file.read(self.at, start).await?) else { return Ok(None) };
        let end = start.checked_add(bytes).filter(|end| *end <= self.file.len_bytes());
        let Some(end) = end else { return Err(damaged(name)) };
        self.at = end + padding(bytes) as u64;
        Ok(Some((name, (start, end))))
    }

    /// The next file, which must have this name and, where it is known, this length.
    async fn expect(&mut self, name: &str, part: Option<&Part>) -> Result<(String, (u64, u64)), BackupError> {
        let found = self.next().await?.filter(|(found, (start, end))| {
            found == name && part.is_none_or(|part| part.bytes == end - start)
        });
        found.ok_or_else(|| damaged(name))
    }

    /// The files of the index. Those that share a name and a type are one reference.
    async fn files(
        &mut self,
        index: Vec<Listed>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Vec<(Item, B)>, BackupError> {
        let mut known: BTreeMap<String, Known<B>> = BTreeMap::new();
        let mut files = Vec::new();
        for Listed { name, item, part } in index {
            let file = match known.get(&name) {
                Some(same) if same.part != part => return Err(damaged(name)),
                Some(same) if same.media_type == item.media_type => same.file.clone(),
                Some(Known { range: (start, end), .. }) => self.file.slice(*start, *end, &item.media_type)?,
                None => {
                    let range = self.checked(&name, &part, progress).await?;
                    let file = self.file.slice(range.0, range.1, &item.media_type)?;
                    let media_type = item.media_type.clone();
                    known.insert(name, Known { part, range, media_type, file: file.clone() });
                    file
                }
            };
            files.push((item, file));
        }
        Ok(files)
    }

    /// Where the next file lies, once its bytes have been held against its hash.
    async fn checked(
        &mut self,
        name: &str,
        part: &Part,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(u64, u64), BackupError> {
        let (_, range) = self.expect(name, Some(part)).await?;
        let mut seen = range.0;
        let mut count = |bytes| {
            seen += bytes;
            progress(seen);
        };
        match hash_range(self.file, range, &mut count).await? == part.sha256 {
            true => Ok(range),
            false => Err(damaged(name)),
        }
    }

    async fn text(&self, name: &str, (start, end): (u64, u64)) -> Result<Vec<u8>, BackupError> {
        if end - start > MOST_TEXT_BYTES {
            return Err(BackupError::TooLarge(name.to_owned()));
        }
        Ok(self.file.read(start, end).await?)
    }

    /// The archive must end here: what is cut off or hung on is not what was written.
    async fn end(&self) -> Result<(), BackupError> {
        let length = self.file.len_bytes();
        if length != self.at + END.len() as u64 || self.file.read(self.at, length).await? != END {
            return Err(damaged("its end"));
        }
        Ok(())
    }
}
