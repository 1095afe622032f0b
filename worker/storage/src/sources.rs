//! Sources of the last pictures: kept over visits, few of them.

use serde::{Deserialize, Serialize};

use crate::{
    Backend, Key, Storage, StorageError, Table, Write, backend::write_beside, error::damaged, originals::User,
};

/// A source's record as stored. `metadata` is the page's own JSON, which this crate does not read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceEntry {
    /// Unique among the sources.
    pub id: String,
    /// Milliseconds since 1970 when it was last used.
    pub used_millis: f64,
    /// Size of its file.
    pub bytes: u64,
    /// The page's JSON.
    pub metadata: String,
}

/// Bytes that belong to a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourcePart {
    /// The file as the person gave it.
    File,
    /// A smaller picture for the list.
    Thumbnail,
    /// What of the picture is to be drawn anew: a PNG. Few sources have one.
    Mask,
    /// What is painted over all of a picture that was turned or cropped: a PNG. Still fewer have one.
    WholeMask,
}

impl SourcePart {
    /// Every part.
    pub const ALL: [Self; 4] = [Self::File, Self::Thumbnail, Self::Mask, Self::WholeMask];

    /// Its name in keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Thumbnail => "thumbnail",
            Self::Mask => "mask",
            Self::WholeMask => "whole-mask",
        }
    }

    fn key(self, id: &str) -> Key {
        Key::of([id, self.name()])
    }
}

/// How many sources are kept, and how many bytes of their files. The one used last is kept in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceLimits {
    /// How many.
    pub most: usize,
    /// Bytes of all files together.
    pub most_bytes: u64,
}

impl<B: Backend> Storage<B> {
    /// Stores a source with its parts and removes those used longest ago, as far as `limits` ask. One of the same id
    /// is replaced, and keeps its mask. Returns the ids that were removed.
    ///
    /// # Errors
    /// [`StorageError::Full`], and as [`Backend::write`]; then nothing has changed.
    pub async fn insert_source(
        &self,
        entry: &SourceEntry,
        file: B::Blob,
        thumbnail: B::Blob,
        limits: SourceLimits,
    ) -> Result<Vec<String>, StorageError> {
        let others = self.sources().await?.into_iter().filter(|other| other.id != entry.id);
        let (mut count, mut bytes) = (1, entry.bytes);
        let removed: Vec<String> = others
            .filter(|other| {
                count += 1;
                bytes = bytes.saturating_add(other.bytes);
                count > limits.most || bytes > limits.most_bytes
            })
            .map(|other| other.id)
            .collect();
        let mut changes = self.without_sources(&removed).await?;
        changes.extend(self.using(User::recent_source(&entry.id), file).await?);
        changes.extend([
            Write::Text(Table::Sources, Key::of([&entry.id]), json(entry)?),
            // Where earlier versions stored it.
            Write::Delete(Table::SourceBlobs, SourcePart::File.key(&entry.id)),
            Write::Bytes(Table::SourceBlobs, SourcePart::Thumbnail.key(&entry.id), thumbnail),
        ]);
        self.backend.write(changes).await?;
        Ok(removed)
    }

    /// All sources, the one used last first. A row that cannot be read is left out and left alone: a later version may
    /// read it.
    ///
    /// # Errors
    /// As [`Backend::texts`].
    pub async fn sources(&self) -> Result<Vec<SourceEntry>, StorageError> {
        let rows = self.backend.texts(Table::Sources, &Key(Vec::new())).await?;
        let mut entries: Vec<SourceEntry> =
            rows.into_iter().filter_map(|(_, json)| serde_json::from_str(&json).ok()).collect();
        entries.sort_by(|a, b| b.used_millis.total_cmp(&a.used_millis).then_with(|| b.id.cmp(&a.id)));
        Ok(entries)
    }

    /// One of a source's parts; `None` for a mask that it has not.
    ///
    /// # Errors
    /// [`StorageError::Missing`] when another part is not there, and as [`Backend::blob`].
    pub async fn source_part(&self, id: &str, part: SourcePart) -> Result<Option<B::Blob>, StorageError> {
        let original = match part {
            SourcePart::File => self.original_of(User::recent_source(id)).await?,
            _ => None,
        };
        let blob = match original {
            Some(file) => Some(file),
            // Also a file of an earlier version, which lies with its source.
            None => self.backend.blob(Table::SourceBlobs, &part.key(id)).await?,
        };
        match blob {
            None if !matches!(part, SourcePart::Mask | SourcePart::WholeMask) => {
                Err(StorageError::Missing { what: format!("source {id}") })
            }
            blob => Ok(blob),
        }
    }

    /// Keeps a mask with a source that is there, or none, and beside it what is painted over all of the source.
    ///
    /// # Errors
    /// [`StorageError::Missing`] when the source is not there, and as [`Backend::write`].
    pub async fn set_source_mask(
        &self,
        id: &str,
        mask: Option<B::Blob>,
        whole: Option<B::Blob>,
    ) -> Result<(), StorageError> {
        let change = |(part, mask): (SourcePart, Option<B::Blob>)| match mask {
            Some(mask) => Write::Bytes(Table::SourceBlobs, part.key(id), mask),
            None => Write::Delete(Table::SourceBlobs, part.key(id)),
        };
        let masks = [(SourcePart::Mask, mask), (SourcePart::WholeMask, whole)];
        let (row, what) = ((Table::Sources, Key::of([id])), format!("source {id}"));
        write_beside(self.backend.as_ref(), row, what, masks.map(change).into()).await
    }

    /// Removes a source with its parts. One that is not there is no error.
    ///
    /// # Errors
    /// As [`Backend::write`].
    pub async fn delete_source(&self, id: &str) -> Result<(), StorageError> {
        self.backend.write(self.without_sources(&[id.to_owned()]).await?).await
    }

    /// The changes by which sources go; a file that is used elsewhere stays.
    async fn without_sources(&self, ids: &[String]) -> Result<Vec<Write<B::Blob>>, StorageError> {
        let users: Vec<User<'_>> = ids.iter().map(|id| User::recent_source(id)).collect();
        let mut changes = self.leaving(&users).await?;
        for id in ids {
            let key = Key::of([id]);
            changes
                .extend([Write::Delete(Table::Sources, key.clone()), Write::Delete(Table::SourceBlobs, key)]);
        }
        Ok(changes)
    }
}

fn json(entry: &SourceEntry) -> Result<String, StorageError> {
    serde_json::to_string(entry).map_err(|error| damaged("the source's record", error))
}

#[cfg(test)]
mod tests {
    use pollster::block_on;

    use super::*;
    use crate::{BlobHandle, Memory, MemoryBlob, MemoryStorage};

    const LIMITS: SourceLimits = SourceLimits { most: 3, most_bytes: 100 };

    fn insert(
        storage: &MemoryStorage,
        id: &str,
        used_millis: f64,
        bytes: u64,
    ) -> Result<Vec<String>, StorageError> {
        let entry = SourceEntry { id: id.to_owned(), used_millis, bytes, metadata: format!("about {id}") };
        let blob = |bytes: &[u8]| MemoryBlob::from_bytes(bytes).unwrap();
        block_on(storage.insert_source(&entry, blob(&vec![7; bytes as usize]), blob(b"small"), LIMITS))
    }

    fn ids(storage: &MemoryStorage) -> Vec<String> {
        block_on(storage.sources()).unwrap().into_iter().map(|entry| entry.id).collect()
    }

    fn blobs(storage: &MemoryStorage) -> usize {
        let of_sources = |table: Table| [Table::SourceBlobs, Table::Originals].contains(&table);
        storage.backend.all_keys().iter().filter(|(table, _)| of_sources(*table)).count()
    }

    #[test]
    fn the_source_used_last_comes_first_and_the_oldest_goes() {
        let storage = MemoryStorage::over(Memory::default());
        for (id, millis) in [("a", 1.0), ("b", 2.0), ("c", 3.0)] {
            assert_eq!(insert(&storage, id, millis, 10), Ok(Vec::new()));
        }
        assert_eq!(insert(&storage, "a", 4.0, 10), Ok(Vec::new()), "used again, it is no new one");
        assert_eq!(ids(&storage), ["a", "c", "b"]);
        assert_eq!(insert(&storage, "d", 5.0, 10), Ok(vec!["b".to_owned()]));
        assert_eq!(
            (ids(&storage).join(""), blobs(&storage)),
            ("dac".to_owned(), 4),
            "three thumbnails, one file"
        );
    }

    #[test]
    fn large_files_leave_room_for_fewer() {
        let storage = MemoryStorage::over(Memory::default());
        insert(&storage, "a", 1.0, 30).unwrap();
        insert(&storage, "b", 2.0, 60).unwrap();
        assert_eq!(insert(&storage, "c", 3.0, 30), Ok(vec!["a".to_owned()]));
        assert_eq!(
            insert(&storage, "d", 4.0, 500).map(|mut ids| {
                ids.sort();
                ids
            }),
            Ok(vec!["b".to_owned(), "c".to_owned()])
        );
        assert_eq!(ids(&storage), ["d"], "the one in use stays, however large");
    }

    #[test]
    fn parts_go_with_their_source() {
        let storage = MemoryStorage::over(Memory::default());
        insert(&storage, "a", 1.0, 3).unwrap();
        let part = |part| block_on(storage.source_part("a", part)).unwrap();
        assert_eq!(block_on(part(SourcePart::File).unwrap().read(0, 3)).unwrap(), [7, 7, 7]);
        assert_eq!(part(SourcePart::Thumbnail).unwrap().len_bytes(), 5);
        block_on(storage.delete_source("a")).unwrap();
        let gone = block_on(storage.source_part("a", SourcePart::File));
        assert!(matches!(gone, Err(StorageError::Missing { .. })));
        assert_eq!((ids(&storage).len(), blobs(&storage)), (0, 0));
    }

    #[test]
    fn a_mask_stays_with_its_source() {
        let storage = MemoryStorage::over(Memory::default());
        insert(&storage, "a", 1.0, 3).unwrap();
        let mask =
            || block_on(storage.source_part("a", SourcePart::Mask)).unwrap().map(|mask| mask.len_bytes());
        let set = |id, mask: Option<&[u8]>| {
            let mask = mask.map(|bytes| MemoryBlob::from_bytes(bytes).unwrap());
            block_on(storage.set_source_mask(id, mask.clone(), mask))
        };
        assert_eq!(mask(), None);
        set("a", Some(b"mask")).unwrap();
        insert(&storage, "a", 2.0, 3).unwrap();
        assert_eq!(mask(), Some(4), "a source that is used again keeps its mask");
        set("a", None).unwrap();
        assert_eq!((mask(), blobs(&storage)), (None, 2));
        set("a", Some(b"mask")).unwrap();
        assert!(matches!(set("b", Some(b"mask")), Err(StorageError::Missing { .. })));
        block_on(storage.delete_source("a")).unwrap();
        assert_eq!(blobs(&storage), 0, "a mask goes with its source");
    }

    #[test]
    fn a_full_disk_changes_nothing() {
        let storage = MemoryStorage::over(Memory::with_capacity_bytes(300));
        insert(&storage, "a", 1.0, 20).unwrap();
        assert_eq!(insert(&storage, "b", 2.0, 400), Err(StorageError::Full));
        assert_eq!(ids(&storage), ["a"]);
    }
}
