//! The gallery: a record, the picture, and what else belongs to it.

use serde::{Deserialize, Serialize};

use crate::{
    Backend, Key, Storage, StorageError, Table, Write, backend::write_beside, error::damaged, originals::User,
};

/// A gallery record as stored. `metadata` is the gallery's own JSON, which this crate does not read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PictureEntry {
    /// Unique in the gallery.
    pub id: String,
    /// Milliseconds since 1970, by which the gallery is sorted.
    pub created_millis: f64,
    /// The gallery's JSON.
    pub metadata: String,
    /// When it was deleted, in milliseconds since 1970: until its rows are removed it can be brought back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_millis: Option<f64>,
}

/// The gallery as stored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StoredPictures {
    /// Newest first; of two made in the same millisecond, the greater id comes first.
    pub entries: Vec<PictureEntry>,
    /// Those that were deleted and can still be brought back.
    pub deleted: Vec<PictureEntry>,
    /// Rows that are no records of this version. They are left as they are.
    pub unreadable: usize,
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
    /// The file that it was made from; stored once for all pictures that were.
    pub source: Option<Blob>,
    /// What of that file was drawn anew: a PNG.
    pub mask: Option<Blob>,
    /// A smaller picture for the grid.
    pub thumbnail: Option<Blob>,
    /// The picture drawn as SVG.
    pub drawing: Option<Blob>,
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
    /// The picture drawn as SVG.
    Drawing,
}

impl PicturePart {
    /// Every part, the picture first.
    pub const ALL: [Self; 6] =
        [Self::Png, Self::Latents, Self::Source, Self::Mask, Self::Thumbnail, Self::Drawing];

    /// Its name in keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Latents => "latents",
            Self::Source => "source",
            Self::Mask => "mask",
            Self::Thumbnail => "thumbnail",
            Self::Drawing => "drawing",
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
        let NewPicture { entry, png, latents, source, mask, thumbnail, drawing } = picture;
        let json = serde_json::to_string(&entry).map_err(|error| damaged("the picture's record", error))?;
        let mut changes = vec![
            Write::Delete(Table::PictureBlobs, Key::of([&entry.id])),
            Write::Text(Table::Pictures, Key::of([&entry.id]), json),
        ];
        let parts = [
            (PicturePart::Png, Some(png)),
            (PicturePart::Latents, latents),
            (PicturePart::Mask, mask),
            (PicturePart::Thumbnail, thumbnail),
            (PicturePart::Drawing, drawing),
        ];
        for (part, blob) in parts {
            changes.extend(blob.map(|blob| Write::Bytes(Table::PictureBlobs, part.key(&entry.id), blob)));
        }
        let user = User::picture(&entry.id);
        changes.extend(match source {
            Some(source) => self.using(user, source).await?,
            None => self.leaving(&[user]).await?,
        });
        self.backend.write(changes).await
    }

    /// All records. One that cannot be read does not hide the others.
    ///
    /// # Errors
    /// As [`Backend::texts`].
    pub async fn pictures(&self) -> Result<StoredPictures, StorageError> {
        let rows = self.backend.texts(Table::Pictures, &Key(Vec::new())).await?;
        let mut stored = StoredPictures::default();
        for (_, json) in rows {
            match serde_json::from_str::<PictureEntry>(&json) {
                Ok(entry) if entry.deleted_millis.is_some() => stored.deleted.push(entry),
                Ok(entry) => stored.entries.push(entry),
                Err(_) => stored.unreadable += 1,
            }
        }
        let newest_first = |a: &PictureEntry, b: &PictureEntry| {
            b.created_millis.total_cmp(&a.created_millis).then_with(|| b.id.cmp(&a.id))
        };
        stored.entries.sort_by(newest_first);
        Ok(stored)
    }

    /// The records of these ids that are there and not deleted.
    ///
    /// # Errors
    /// As [`Backend::text`].
    pub async fn pictures_of(&self, ids: &[String]) -> Result<Vec<PictureEntry>, StorageError> {
        let mut entries = Vec::new();
        for id in ids {
            let json = self.backend.text(Table::Pictures, &Key::of([id])).await?;
            let entry = json.and_then(|json| serde_json::from_str::<PictureEntry>(&json).ok());
            entries.extend(entry.filter(|entry| entry.deleted_millis.is_none()));
        }
        Ok(entries)
    }

    /// Replaces the records of pictures that are there, all of them at once. A picture that is not there, because it was
    /// deleted elsewhere or the data was cleared, is not made by this.
    ///
    /// # Errors
    /// [`StorageError::Missing`] when a picture is not there; the others are replaced. Also as [`Backend::write`].
    pub async fn update_pictures(&self, entries: &[PictureEntry]) -> Result<(), StorageError> {
        let (mut changes, mut missing) = (Vec::new(), Vec::new());
        for entry in entries {
            let key = Key::of([&entry.id]);
            if self.backend.text(Table::Pictures, &key).await?.is_none() {
                missing.push(entry.id.as_str());
                continue;
            }
            let json =
                serde_json::to_string(entry).map_err(|error| damaged("the picture's record", error))?;
            changes.push(Write::beside(
                Table::Pictures,
                key.clone(),
                vec![Write::Text(Table::Pictures, key, json)],
            ));
        }
        if !changes.is_empty() {
            self.backend.write(changes).await?;
        }
        match missing.as_slice() {
            [] => Ok(()),
            ids => Err(StorageError::Missing { what: format!("picture {}", ids.join(", ")) }),
        }
    }

    /// Adds a part to a picture that is there.
    ///
    /// # Errors
    /// [`StorageError::Missing`] when the picture is not there, and as [`Backend::write`].
    pub async fn add_picture_part(
        &self,
        id: &str,
        part: PicturePart,
        blob: B::Blob,
    ) -> Result<(), StorageError> {
        let changes = match part {
            PicturePart::Source => self.using(User::picture(id), blob).await?,
            part => vec![Write::Bytes(Table::PictureBlobs, part.key(id), blob)],
        };
        let (row, what) = ((Table::Pictures, Key::of([id])), format!("picture {id}"));
        write_beside(self.backend.as_ref(), row, what, changes).await
    }

    /// One of a picture's parts; `None` when the picture was stored without it.
    ///
    /// # Errors
    /// [`StorageError::Missing`] when there is no picture of that id, and as [`Backend::blob`].
    pub async fn picture_part(&self, id: &str, part: PicturePart) -> Result<Option<B::Blob>, StorageError> {
        let original = match part {
            PicturePart::Source => self.original_of(User::picture(id)).await?,
            _ => None,
        };
        let blob = match original {
            Some(source) => Some(source),
            // Also a source of an earlier version, which lies with its picture.
            None => self.backend.blob(Table::PictureBlobs, &part.key(id)).await?,
        };
        if blob.is_none() && self.backend.text(Table::Pictures, &Key::of([id])).await?.is_none() {
            return Err(StorageError::Missing { what: format!("picture {id}") });
        }
        Ok(blob)
    }

    /// Removes pictures with all their parts; a source that is used elsewhere stays. A picture that is not there is no error.
    ///
    /// # Errors
    /// As [`Backend::write`]; then all of them are still there.
    pub async fn delete_pictures(&self, ids: &[String]) -> Result<(), StorageError> {
        if ids.is_empty() {
            return Ok(());
        }
        let rows = |id: &String| {
            let key = Key::of([id]);
            [Write::Delete(Table::Pictures, key.clone()), Write::Delete(Table::PictureBlobs, key)]
        };
        let users: Vec<User<'_>> = ids.iter().map(|id| User::picture(id)).collect();
        let mut changes = self.leaving(&users).await?;
        changes.extend(ids.iter().flat_map(rows));
        self.backend.write(changes).await
    }
}
