//! Databases of earlier versions, which stored a picture's source with each picture.

use crate::{
    Backend, Key, PicturePart, QueuePart, SourcePart, Storage, StorageError, Table, Write, originals::User,
};

/// Where earlier versions stored files that pictures are made from: the files' table, the part, and their users' table.
const PLACES: [(Table, &str, Table); 3] = [
    (Table::PictureBlobs, PicturePart::Source.name(), Table::Pictures),
    (Table::SourceBlobs, SourcePart::File.name(), Table::Sources),
    (Table::QueueBlobs, QueuePart::Source.name(), Table::Queue),
];

/// The row that says that nothing of them is left.
const DONE: [&str; 1] = ["gathered"];

impl<B: Backend> Storage<B> {
    /// Stores what earlier versions stored with each user once, a file a transaction: it can end anywhere, and goes on the
    /// next time. Until then the files are read from where they lie. Returns how many were moved.
    ///
    /// # Errors
    /// As [`Backend::write`]; [`StorageError::Full`] when there is no room for a second copy of one file.
    pub async fn gather_originals(&self) -> Result<usize, StorageError> {
        let mut moved = 0;
        if self.backend.text(Table::OriginalUses, &Key::of(DONE)).await?.is_some() {
            return Ok(moved);
        }
        for (files, part, users) in PLACES {
            for key in self.backend.keys(files, &Key(Vec::new())).await? {
                let [id, name] = key.0.as_slice() else { continue };
                if name == part {
                    moved += usize::from(self.gather(files, &key, User { table: users, id }).await?);
                }
            }
        }
        self.backend.write(vec![Write::Text(Table::OriginalUses, Key::of(DONE), String::new())]).await?;
        Ok(moved)
    }

    /// Moves one file; false when it or its user has gone, or cannot be read: then it stays where it is.
    async fn gather(&self, files: Table, key: &Key, user: User<'_>) -> Result<bool, StorageError> {
        let Some(file) = self.backend.blob(files, key).await? else { return Ok(false) };
        let mut changes = match self.using(user, file).await {
            Err(StorageError::Damaged { .. }) => return Ok(false),
            changes => changes?,
        };
        if self.backend.keys(user.table, &Key::of([user.id])).await?.is_empty() {
            return Ok(false);
        }
        changes.push(Write::Delete(files, key.clone()));
        self.backend.write(changes).await?;
        Ok(true)
    }
}
