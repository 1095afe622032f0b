//! Deleting, and taking it back.

use std::collections::HashSet;
use std::sync::Arc;

use gallery::Record;
use leptos::prelude::*;
use storage::{PictureEntry, StorageError};
use wasm_bindgen_futures::spawn_local;

use crate::platform::now_millis;
use crate::state::Studio;
use crate::state::shelf::entry_of;
use crate::state::tabs::News;

/// Pictures deleted together. They are hidden at once, here and in the database; their files go when it is too late to
/// take it back.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Deleted {
    pub records: Vec<Arc<Record>>,
}

impl Deleted {
    /// How many cards went: pictures of a sheet are on the sheet's.
    pub(crate) fn count(&self) -> usize {
        let sheets: HashSet<&str> = self
            .records
            .iter()
            .filter(|record| record.sheet.is_some())
            .map(|record| record.id.as_str())
            .collect();
        let is_inside = |record: &Arc<Record>| {
            record.in_sheet.as_ref().is_some_and(|place| sheets.contains(place.sheet.as_str()))
        };
        self.records.iter().filter(|record| !is_inside(record)).count()
    }
}

fn entries(records: &[Arc<Record>], deleted_millis: Option<f64>) -> Result<Vec<PictureEntry>, StorageError> {
    let entry = |record: &Arc<Record>| Ok(PictureEntry { deleted_millis, ..entry_of(record)? });
    records.iter().map(entry).collect()
}

impl Studio {
    /// Takes pictures out of the gallery, and whatever was shown or chosen of them.
    pub(super) fn take_out(self, ids: &HashSet<&str>) -> Vec<Arc<Record>> {
        let gone = self.library.album.try_update(|album| album.remove(ids)).unwrap_or_default();
        let has_gone = |id: &Option<String>| id.as_deref().is_some_and(|id| ids.contains(id));
        if self.library.opened.with_untracked(has_gone) {
            self.library.opened.set(None);
        }
        if self.library.current.with_untracked(has_gone) {
            self.library.current.set(None);
        }
        gone
    }

    /// Deletes pictures; [`Studio::restore_deleted`] brings them back until others are deleted.
    pub(crate) fn delete_pictures(self, records: &[Arc<Record>]) {
        self.forget_deleted();
        let ids = self.with_sheets(records);
        let records = self.take_out(&ids.iter().map(String::as_str).collect());
        if records.is_empty() {
            return;
        }
        self.library.deleted.set(Some(Deleted { records: records.clone() }));
        self.tabs.tell(&News::Gone(ids));
        spawn_local(async move {
            match self.mark(&records, Some(now_millis())).await {
                // No room even for a mark: they are hidden, and deleted when it is too late to take it back.
                Ok(()) | Err(StorageError::Full | StorageError::Missing { .. }) => {}
                Err(error) => self.complain_of_storage(&error),
            }
        });
    }

    /// Keys of pictures and, of sheets, of all that is in them.
    fn with_sheets(self, records: &[Arc<Record>]) -> Vec<String> {
        let inside = |record: &Arc<Record>| {
            let sheet = record.sheet.is_some().then_some(record.id.as_str());
            sheet.map(|id| self.library.album.with_untracked(|album| album.in_sheet(id))).unwrap_or_default()
        };
        let inside: Vec<Arc<Record>> = records.iter().flat_map(inside).collect();
        let mut ids: Vec<String> = records.iter().chain(&inside).map(|record| record.id.clone()).collect();
        ids.sort();
        ids.dedup();
        ids
    }

    /// Brings back what was deleted last.
    pub(crate) fn restore_deleted(self) {
        let Some(Deleted { records }) = self.library.deleted.get_untracked() else { return };
        self.library.deleted.set(None);
        self.library.album.update(|album| album.insert(records.iter().map(|record| Record::clone(record))));
        spawn_local(async move {
            match self.mark(&records, None).await {
                Ok(()) => {
                    self.tabs.tell(&News::Kept(records.iter().map(|record| record.id.clone()).collect()));
                }
                Err(error) => self.complain_of_storage(&error),
            }
            self.store_refused().await;
        });
    }

    /// Writes in the database that pictures are deleted, or no longer.
    async fn mark(self, records: &[Arc<Record>], deleted_millis: Option<f64>) -> Result<(), StorageError> {
        let stored = |record: &&Arc<Record>| {
            self.library.unsaved.with_value(|unsaved| !unsaved.contains_key(&record.id))
        };
        let records: Vec<Arc<Record>> = records.iter().filter(stored).cloned().collect();
        self.shelf.update(entries(&records, deleted_millis)?).await
    }

    /// Lets go of the files of what was deleted last. Room in the database may let in what was refused.
    pub(crate) fn forget_deleted(self) {
        let Some(Deleted { records }) = self.library.deleted.get_untracked() else { return };
        self.library.deleted.set(None);
        let ids: Vec<String> = records.iter().map(|record| record.id.clone()).collect();
        ids.iter().for_each(|id| self.leave_queue(id));
        self.library.unsaved.update_value(|unsaved| unsaved.retain(|id, _| !ids.contains(id)));
        self.library.addresses.update_value(|addresses| ids.iter().for_each(|id| addresses.forget(id)));
        spawn_local(async move {
            match self.shelf.delete(&ids).await {
                Ok(()) => self.store_refused().await,
                Err(error) => self.complain_of_storage(&error),
            }
        });
    }
}
