//! The queue of pictures to make, so that it outlives a closed tab.
//!
//! Pictures that were asked for together share a batch, and so the files that they are made from.

use crate::{Backend, Condition, Key, Storage, StorageError, Table, Write, originals::User};

/// A picture that waits. `json` is the page's own, which this crate does not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueEntry {
    /// What it was asked for together with.
    pub batch: String,
    /// Its name within the batch. In what order pictures are made is up to the page, which writes it into `json`.
    pub name: String,
    /// What to make.
    pub json: String,
}

/// A file that the pictures of a batch are made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueuePart {
    /// The source.
    Source,
    /// What of it is to be drawn anew: a PNG.
    Mask,
}

impl QueuePart {
    /// Its name in keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Mask => "mask",
        }
    }

    fn key(self, batch: &str) -> Key {
        Key::of([batch, self.name()])
    }
}

impl<B: Backend> Storage<B> {
    /// Stores a batch, whole or not at all: its entries and its files.
    ///
    /// # Errors
    /// [`StorageError::Full`], and as [`Backend::write`].
    pub async fn enqueue(
        &self,
        entries: Vec<QueueEntry>,
        files: Vec<(QueuePart, B::Blob)>,
    ) -> Result<(), StorageError> {
        let Some(batch) = entries.first().map(|entry| entry.batch.clone()) else { return Ok(()) };
        let rows = entries.into_iter().map(|entry| {
            Write::Text(Table::Queue, Key::of([entry.batch.as_str(), entry.name.as_str()]), entry.json)
        });
        let mut changes: Vec<_> = rows.collect();
        for (part, file) in files {
            match part {
                QueuePart::Source => changes.extend(self.using(User::batch(&batch), file).await?),
                QueuePart::Mask => changes.push(Write::Bytes(Table::QueueBlobs, part.key(&batch), file)),
            }
        }
        self.backend.write(changes).await
    }

    /// Everything that waits, batch by batch.
    ///
    /// # Errors
    /// As [`Backend::texts`].
    pub async fn queue(&self) -> Result<Vec<QueueEntry>, StorageError> {
        let rows = self.backend.texts(Table::Queue, &Key(Vec::new())).await?;
        let entry = |(key, json): (Key, String)| match key.0.as_slice() {
            [batch, name] => Some(QueueEntry { batch: batch.clone(), name: name.clone(), json }),
            _ => None,
        };
        Ok(rows.into_iter().filter_map(entry).collect())
    }

    /// A file of a batch.
    ///
    /// # Errors
    /// As [`Backend::blob`].
    pub async fn queue_file(&self, batch: &str, part: QueuePart) -> Result<Option<B::Blob>, StorageError> {
        let original = match part {
            QueuePart::Source => self.original_of(User::batch(batch)).await?,
            QueuePart::Mask => None,
        };
        match original {
            Some(source) => Ok(Some(source)),
            // Also a source of an earlier version, which lies with its batch.
            None => self.backend.blob(Table::QueueBlobs, &part.key(batch)).await,
        }
    }

    /// Removes an entry, and the batch's files with its last one. One that is not there is no error. Which is the last is
    /// told by the transaction itself: others of the batch may be on their way out at the same moment.
    ///
    /// # Errors
    /// As [`Backend::write`].
    pub async fn dequeue(&self, batch: &str, name: &str) -> Result<(), StorageError> {
        let whole = Key::of([batch]);
        let mut files = vec![Write::Delete(Table::QueueBlobs, whole.clone())];
        files.extend(self.leaving(&[User::batch(batch)]).await?);
        let entry = Write::Delete(Table::Queue, Key::of([batch, name]));
        self.backend.write(vec![entry, Write::When(Condition::None(Table::Queue, whole), files)]).await
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join3;
    use pollster::block_on;

    use super::*;
    use crate::{BlobHandle, Memory, MemoryBlob, MemoryStorage};

    fn entry(batch: &str, name: &str) -> QueueEntry {
        QueueEntry { batch: batch.to_owned(), name: name.to_owned(), json: format!("{{\"{name}\":1}}") }
    }

    #[test]
    fn a_batch_keeps_its_files_until_its_last_picture_is_made() {
        let storage = MemoryStorage::over(Memory::default());
        let source = MemoryBlob::from_bytes(b"source").unwrap();
        block_on(storage.enqueue(vec![entry("b", "1")], vec![])).unwrap();
        block_on(storage.enqueue(vec![entry("a", "1"), entry("a", "2")], vec![(QueuePart::Source, source)]))
            .unwrap();
        let names = |storage: &MemoryStorage| {
            let told = |entry: QueueEntry| entry.batch + &entry.name;
            block_on(storage.queue()).unwrap().into_iter().map(told).collect::<Vec<_>>()
        };
        let file = |storage: &MemoryStorage| block_on(storage.queue_file("a", QueuePart::Source)).unwrap();
        assert_eq!(names(&storage), ["a1", "a2", "b1"]);
        block_on(storage.dequeue("a", "1")).unwrap();
        block_on(storage.dequeue("a", "1")).unwrap();
        assert_eq!(names(&storage), ["a2", "b1"]);
        assert_eq!(file(&storage).unwrap().len_bytes(), 6);
        block_on(storage.dequeue("a", "2")).unwrap();
        assert!(file(&storage).is_none(), "the files of a batch that is done");
        assert_eq!(names(&storage), ["b1"]);
    }

    #[test]
    fn entries_that_leave_together_take_their_files_with_them() {
        let storage = MemoryStorage::over(Memory::default());
        let file = |name: &[u8]| MemoryBlob::from_bytes(name).unwrap();
        let files = vec![(QueuePart::Source, file(b"source")), (QueuePart::Mask, file(b"mask"))];
        block_on(storage.enqueue(vec![entry("a", "1"), entry("a", "2"), entry("a", "3")], files)).unwrap();
        let leave = |name| storage.dequeue("a", name);
        let (first, second, third) = block_on(join3(leave("1"), leave("2"), leave("3")));
        [first, second, third].into_iter().for_each(Result::unwrap);
        assert_eq!(storage.backend.all_keys(), []);
    }
}
