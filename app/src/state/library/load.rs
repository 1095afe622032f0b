//! Reading the gallery of earlier visits, and of other tabs.

use gallery::Record;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use storage::PictureEntry;
use wasm_bindgen_futures::spawn_local;

use crate::platform::now_millis;
use crate::state::{Place, Studio};
use crate::words::gallery as words;

/// The first records fill the window; the page draws them before the others are read.
const FIRST: usize = 200;
/// Then so many at a time, between which the page answers.
const AT_ONCE: usize = 1000;
/// What was deleted so long ago is not brought back by any tab.
const UNDO_OVER_MILLIS: f64 = 600_000.0;

impl Studio {
    /// Reads the gallery of earlier visits.
    pub(crate) async fn load_library(self) {
        let stored = match self.shelf.pictures().await {
            Ok(stored) => stored,
            Err(error) => return self.complain_of_storage(&error),
        };
        let mut unreadable = stored.unreadable;
        let mut entries = stored.entries.as_slice();
        let mut most = FIRST;
        while !entries.is_empty() {
            let (now, later) = entries.split_at(most.min(entries.len()));
            unreadable += self.take_entries(now);
            (entries, most) = (later, AT_ONCE);
            TimeoutFuture::new(0).await;
        }
        if unreadable > 0 {
            self.notices.say(Place::Gallery, words::unreadable(unreadable));
        }
        self.sweep(stored.deleted).await;
    }

    /// Shows records; returns how many are of another version. Those are not deleted: that version may come again.
    fn take_entries(self, entries: &[PictureEntry]) -> usize {
        let mut unreadable = 0;
        let records: Vec<Record> = entries
            .iter()
            .filter_map(|entry| match Record::from_json(&entry.metadata) {
                Ok(record) => Some(record),
                Err(error) => {
                    log::warn!("picture {} cannot be read: {error}", entry.id);
                    unreadable += 1;
                    None
                }
            })
            .collect();
        self.library.album.update(|album| album.insert(records));
        unreadable
    }

    /// Ends deletions that no tab will take back.
    async fn sweep(self, deleted: Vec<PictureEntry>) {
        let over = now_millis() - UNDO_OVER_MILLIS;
        let ids: Vec<String> = deleted
            .into_iter()
            .filter(|entry| entry.deleted_millis.is_some_and(|millis| millis < over))
            .map(|entry| entry.id)
            .collect();
        if let Err(error) = self.shelf.delete(&ids).await {
            self.complain_of_storage(&error);
        }
    }

    /// Another tab has stored or changed pictures.
    pub(crate) fn hear_of_pictures(self, ids: Vec<String>) {
        spawn_local(async move {
            match self.shelf.pictures_of(&ids).await {
                Ok(entries) => drop(self.take_entries(&entries)),
                Err(error) => self.complain_of_storage(&error),
            }
        });
    }

    /// Another tab has deleted pictures.
    pub(crate) fn hear_of_deletion(self, ids: &[String]) {
        self.take_out(&ids.iter().map(String::as_str).collect());
    }
}
