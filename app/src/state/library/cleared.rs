//! The person cleared this page's data while the page was open: the browser has closed the database, and a new one is
//! empty.

use std::collections::HashSet;

use leptos::prelude::*;
use protocol::Command;
use storage::StorageError;
use wasm_bindgen_futures::spawn_local;

use crate::later::Errand;
use crate::state::{Place, Studio};
use crate::words::gallery as words;

impl Studio {
    /// What is only in memory is stored again; the rest has gone, and cards that lead nowhere would be a lie.
    pub(crate) fn library_cleared(self) {
        if !self.library.loaded.get_untracked() {
            // What is being read now may have gone already: it is looked at again when all of it is there.
            return self.library.cleared_early.set_value(true);
        }
        self.later(Errand::GatherRest);
    }

    /// Takes out what has gone, and stores the rest.
    pub(crate) fn gather_rest(self) {
        spawn_local(async move {
            match self.take_out_gone().await {
                Ok(0) => {}
                Ok(gone) => self.notices.say(Place::Gallery, words::cleared(gone)),
                Err(error) => return self.complain_of_storage(&error),
            }
            self.store_refused().await;
            self.store_queue();
            self.load_prompts().await;
            self.reload_recents().await;
            self.load_packs();
            // Imported models and downloads have gone, too; the engine fetches the built-in one again.
            self.send(Command::ListModels, Vec::new());
            self.send(Command::ListLoras, Vec::new());
            self.ask_for_catalogue();
        });
    }

    /// Looks again at what was read while the data was being cleared.
    pub(crate) fn library_loaded(self) {
        self.library.loaded.set(true);
        if self.library.cleared_early.try_update_value(std::mem::take).unwrap_or(false) {
            self.library_cleared();
        }
    }

    /// Takes pictures out that the database no longer has; returns how many.
    async fn take_out_gone(self) -> Result<usize, StorageError> {
        let stored = self.shelf.pictures().await?;
        let kept: HashSet<String> = stored.entries.into_iter().map(|entry| entry.id).collect();
        let unsaved = |id: &str| self.library.unsaved.with_value(|unsaved| unsaved.contains_key(id));
        let gone: Vec<String> = self.library.album.with_untracked(|album| {
            let ids = album.records().map(|record| record.id.clone());
            ids.filter(|id| !kept.contains(id) && !unsaved(id)).collect()
        });
        self.hear_of_deletion(&gone);
        Ok(gone.len())
    }
}
