//! Reading the gallery of earlier visits, and of other tabs.

use std::collections::HashSet;

use gallery::Record;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use protocol::Command;
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
/// A browser may refuse the database while it is still clearing it.
const CLEARING_TRIES: u32 = 10;
const CLEARING_PAUSE_MILLIS: u32 = 300;

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

    /// The person cleared this page's data while the page was open. What is only in memory is stored again; the rest
    /// has gone, and cards that lead nowhere would be a lie.
    pub(crate) fn library_cleared(self) {
        spawn_local(async move {
            let mut read = self.shelf.pictures().await;
            for _ in 0..CLEARING_TRIES {
                if read.is_ok() {
                    break;
                }
                TimeoutFuture::new(CLEARING_PAUSE_MILLIS).await;
                read = self.shelf.pictures().await;
            }
            let stored = match read {
                Ok(stored) => stored,
                Err(error) => return self.complain_of_storage(&error),
            };
            let kept: HashSet<String> = stored.entries.into_iter().map(|entry| entry.id).collect();
            let unsaved = |id: &str| self.library.unsaved.with_value(|unsaved| unsaved.contains_key(id));
            let gone: Vec<String> = self.library.album.with_untracked(|album| {
                let ids = album.records().map(|record| record.id.clone());
                ids.filter(|id| !kept.contains(id) && !unsaved(id)).collect()
            });
            self.hear_of_deletion(&gone);
            if !gone.is_empty() {
                self.notices.say(Place::Gallery, words::cleared(gone.len()));
            }
            self.store_refused().await;
            // Imported models have gone, too; the built-in one is fetched again when it is needed.
            self.send(Command::ListModels, Vec::new());
            self.send(Command::ListLoras, Vec::new());
        });
    }
}
