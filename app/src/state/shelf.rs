//! The page's use of the database: the gallery's pictures and the settings.

use gallery::Record;
use leptos::prelude::*;
use protocol::ModelId;
use storage::{
    ModelRecord, NewPack, NewPicture, PackEntry, PictureEntry, PicturePart, QueueEntry, QueuePart,
    SourceEntry, SourceLimits, SourcePart, StorageError, StoredPictures,
};
use web_sys::Blob;

use super::packs::Kept;
use super::picture::Files;
use place::{Database, kept, open, shown};

/// A record as it is stored.
pub(super) fn entry_of(record: &Record) -> Result<PictureEntry, StorageError> {
    let metadata = record.to_json().map_err(|error| StorageError::Failed { reason: error.to_string() })?;
    let (id, created_millis) = (record.id.clone(), record.created_millis);
    Ok(PictureEntry { id, created_millis, metadata, deleted_millis: None })
}

fn row_of(kept: &Kept) -> Result<PackEntry, StorageError> {
    let metadata = serde_json::to_string(&kept.pack);
    let metadata = metadata.map_err(|error| StorageError::Failed { reason: error.to_string() })?;
    Ok(PackEntry { id: kept.id.clone(), metadata })
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

    /// Calls `listener` when the browser closes the database by itself.
    pub(super) fn on_closed(self, listener: impl Fn() + 'static) {
        self.0.with_value(|database| {
            if let Some(database) = database {
                place::on_closed(database, listener);
            }
        });
    }

    /// The records in the gallery, each as JSON with the picture's id.
    pub(super) async fn pictures(self) -> Result<StoredPictures, StorageError> {
        self.database()?.pictures().await
    }

    /// The records of these ids that are there.
    pub(super) async fn pictures_of(self, ids: &[String]) -> Result<Vec<PictureEntry>, StorageError> {
        self.database()?.pictures_of(ids).await
    }

    /// One of a picture's files.
    pub(super) async fn part(self, id: &str, part: PicturePart) -> Result<Option<Blob>, StorageError> {
        Ok(self.database()?.picture_part(id, part).await?.map(shown))
    }

    pub(super) async fn put(self, record: &Record, files: Files) -> Result<(), StorageError> {
        let Files { png, latents, source, mask, thumbnail, drawing } = files;
        let picture = NewPicture {
            entry: entry_of(record)?,
            png: kept(png)?,
            latents: latents.map(kept).transpose()?,
            source: source.map(kept).transpose()?,
            mask: mask.map(kept).transpose()?,
            thumbnail: thumbnail.map(kept).transpose()?,
            drawing: drawing.map(kept).transpose()?,
        };
        self.database()?.insert_picture(picture).await
    }

    pub(super) async fn add_part(self, id: &str, part: PicturePart, blob: Blob) -> Result<(), StorageError> {
        self.database()?.add_picture_part(id, part, kept(blob)?).await
    }

    /// Replaces the records of pictures that are there.
    pub(super) async fn update(self, entries: Vec<PictureEntry>) -> Result<(), StorageError> {
        self.database()?.update_pictures(&entries).await
    }

    pub(super) async fn delete(self, ids: &[String]) -> Result<(), StorageError> {
        self.database()?.delete_pictures(ids).await
    }

    /// Stores pictures that wait, with the files that they share.
    pub(super) async fn enqueue(
        self,
        entries: Vec<QueueEntry>,
        files: Vec<(QueuePart, Blob)>,
    ) -> Result<(), StorageError> {
        let files = files.into_iter().map(|(part, blob)| Ok((part, kept(blob)?)));
        let files = files.collect::<Result<Vec<_>, StorageError>>()?;
        self.database()?.enqueue(entries, files).await
    }

    pub(super) async fn queue(self) -> Result<Vec<QueueEntry>, StorageError> {
        self.database()?.queue().await
    }

    pub(super) async fn queue_file(self, batch: &str, part: QueuePart) -> Result<Option<Blob>, StorageError> {
        Ok(self.database()?.queue_file(batch, part).await?.map(shown))
    }

    /// Has sources that an earlier version stored with each picture stored once.
    pub(super) async fn gather_originals(self) -> Result<usize, StorageError> {
        self.database()?.gather_originals().await
    }

    pub(super) async fn dequeue(self, batch: &str, name: &str) -> Result<(), StorageError> {
        self.database()?.dequeue(batch, name).await
    }

    /// The sources of the last pictures, the one used last first.
    pub(super) async fn sources(self) -> Result<Vec<SourceEntry>, StorageError> {
        self.database()?.sources().await
    }

    pub(super) async fn source_part(self, id: &str, part: SourcePart) -> Result<Option<Blob>, StorageError> {
        Ok(self.database()?.source_part(id, part).await?.map(shown))
    }

    /// Keeps a mask with a source, or none.
    pub(super) async fn set_source_mask(
        self,
        id: &str,
        mask: Option<Blob>,
        whole: Option<Blob>,
    ) -> Result<(), StorageError> {
        let [mask, whole] = [mask, whole].map(|mask| mask.map(kept).transpose());
        self.database()?.set_source_mask(id, mask?, whole?).await
    }

    /// Returns the ids of those that had to go for it.
    pub(super) async fn put_source(
        self,
        entry: &SourceEntry,
        file: Blob,
        thumbnail: Blob,
        limits: SourceLimits,
    ) -> Result<Vec<String>, StorageError> {
        self.database()?.insert_source(entry, kept(file)?, kept(thumbnail)?, limits).await
    }

    pub(super) async fn delete_source(self, id: &str) -> Result<(), StorageError> {
        self.database()?.delete_source(id).await
    }

    pub(super) async fn packs(self) -> Result<Vec<PackEntry>, StorageError> {
        self.database()?.packs().await
    }

    /// Stores packs, each with its pictures by name: all or none.
    pub(super) async fn insert_packs(
        self,
        packs: &[Kept],
        pictures: Vec<Vec<(String, Blob)>>,
    ) -> Result<(), StorageError> {
        let mut new = Vec::new();
        for (pack, pictures) in packs.iter().zip(pictures) {
            let pictures = pictures.into_iter().map(|(name, blob)| Ok((name, kept(blob)?)));
            new.push(NewPack {
                entry: row_of(pack)?,
                pictures: pictures.collect::<Result<_, StorageError>>()?,
            });
        }
        self.database()?.insert_packs(new).await
    }

    pub(super) async fn update_pack(self, pack: &Kept) -> Result<(), StorageError> {
        self.database()?.update_pack(&row_of(pack)?).await
    }

    pub(super) async fn delete_pack(self, id: &str) -> Result<(), StorageError> {
        self.database()?.delete_pack(id).await
    }

    pub(super) async fn pack_picture(self, id: &str, name: &str) -> Result<Blob, StorageError> {
        self.database()?.pack_picture(id, name).await.map(shown)
    }

    /// Imported models, then LoRAs.
    pub(super) async fn models_and_loras(self) -> Result<Vec<ModelRecord>, StorageError> {
        let database = self.database()?;
        let mut models = database.models().await?;
        // It comes with the page.
        models.retain(|model| model.id != ModelId::builtin().0);
        models.extend(database.loras().await?);
        Ok(models)
    }

    /// The files of a model's folder: each path, and the pieces that its bytes lie in.
    pub(super) async fn model_files(self, folder: &str) -> Result<Vec<(String, Vec<Blob>)>, StorageError> {
        let files = self.database()?.model_files(folder).await?;
        Ok(files.into_iter().map(|(path, pieces)| (path, pieces.into_iter().map(shown).collect())).collect())
    }

    /// Stores a model or LoRA of a backup: it is there once all of its files are.
    pub(super) async fn insert_model(
        self,
        model: &ModelRecord,
        files: Vec<(String, Blob)>,
        now_millis: f64,
    ) -> Result<(), StorageError> {
        let mut import = self.database()?.import_model(&model.id, now_millis).await?;
        for (path, file) in files {
            if let Err(error) = import.add(&path, &kept(file)?, now_millis, &mut |_| {}).await {
                import.discard().await?;
                return Err(error);
            }
        }
        import.publish(&model.name).await.map(drop)
    }

    pub(super) async fn settings(self) -> Result<Vec<(String, String)>, StorageError> {
        self.database()?.settings().await
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

    pub(super) fn on_closed(database: &Database, listener: impl Fn() + 'static) {
        database.on_closed(listener);
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

    pub(super) fn on_closed(_: &Database, _: impl Fn() + 'static) {}

    pub(super) fn kept(_: Blob) -> Result<MemoryBlob, StorageError> {
        Err(StorageError::Refused { reason: "not in a browser".to_owned() })
    }

    pub(super) fn shown(_: MemoryBlob) -> Blob {
        JsValue::UNDEFINED.unchecked_into()
    }
}
