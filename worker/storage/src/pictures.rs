//! The gallery: a record, the picture, and what else belongs to it.

use serde::{Deserialize, Serialize};

use crate::{Backend, Key, Storage, StorageError, Table, Write, error::damaged};

/// A gallery record as stored. `metadata` is the gallery's own JSON, which this crate does not read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PictureEntry {
    /// Unique in the gallery.
    pub id: String,
    /// Milliseconds since 1970, by which the gallery is sorted.
    pub created_millis: f64,
    /// The gallery's JSON.
    pub metadata: String,
}

/// A picture to store.
#[derive(Debug, Clone)]
pub struct NewPicture<Blob> {
    /// Its record.
    pub entry: PictureEntry,
    /// The encoded picture.
    pub png: Blob,
    /// The latents before decoding.
    pub latents: Option<Blob>,
    /// The file that it was made from.
    pub source: Option<Blob>,
    /// What of that file was drawn anew: a PNG.
    pub mask: Option<Blob>,
    /// A smaller picture for the grid.
    pub thumbnail: Option<Blob>,
}

/// Bytes that belong to a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PicturePart {
    /// The encoded picture.
    Png,
    /// The latents before decoding.
    Latents,
    /// The file that the picture was made from, so that it can be made again.
    Source,
    /// What of that file was drawn anew: a PNG.
    Mask,
    /// A smaller picture for the grid.
    Thumbnail,
}

impl PicturePart {
    fn name(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Latents => "latents",
            Self::Source => "source",
            Self::Mask => "mask",
            Self::Thumbnail => "thumbnail",
        }
    }

    fn key(self, id: &str) -> Key {
        Key::of([id, self.name()])
    }
}

impl<B: Backend> Storage<B> {
    /// Stores a picture with all its parts, or nothing. A picture of the same id is replaced.
    ///
    /// # Errors
    /// [`StorageError::Full`], and as [`Backend::write`].
    pub async fn insert_picture(&self, picture: NewPicture<B::Blob>) -> Result<(), StorageError> {
        let NewPicture { entry, png, latents, source, mask, thumbnail } = picture;
        let json = serde_json::to_string(&entry).map_err(|error| damaged("the picture's record", error))?;
        let mut changes = vec![
            Write::Delete(Table::PictureBlobs, Key::of([&entry.id])),
            Write::Text(Table::Pictures, Key::of([&entry.id]), json),
        ];
        let parts = [
            (PicturePart::Png, Some(png)),
            (PicturePart::Latents, latents),
            (PicturePart::Source, source),
            (PicturePart::Mask, mask),
            (PicturePart::Thumbnail, thumbnail),
        ];
        for (part, blob) in parts {
            changes.extend(blob.map(|blob| Write::Bytes(Table::PictureBlobs, part.key(&entry.id), blob)));
        }
        self.backend.write(changes).await
    }

    /// All records, newest first; of two made in the same millisecond, the greater id comes first.
    ///
    /// # Errors
    /// [`StorageError::Damaged`] when a row is not a record, and as [`Backend::texts`].
    pub async fn pictures(&self) -> Result<Vec<PictureEntry>, StorageError> {
        let rows = self.backend.texts(Table::Pictures, &Key(Vec::new())).await?;
        let mut entries = rows
            .into_iter()
            .map(|(key, json)| {
                serde_json::from_str(&json).map_err(|error| damaged(format!("picture {}", key.name()), error))
            })
            .collect::<Result<Vec<PictureEntry>, _>>()?;
        entries.sort_by(|a, b| b.created_millis.total_cmp(&a.created_millis).then_with(|| b.id.cmp(&a.id)));
        Ok(entries)
    }

    /// How many pictures there are.
    ///
    /// # Errors
    /// As [`Backend::count`].
    pub async fn picture_count(&self) -> Result<u64, StorageError> {
        self.backend.count(Table::Pictures).await
    }

    /// One of a picture's parts; `None` when the picture was stored without it.
    ///
    /// # Errors
    /// [`StorageError::Missing`] when there is no picture of that id, and as [`Backend::blob`].
    pub async fn picture_part(&self, id: &str, part: PicturePart) -> Result<Option<B::Blob>, StorageError> {
        let blob = self.backend.blob(Table::PictureBlobs, &part.key(id)).await?;
        if blob.is_none() && self.backend.text(Table::Pictures, &Key::of([id])).await?.is_none() {
            return Err(StorageError::Missing { what: format!("picture {id}") });
        }
        Ok(blob)
    }

    /// Removes a picture with all its parts. One that is not there is no error.
    ///
    /// # Errors
    /// As [`Backend::write`].
    pub async fn delete_picture(&self, id: &str) -> Result<(), StorageError> {
        let key = Key::of([id]);
        let changes =
            vec![Write::Delete(Table::Pictures, key.clone()), Write::Delete(Table::PictureBlobs, key)];
        self.backend.write(changes).await
    }
}
