//! Files that pictures are made from: each is stored once, however many pictures, recent sources and waiting batches use it.
//!
//! A file lies under its SHA-256. Each use is two rows, from the user to the file and from the file to the user. A file goes
//! with its last use: the database itself looks for others in the transaction that takes a use away, so that no tab can
//! remove what another has just begun to use.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::{Backend, BlobHandle, Condition, Key, Storage, StorageError, Table, Write, file::hexadecimal};

/// So many users are looked up one by one, more of them all at once.
const FEW: usize = 16;
/// Bytes that are hashed at once.
const READ_BYTES: u64 = 4 << 20;

/// Somebody who uses a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct User<'a> {
    /// The table of its row: pictures, recent sources, or the queue.
    pub(crate) table: Table,
    /// The first part of its row's key.
    pub(crate) id: &'a str,
}

impl<'a> User<'a> {
    pub(crate) fn picture(id: &'a str) -> Self {
        Self { table: Table::Pictures, id }
    }

    pub(crate) fn recent_source(id: &'a str) -> Self {
        Self { table: Table::Sources, id }
    }

    pub(crate) fn batch(id: &'a str) -> Self {
        Self { table: Table::Queue, id }
    }

    /// Its row, which has the hash.
    fn key(self) -> Key {
        Key::of([self.table.name(), self.id])
    }

    /// The row of a file's use.
    fn key_under(self, hash: &str) -> Key {
        Key::of([hash, self.table.name(), self.id])
    }

    /// What it takes for this user to use a file no longer.
    fn leaving<Blob>(self, hash: &str) -> [Write<Blob>; 3] {
        let file = Key::of([hash]);
        [
            Write::Delete(Table::OriginalUses, self.key()),
            Write::Delete(Table::OriginalUses, self.key_under(hash)),
            Write::When(
                Condition::None(Table::OriginalUses, file.clone()),
                vec![Write::Delete(Table::Originals, file)],
            ),
        ]
    }
}

impl<B: Backend> Storage<B> {
    /// The changes by which a user's file is stored, in place of the one that it used before.
    pub(crate) async fn using(
        &self,
        user: User<'_>,
        file: B::Blob,
    ) -> Result<Vec<Write<B::Blob>>, StorageError> {
        let hash = hash_of(&file).await?;
        let row = Key::of([&hash]);
        let mut changes = vec![
            Write::When(
                Condition::None(Table::Originals, row.clone()),
                vec![Write::Bytes(Table::Originals, row, file)],
            ),
            Write::Text(Table::OriginalUses, user.key_under(&hash), String::new()),
        ];
        if let Some(before) = self.used_by(user).await?.filter(|before| *before != hash) {
            changes.extend(user.leaving(&before));
        }
        changes.push(Write::Text(Table::OriginalUses, user.key(), hash));
        Ok(changes)
    }

    /// The changes by which users use no file any longer; a file that nobody else uses goes.
    pub(crate) async fn leaving(&self, users: &[User<'_>]) -> Result<Vec<Write<B::Blob>>, StorageError> {
        let mut changes = Vec::new();
        if users.len() > FEW {
            let used = self.backend.texts(Table::OriginalUses, &Key(Vec::new())).await?;
            let used: BTreeMap<Key, String> = used.into_iter().collect();
            for user in users {
                changes.extend(used.get(&user.key()).into_iter().flat_map(|hash| user.leaving(hash)));
            }
            return Ok(changes);
        }
        for user in users {
            changes.extend(self.used_by(*user).await?.into_iter().flat_map(|hash| user.leaving(&hash)));
        }
        Ok(changes)
    }

    /// The file that a user uses.
    pub(crate) async fn original_of(&self, user: User<'_>) -> Result<Option<B::Blob>, StorageError> {
        match self.used_by(user).await? {
            Some(hash) => self.backend.blob(Table::Originals, &Key::of([&hash])).await,
            None => Ok(None),
        }
    }

    async fn used_by(&self, user: User<'_>) -> Result<Option<String>, StorageError> {
        self.backend.text(Table::OriginalUses, &user.key()).await
    }
}

async fn hash_of(file: &impl BlobHandle) -> Result<String, StorageError> {
    let (mut hash, mut at) = (Sha256::new(), 0);
    while at < file.len_bytes() {
        let end = file.len_bytes().min(at + READ_BYTES);
        hash.update(&file.read(at, end).await?);
        at = end;
    }
    Ok(hexadecimal(&hash.finalize()))
}

#[cfg(test)]
mod tests;
