//! Storing pictures, and saying so when they cannot be stored.

use std::sync::Arc;

use gallery::Record;
use leptos::prelude::*;
use storage::{PicturePart, StorageError};
use wasm_bindgen_futures::spawn_local;

use super::Unsaved;
use crate::platform;
use crate::state::picture::Files;
use crate::state::queue::Stored;
use crate::state::shelf::entry_of;
use crate::state::tabs::News;
use crate::state::{Place, Studio};
use crate::words::gallery as words;

impl Studio {
    /// Shows a picture and stores it. Only then it leaves its place in the stored queue: a tab that is closed meanwhile
    /// makes it again.
    pub(crate) fn keep(self, record: Record, files: Files, queued: Option<Stored>) {
        let id = record.id.clone();
        self.library.unsaved.update_value(|unsaved| {
            unsaved.insert(id.clone(), Unsaved { files, queued, refused: false });
        });
        self.library.album.update(|album| album.insert([record]));
        spawn_local(async move {
            self.add_thumbnail(&id).await;
            if self.store(&id).await {
                self.store_refused().await;
            }
            // Once its pixels are safe.
            if let Some(record) = untrack(|| self.library.record(&id)) {
                self.drawing(&record).await;
            }
        });
        platform::ask_to_persist();
    }

    /// Makes a new picture's thumbnail. Without one the picture itself is shown.
    async fn add_thumbnail(self, id: &str) {
        let png = self.library.unsaved.with_value(|unsaved| unsaved.get(id).map(|u| u.files.png.clone()));
        let Some((png, record)) = png.zip(untrack(|| self.library.record(id))) else { return };
        if let Some(thumbnail) = self.draw_thumbnail(&record, &png).await {
            self.keep_part(id, PicturePart::Thumbnail, thumbnail).await;
        }
    }

    /// Stores a picture that is only in memory; false when the database refuses.
    async fn store(self, id: &str) -> bool {
        let record = untrack(|| self.library.record(id));
        let files = self.library.unsaved.with_value(|unsaved| unsaved.get(id).map(|u| u.files.clone()));
        let Some((record, files)) = record.zip(files) else {
            // Deleted already: it is stored when it is brought back.
            self.refuse(id);
            self.leave_queue(id);
            return true;
        };
        match self.shelf.put(&record, files).await {
            Ok(()) => {
                self.stored(&record).await;
                true
            }
            Err(error) => {
                self.refuse(id);
                self.complain_of_storage(&error);
                false
            }
        }
    }

    /// A picture is not in the database: it is to be tried again.
    fn refuse(self, id: &str) {
        self.library.unsaved.update_value(|unsaved| {
            if let Some(unsaved) = unsaved.get_mut(id) {
                unsaved.refused = true;
            }
        });
    }

    /// A picture has arrived in the database. Meanwhile it may have got a star, or been deleted.
    async fn stored(self, record: &Arc<Record>) {
        let id = &record.id;
        self.leave_queue(id);
        if untrack(|| self.library.record(id)).is_none() {
            // Its files stay in memory as long as it can be brought back, and then it is stored again.
            self.refuse(id);
            if let Err(error) = self.shelf.delete(std::slice::from_ref(id)).await {
                self.complain_of_storage(&error);
            }
            return;
        }
        self.library.unsaved.update_value(|unsaved| {
            unsaved.remove(id);
        });
        match untrack(|| self.library.record(id)) {
            Some(now) if !Arc::ptr_eq(&now, record) => self.store_changes(&[now]).await,
            _ => self.tabs.tell(&News::Kept(vec![id.clone()])),
        }
        if self.library.unsaved.with_value(|unsaved| unsaved.values().all(|u| !u.refused)) {
            self.notices.clear(Place::Gallery);
        }
    }

    /// A picture that lies in the database, or will not, gives up its place in the stored queue.
    pub(super) fn leave_queue(self, id: &str) {
        let place = self.library.unsaved.try_update_value(|unsaved| unsaved.get_mut(id)?.queued.take());
        place.flatten().into_iter().for_each(|place| self.dequeue(place));
    }

    /// Tries again to store what was refused; stops at the first that still is.
    pub(crate) async fn store_refused(self) {
        let refused: Vec<String> = self.library.unsaved.with_value(|unsaved| {
            let refused = unsaved.iter().filter(|(_, unsaved)| unsaved.refused);
            refused.map(|(id, _)| id.clone()).collect()
        });
        for id in refused {
            if !self.store(&id).await {
                return;
            }
        }
    }

    /// Shows changed records and stores them.
    pub(crate) fn change(self, records: Vec<Record>) {
        self.library.album.update(|album| album.insert(records.iter().cloned()));
        let records: Vec<Arc<Record>> = records.into_iter().map(Arc::new).collect();
        spawn_local(async move { self.store_changes(&records).await });
    }

    async fn store_changes(self, records: &[Arc<Record>]) {
        let unsaved = |id: &str| self.library.unsaved.with_value(|unsaved| unsaved.contains_key(id));
        let stored = records.iter().filter(|record| !unsaved(&record.id));
        let entries: Result<Vec<_>, _> = stored.map(|record| entry_of(record)).collect();
        let ids = records.iter().map(|record| record.id.clone()).collect();
        let result = match entries {
            Ok(entries) => self.shelf.update(entries).await,
            Err(error) => Err(error),
        };
        match result {
            Ok(()) => self.tabs.tell(&News::Kept(ids)),
            Err(error) => self.complain_of_storage(&error),
        }
    }

    /// The database failed; what is on the page stays there for this visit.
    pub(crate) fn complain_of_storage(self, error: &StorageError) {
        let sentence = match error {
            StorageError::Refused { .. } => words::REFUSED.to_owned(),
            StorageError::Full => words::FULL.to_owned(),
            other => other.to_string(),
        };
        self.notices.say_with_detail(Place::Gallery, sentence, error.detail());
    }
}
