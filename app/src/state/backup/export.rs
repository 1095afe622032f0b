//! From what is here to one file.

use backup::{Backup, BackupError, Item, Row, write};
use leptos::prelude::*;
use packs::{Blob as _, date_of_millis};
use serde::Serialize;
use storage::{PicturePart, SourcePart, StorageError};
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use super::table;
use crate::platform::{now_millis, save_blob};
use crate::state::packs::PackFile;
use crate::state::shelf::entry_of;
use crate::state::{Place, Studio};
use crate::words::backup as words;

/// What wrote a backup.
const APP: &str = concat!("Palimpsest ", env!("CARGO_PKG_VERSION"));

/// Rows and files on their way into a backup.
#[derive(Default)]
struct Gathered {
    rows: Vec<Row>,
    files: Vec<(Item, PackFile)>,
    /// Files that the browser has lost.
    lost: usize,
}

impl Gathered {
    fn row<T: Serialize>(&mut self, table: &str, key: &str, value: &T) -> Result<(), StorageError> {
        let text = serde_json::to_string(value);
        let text = text.map_err(|error| StorageError::Failed { reason: error.to_string() })?;
        self.rows.push(Row { table: table.to_owned(), key: vec![key.to_owned()], text });
        Ok(())
    }

    /// A file that the browser has lost is counted: it must not keep everything else out of the backup.
    fn file(
        &mut self,
        table: &str,
        key: [&str; 2],
        file: Result<Option<Blob>, StorageError>,
    ) -> Result<(), StorageError> {
        match file {
            Ok(Some(blob)) => {
                let (table, key) = (table.to_owned(), key.map(str::to_owned).to_vec());
                self.files.push((Item { table, key, media_type: blob.type_() }, PackFile(blob)));
            }
            Ok(None) => {}
            Err(StorageError::Missing { .. } | StorageError::Damaged { .. }) => self.lost += 1,
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

impl Studio {
    /// Writes everything into one file and hands it to the browser's downloads.
    pub(crate) fn export_everything(self, with_models: bool) {
        self.notices.clear(Place::Backup);
        self.backups.outcome.set(String::new());
        self.backups.busy.set(Some(words::GATHERING.to_owned()));
        spawn_local(async move {
            match self.gather_everything(with_models).await {
                Ok(gathered) => match self.write_backup(gathered).await {
                    Ok(outcome) => self.backups.outcome.set(outcome),
                    Err(error) => self.notices.say(Place::Backup, error.to_string()),
                },
                Err(error) => {
                    self.notices.say_with_detail(
                        Place::Backup,
                        words::FAILED,
                        format!("{error}: {}", error.detail()),
                    );
                }
            }
            self.backups.busy.set(None);
        });
    }

    async fn write_backup(self, Gathered { rows, files, lost }: Gathered) -> Result<String, BackupError> {
        let created = date_of_millis(now_millis());
        let name = format!("palimpsest-{}.tar", created.get(..10).unwrap_or("backup"));
        let backup = Backup { created, app: APP.to_owned(), rows, files };
        let total: u64 = backup.files.iter().map(|(_, file)| file.len_bytes()).sum();
        let mut progress = |done| self.backups.busy.set(Some(words::writing(done, total)));
        let file = write(&backup, &mut progress).await?;
        save_blob(&file.0, &name);
        Ok(words::exported(file.0.size(), lost))
    }

    async fn gather_everything(self, with_models: bool) -> Result<Gathered, StorageError> {
        let mut all = Gathered::default();
        // From the page rather than the database: it also has what could not be stored.
        let records: Vec<_> = self.library.album.with_untracked(|album| album.records().cloned().collect());
        for record in records {
            all.row(table::PICTURES, &record.id, &entry_of(&record)?)?;
            for part in PicturePart::ALL {
                let file = self.picture_file(&record.id, part).await;
                all.file(table::PICTURE_FILES, [&record.id, part.name()], file)?;
            }
        }
        for entry in self.shelf.packs().await? {
            all.row(table::PACKS, &entry.id, &entry)?;
            let Ok(pack) = serde_json::from_str::<packs::Pack>(&entry.metadata) else { continue };
            for key in pack.keys() {
                let file = self.shelf.pack_picture(&entry.id, &key.name()).await;
                all.file(table::PACK_FILES, [&entry.id, &key.name()], file.map(Some))?;
            }
        }
        for entry in self.shelf.sources().await? {
            all.row(table::SOURCES, &entry.id, &entry)?;
            for part in SourcePart::ALL {
                let file = self.shelf.source_part(&entry.id, part).await;
                all.file(table::SOURCE_FILES, [&entry.id, part.name()], file)?;
            }
        }
        for (name, text) in self.shelf.settings().await? {
            all.rows.push(Row { table: table::SETTINGS.to_owned(), key: vec![name], text });
        }
        if with_models {
            self.gather_models(&mut all).await?;
        }
        Ok(all)
    }

    /// Imported models and LoRAs; the built-in one comes with the page.
    async fn gather_models(self, all: &mut Gathered) -> Result<(), StorageError> {
        for model in self.shelf.models_and_loras().await? {
            all.row(table::MODELS, &model.id, &model)?;
            for (path, pieces) in self.shelf.model_files(&model.folder).await? {
                let pieces: Vec<PackFile> = pieces.into_iter().map(PackFile).collect();
                let joined = PackFile::join(&pieces, "")
                    .map_err(|error| StorageError::Failed { reason: error.to_string() })?;
                all.file(table::MODEL_FILES, [&model.id, &path], Ok(Some(joined.0)))?;
            }
        }
        Ok(())
    }
}
