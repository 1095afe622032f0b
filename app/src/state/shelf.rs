//! The page's use of the database: the gallery's pictures and the settings.

use gallery::Record;
use leptos::prelude::*;
use storage::{NewPicture, PictureEntry, PicturePart, StorageError};
use web_sys::Blob;

use place::{Database, kept, open, shown};

/// A picture as stored: its record as JSON, and its files.
#[derive(Clone)]
pub(super) struct Stored {
    pub record: String,
    pub png: Blob,
    pub latents: Option<Blob>,
    pub source: Option<Blob>,
    pub mask: Option<Blob>,
}

/// The database, once it is open.
#[derive(Clone, Copy)]
pub(crate) struct Shelf(StoredValue<Option<Database>, LocalStorage>);

impl Shelf {
    pub(super) fn new() -> Self {
        Self(StoredValue::new_local(None))
    }

    pub(super) async fn open(self) -> Result<(), StorageError> {
        self.0.set_value(Some(open().await?));
        Ok(())
    }

    fn database(self) -> Result<Database, StorageError> {
        let closed = || StorageError::Refused { reason: "the database is not open".to_owned() };
        self.0.with_value(Clone::clone).ok_or_else(closed)
    }

    /// The records in the gallery, newest first, each as JSON with the picture's id.
    pub(super) async fn records(self) -> Result<Vec<PictureEntry>, StorageError> {
        self.database()?.pictures().await
    }

    pub(super) async fn files(self, entry: PictureEntry) -> Result<Stored, StorageError> {
        let database = self.database()?;
        let part = async |part| database.picture_part(&entry.id, part).await.map(|blob| blob.map(shown));
        let png = part(PicturePart::Png).await?;
        let png = png.ok_or(StorageError::Missing { what: format!("picture {}", entry.id) })?;
        Ok(Stored {
            png,
            latents: part(PicturePart::Latents).await?,
            source: part(PicturePart::Source).await?,
            mask: part(PicturePart::Mask).await?,
            record: entry.metadata,
        })
    }

    pub(super) async fn put(self, record: &Record, stored: Stored) -> Result<(), StorageError> {
        let entry = PictureEntry {
            id: record.id.clone(),
            created_millis: record.created_millis,
            metadata: stored.record,
        };
        let latents = stored.latents.map(kept).transpose()?;
        let source = stored.source.map(kept).transpose()?;
        let mask = stored.mask.map(kept).transpose()?;
        let picture = NewPicture { entry, png: kept(stored.png)?, latents, source, mask, thumbnail: None };
        self.database()?.insert_picture(picture).await
    }

    pub(super) async fn delete(self, id: &str) -> Result<(), StorageError> {
        self.database()?.delete_picture(id).await
    }

    pub(super) async fn setting(self, name: &str) -> Result<Option<String>, StorageError> {
        self.database()?.setting(name).await
    }

    pub(super) async fn set_setting(self, name: &str, json: String) -> Result<(), StorageError> {
        self.database()?.set_setting(name, json).await
    }
}

#[cfg(target_arch = "wasm32")]
mod place {
    use storage::{BrowserBlob, BrowserStorage, StorageError};
    use web_sys::Blob;

    pub(super) type Database = BrowserStorage;

    pub(super) async fn open() -> Result<Database, StorageError> {
        BrowserStorage::open().await
    }

    pub(super) fn kept(blob: Blob) -> Result<BrowserBlob, StorageError> {
        Ok(BrowserBlob(blob))
    }

    pub(super) fn shown(blob: BrowserBlob) -> Blob {
        blob.0
    }
}

/// Outside a browser only this crate's rules are tested: there are no `Blob`s to keep.
#[cfg(not(target_arch = "wasm32"))]
mod place {
    use storage::{Memory, MemoryBlob, MemoryStorage, StorageError};
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::Blob;

    pub(super) type Database = MemoryStorage;

    pub(super) async fn open() -> Result<Database, StorageError> {
        Ok(MemoryStorage::over(Memory::default()))
    }

    pub(super) fn kept(_: Blob) -> Result<MemoryBlob, StorageError> {
        Err(StorageError::Refused { reason: "not in a browser".to_owned() })
    }

    pub(super) fn shown(_: MemoryBlob) -> Blob {
        JsValue::UNDEFINED.unchecked_into()
    }
}
