//! The gallery: pictures in the database and on the page.
//!
//! What the page shows never waits for the database: a picture that cannot be stored stays for this visit, can be
//! downloaded, and a sentence says so.

use std::collections::HashMap;

use gallery::{Record, newest_first};
use leptos::prelude::*;
use storage::StorageError;
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use super::picture::{Files, Picture};
use super::shelf::Stored;
use super::{Place, Studio};
use crate::platform;

/// Pictures of earlier visits appear in groups of this many: a group is one change to the page.
const SHOWN_AT_ONCE: usize = 32;

#[derive(Clone, Copy)]
pub(crate) struct Library {
    /// Newest first.
    pub pictures: RwSignal<Vec<Picture>>,
    /// Whether the database has been read.
    pub loaded: RwSignal<bool>,
    /// The picture deleted last: it can be brought back.
    pub deleted: RwSignal<Option<Picture>>,
    /// The picture shown large.
    pub opened: RwSignal<Option<String>>,
    files: StoredValue<HashMap<String, Files>, LocalStorage>,
}

impl Library {
    pub(super) fn new() -> Self {
        Self {
            pictures: RwSignal::new(Vec::new()),
            loaded: RwSignal::new(false),
            deleted: RwSignal::new(None),
            opened: RwSignal::new(None),
            files: StoredValue::new_local(HashMap::new()),
        }
    }

    /// Shows pictures in their places.
    fn show(self, new: impl IntoIterator<Item = Picture>) {
        self.pictures.update(|pictures| {
            pictures.extend(new);
            pictures.sort_by(|a, b| newest_first(&a.record, &b.record));
        });
    }

    /// A picture's PNG.
    pub(super) fn png(self, id: &str) -> Option<Blob> {
        self.files.with_value(|all| all.get(id).map(|files| files.png.clone()))
    }

    /// What of its source a picture drew anew, if it had a mask.
    pub(super) fn mask(self, id: &str) -> Option<Blob> {
        self.files.with_value(|all| all.get(id).and_then(|files| files.mask.clone()))
    }

    pub(crate) fn get(self, id: &str) -> Option<Picture> {
        self.pictures.with(|pictures| pictures.iter().find(|picture| picture.record.id == id).cloned())
    }
}

impl Studio {
    /// Reads the gallery of earlier visits.
    pub(super) async fn load_library(self) {
        let entries = match self.shelf.records().await {
            Ok(entries) => entries,
            Err(error) => return self.complain_of_storage(&error),
        };
        let mut entries = entries.into_iter().peekable();
        while entries.peek().is_some() {
            let mut pictures = Vec::new();
            for entry in entries.by_ref().take(SHOWN_AT_ONCE) {
                match self.shelf.files(entry).await {
                    Ok(stored) => pictures.extend(self.take_stored(stored)),
                    Err(error) => self.complain_of_storage(&error),
                }
            }
            self.library.show(pictures);
        }
    }

    fn take_stored(self, stored: Stored) -> Option<Picture> {
        match Record::from_json(&stored.record) {
            Ok(record) => {
                let files = Files::new(stored.png, stored.latents, stored.source, stored.mask);
                let picture = Picture { record, url: files.url.to_string() };
                self.library.files.update_value(|all| {
                    all.insert(picture.record.id.clone(), files);
                });
                Some(picture)
            }
            // Not deleted: a later version may read it.
            Err(error) => {
                log::warn!("a picture in the gallery is of another version: {error}");
                None
            }
        }
    }

    /// Shows a picture and stores it.
    pub(super) fn keep(self, picture: Picture, files: Files) {
        self.library.files.update_value(|all| {
            all.insert(picture.record.id.clone(), files);
        });
        self.library.show([picture.clone()]);
        self.store(&picture.record);
        platform::ask_to_persist();
    }

    fn store(self, record: &Record) {
        let record = record.clone();
        let stored = self.library.files.with_value(|all| {
            let files = all.get(&record.id)?;
            let json = record.to_json().ok()?;
            let (png, latents, source) = (files.png.clone(), files.latents.clone(), files.source.clone());
            Some(Stored { record: json, png, latents, source, mask: files.mask.clone() })
        });
        let Some(stored) = stored else { return };
        spawn_local(async move {
            match self.shelf.put(&record, stored).await {
                Ok(()) => self.notices.clear(Place::Gallery),
                Err(error) => self.complain_of_storage(&error),
            }
        });
    }

    /// The database failed; what is on the page stays there for this visit.
    pub(super) fn complain_of_storage(self, error: &StorageError) {
        let sentence = match error {
            StorageError::Refused { .. } => {
                "This browser keeps no data for this page, so pictures stay for this visit only; download those you want to keep.".to_owned()
            }
            StorageError::Full => {
                "The browser's storage is full, so the newest pictures stay for this visit only; download or delete some.".to_owned()
            }
            other => other.to_string(),
        };
        self.notices.say_with_detail(Place::Gallery, sentence, error.detail());
    }

    /// Deletes a picture; [`Studio::restore_deleted`] brings it back until the next one is deleted.
    pub(crate) fn delete_picture(self, id: &str) {
        let Some(picture) = untrack(|| self.library.get(id)) else { return };
        self.forget_deleted();
        self.library
            .pictures
            .update(|pictures| pictures.retain(|other| other.record.id != picture.record.id));
        let id = picture.record.id.clone();
        self.library.deleted.set(Some(picture));
        spawn_local(async move {
            if let Err(error) = self.shelf.delete(&id).await {
                self.complain_of_storage(&error);
            }
        });
    }

    pub(crate) fn restore_deleted(self) {
        if let Some(picture) = self.library.deleted.get_untracked() {
            self.library.deleted.set(None);
            self.library.show([picture.clone()]);
            self.store(&picture.record);
        }
    }

    /// Lets go of the files of the picture deleted last.
    pub(crate) fn forget_deleted(self) {
        if let Some(picture) = self.library.deleted.get_untracked() {
            self.library.deleted.set(None);
            self.library.files.update_value(|all| {
                all.remove(&picture.record.id);
            });
        }
    }

    pub(crate) fn download_picture(self, picture: &Picture) {
        platform::download(&picture.url, &picture.record.file_name());
    }
}
