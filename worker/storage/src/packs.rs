//! Image packs: a record, and the pictures that it names.

use serde::{Deserialize, Serialize};

use crate::{Backend, Key, Storage, StorageError, Table, Write, backend::write_beside, error::damaged};

/// A pack as stored. `metadata` is the packs' own JSON, which this crate does not read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PackEntry {
    /// Unique among the packs.
    pub id: String,
    /// The packs' JSON.
    pub metadata: String,
}

/// A pack to store.
#[derive(Debug, Clone)]
pub struct NewPack<Blob> {
    /// Its record.
    pub entry: PackEntry,
    /// Its pictures, each under a name of its own.
    pub pictures: Vec<(String, Blob)>,
}

impl PackEntry {
    fn row<Blob>(&self) -> Result<Write<Blob>, StorageError> {
        let json = serde_json::to_string(self).map_err(|error| damaged("the pack's record", error))?;
        Ok(Write::Text(Table::Packs, Key::of([&self.id]), json))
    }
}

impl<B: Backend> Storage<B> {
    /// Stores packs with all their pictures, or nothing at all. A pack of the same id is replaced.
    ///
    /// # Errors
    /// [`StorageError::Full`], and as [`Backend::write`].
    pub async fn insert_packs(&self, packs: Vec<NewPack<B::Blob>>) -> Result<(), StorageError> {
        let mut changes = Vec::new();
        for NewPack { entry, pictures } in packs {
            changes.push(Write::Delete(Table::PackBlobs, Key::of([&entry.id])));
            changes.push(entry.row()?);
            let rows = pictures
                .into_iter()
                .map(|(name, picture)| Write::Bytes(Table::PackBlobs, Key::of([&entry.id, &name]), picture));
            changes.extend(rows);
        }
        self.backend.write(changes).await
    }

    /// Replaces a pack's record and leaves its pictures as they are.
    ///
    /// # Errors
    /// [`StorageError::Missing`] when there is no such pack, and as [`Backend::write`].
    pub async fn update_pack(&self, entry: &PackEntry) -> Result<(), StorageError> {
        let (row, what) = ((Table::Packs, Key::of([&entry.id])), format!("pack {}", entry.id));
        write_beside(self.backend.as_ref(), row, what, vec![entry.row()?]).await
    }

    /// All packs, by id. A row that cannot be read is left out and left alone: a later version may read it.
    ///
    /// # Errors
    /// As [`Backend::texts`].
    pub async fn packs(&self) -> Result<Vec<PackEntry>, StorageError> {
        let rows = self.backend.texts(Table::Packs, &Key(Vec::new())).await?;
        Ok(rows.into_iter().filter_map(|(_, json)| serde_json::from_str(&json).ok()).collect())
    }

    /// A picture of a pack.
    ///
    /// # Errors
    /// [`StorageError::Missing`] when there is none of that name, and as [`Backend::blob`].
    pub async fn pack_picture(&self, id: &str, name: &str) -> Result<B::Blob, StorageError> {
        let missing = || StorageError::Missing { what: format!("picture {name} of pack {id}") };
        self.backend.blob(Table::PackBlobs, &Key::of([id, name])).await?.ok_or_else(missing)
    }

    /// Removes a pack with its pictures. One that is not there is no error.
    ///
    /// # Errors
    /// As [`Backend::write`].
    pub async fn delete_pack(&self, id: &str) -> Result<(), StorageError> {
        let key = Key::of([id]);
        self.backend
            .write(vec![Write::Delete(Table::Packs, key.clone()), Write::Delete(Table::PackBlobs, key)])
            .await
    }
}
