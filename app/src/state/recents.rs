//! Recent sources: few of them, kept over visits, the one in use among them.

use std::collections::HashMap;

use gloo::file::ObjectUrl;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use sources::Edit;
use storage::{SourceEntry, SourceLimits, SourcePart, StorageError};
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use super::source::{CheckedSource, SourceFile};
use super::{Place, Studio};
use crate::platform::{blob, now_millis};
use crate::words::source as words;

/// The setting that names the source in use.
const CURRENT: &str = "source";

/// How many sources are kept.
pub(super) const LIMITS: SourceLimits = SourceLimits { most: 12, most_bytes: 256 * 1024 * 1024 };

/// What is stored of a source beside its file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct About {
    name: String,
    size_px: (u32, u32),
    #[serde(default)]
    edit: Edit,
    #[serde(default)]
    parent: Option<String>,
}

/// A source that was used before.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Recent {
    /// SHA-256 of its file.
    pub id: String,
    pub name: String,
    /// Width and height as it was used.
    pub size_px: (u32, u32),
    /// Address of its thumbnail on this page.
    pub url: String,
    edit: Edit,
    parent: Option<String>,
}

/// Sources of this and earlier visits.
#[derive(Clone, Copy)]
pub(crate) struct Recents {
    /// The one used last first.
    pub list: RwSignal<Vec<Recent>>,
    /// The thumbnails' addresses live as long as these.
    urls: StoredValue<HashMap<String, ObjectUrl>, LocalStorage>,
}

impl Recents {
    pub(super) fn new() -> Self {
        Self { list: RwSignal::new(Vec::new()), urls: StoredValue::new_local(HashMap::new()) }
    }

    /// Puts a source first, in place of what was known of it.
    fn put_first(self, id: &str, about: About, thumbnail: &Blob) {
        let About { name, size_px, edit, parent } = about;
        let url = ObjectUrl::from(gloo::file::Blob::from(thumbnail.clone()));
        let recent = Recent { id: id.to_owned(), name, size_px, url: url.to_string(), edit, parent };
        self.list.update(|all| {
            all.retain(|other| other.id != recent.id);
            all.insert(0, recent);
        });
        // After the old address has left the page.
        self.urls.update_value(|urls| {
            urls.insert(id.to_owned(), url);
        });
    }

    fn remove(self, ids: &[String]) {
        self.list.update(|all| all.retain(|recent| !ids.contains(&recent.id)));
        self.urls.update_value(|urls| urls.retain(|id, _| !ids.contains(id)));
    }

    fn ids(self) -> Vec<String> {
        self.list.with_untracked(|all| all.iter().map(|recent| recent.id.clone()).collect())
    }

    /// What was done to a source when it was last used.
    pub(super) fn edit_of(self, id: &str) -> Option<Edit> {
        self.get(id).map(|recent| recent.edit)
    }

    fn get(self, id: &str) -> Option<Recent> {
        self.list.with_untracked(|all| all.iter().find(|recent| recent.id == id).cloned())
    }
}

impl Studio {
    /// Reads the sources of earlier visits and takes up the one that was in use, unless there is one already.
    pub(super) async fn load_recents(self) {
        let Ok(entries) = self.shelf.sources().await else { return };
        for entry in entries.into_iter().rev() {
            // Of another version, or its files have gone: not worth a word.
            let Ok(about) = serde_json::from_str::<About>(&entry.metadata) else { continue };
            if let Ok(Some(thumbnail)) = self.shelf.source_part(&entry.id, SourcePart::Thumbnail).await {
                self.source.recents.put_first(&entry.id, about, &thumbnail);
            }
        }
        let current = self.read::<String>(CURRENT).await.unwrap_or_default();
        if !current.is_empty() && untrack(|| !self.source.is_some()) {
            self.take_recent(&current);
        }
    }

    /// Takes sources off the list that the database no longer has, and stores the one in use again.
    pub(super) async fn reload_recents(self) {
        let Ok(entries) = self.shelf.sources().await else { return };
        let gone = self.source.recents.ids().into_iter();
        let gone: Vec<String> = gone.filter(|id| entries.iter().all(|entry| entry.id != *id)).collect();
        self.source.recents.remove(&gone);
        if let Some(source) = untrack(|| self.source.ready()).filter(|s| gone.contains(&s.original.hash)) {
            self.take_edited_source(source.original.file, source.original.edit);
        }
    }

    /// Takes a source up again, turned and cropped as it was.
    pub(crate) fn take_recent(self, id: &str) {
        let Some(Recent { id, name, edit, parent, .. }) = self.source.recents.get(id) else { return };
        spawn_local(async move {
            match self.shelf.source_part(&id, SourcePart::File).await {
                Ok(Some(blob)) => self.take_edited_source(SourceFile { blob, name, parent }, edit),
                // Of a file that is not there, an error says so.
                Ok(None) => {}
                Err(error @ (StorageError::Missing { .. } | StorageError::Damaged { .. })) => {
                    log::warn!("a recent source has gone: {error}");
                    self.forget_source(&id);
                }
                Err(error) => self.notices.say_with_detail(Place::Source, error.to_string(), error.detail()),
            }
        });
    }

    /// Stores the source that has just been checked, so that it is there at the next visit.
    pub(super) fn remember_source(self, source: &CheckedSource, thumbnail: &[u8]) {
        let original = source.original.clone();
        let about = About {
            name: original.file.name.clone(),
            size_px: source.size_px,
            edit: original.edit,
            parent: original.file.parent.clone(),
        };
        let Ok(thumbnail) = blob(thumbnail, "image/png") else { return };
        let Ok(metadata) = serde_json::to_string(&about) else { return };
        self.source.recents.put_first(&original.hash, about, &thumbnail);
        let file = original.file.blob;
        let entry =
            SourceEntry { id: original.hash, used_millis: now_millis(), bytes: file.size() as u64, metadata };
        spawn_local(async move {
            // A source that is not remembered is still there for this visit, and its file is the person's own.
            match self.shelf.put_source(&entry, file, thumbnail, LIMITS).await {
                Ok(removed) => {
                    self.source.recents.remove(&removed);
                    self.write(CURRENT, &entry.id);
                    self.store_mask();
                }
                Err(error) => {
                    let sentence = words::not_kept(error == StorageError::Full);
                    self.notices.say_with_detail(Place::Source, sentence, error.detail());
                }
            }
        });
    }

    /// The next visit begins without a source.
    pub(super) fn forget_current_source(self) {
        self.write(CURRENT, &String::new());
    }

    /// Takes a source off the list.
    pub(crate) fn forget_source(self, id: &str) {
        self.source.recents.remove(&[id.to_owned()]);
        let id = id.to_owned();
        spawn_local(async move {
            if let Err(error) = self.shelf.delete_source(&id).await {
                log::warn!("a recent source is not forgotten: {error}");
            }
        });
    }

    /// Empties the list, but for the source in use: it is to be there at the next visit.
    pub(crate) fn forget_all_sources(self) {
        let used = untrack(|| self.source.ready()).map(|source| source.original.hash);
        let others = self.source.recents.ids().into_iter().filter(|id| Some(id) != used.as_ref());
        others.for_each(|id| self.forget_source(&id));
    }
}
