//! The gallery: records in memory, files in the database, and what the page shows of both.
//!
//! Records are read at the start, all of them; files only when they are seen or used. What the page shows never waits
//! for the database: a picture that cannot be stored stays for this visit, can be downloaded, is stored as soon as
//! there is room, and a sentence says so.

mod actions;
mod cleared;
mod files;
mod keep;
mod load;
mod navigate;
mod trash;

use std::collections::HashMap;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use gallery::{Album, Facets, Grid, Query, Recent, Record, Selection};
use gloo::file::ObjectUrl;
use leptos::prelude::*;

use super::picture::Files;
use super::queue::Stored;
pub(crate) use files::address;
pub(crate) use trash::Deleted;

/// Addresses of thumbnails that are kept after their cards have gone; those in sight are kept in any case.
const ADDRESSES: usize = 256;

/// The pictures that a query found, in its order. Equal when they are the same records, whatever is in them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shown(Arc<Vec<Arc<Record>>>);

impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().zip(other.iter()).all(|(a, b)| Arc::ptr_eq(a, b))
    }
}

impl Deref for Shown {
    type Target = [Arc<Record>];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// Where the grid stands in the window, as its component last measured it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct View {
    pub grid: Grid,
    /// The part of the grid that can be seen: its top, from the grid's own, and its height.
    pub top_px: f64,
    pub height_px: f64,
}

/// A picture that is not in the database yet.
struct Unsaved {
    files: Files,
    /// Its place in the stored queue, which it leaves once it is stored, or deleted.
    queued: Option<Stored>,
    /// Whether it was refused; it is tried again when something else has gone well.
    refused: bool,
}

#[derive(Clone, Copy)]
pub(crate) struct Library {
    /// Every picture.
    pub album: RwSignal<Album>,
    /// Whether the database has been read.
    pub loaded: RwSignal<bool>,
    /// What is asked of the gallery.
    pub query: RwSignal<Query>,
    /// What the query finds.
    pub shown: Memo<Shown>,
    /// What there is to filter by.
    pub facets: Memo<Facets>,
    /// Pictures chosen together.
    pub selection: RwSignal<Selection>,
    /// The picture that keys act on.
    pub current: RwSignal<Option<String>>,
    /// The picture shown large.
    pub opened: RwSignal<Option<String>>,
    /// The pictures deleted last: they can be brought back.
    pub deleted: RwSignal<Option<Deleted>>,
    /// Pictures that are being put into collections.
    pub collecting: RwSignal<Option<Vec<String>>>,
    pub view: RwSignal<Option<View>>,
    /// A picture to scroll to, and to focus.
    pub wanted: RwSignal<Option<String>>,
    /// The database was cleared before it had been read.
    cleared_early: StoredValue<bool>,
    unsaved: StoredValue<HashMap<String, Unsaved>, LocalStorage>,
    addresses: StoredValue<Recent<Rc<ObjectUrl>>, LocalStorage>,
}

impl Library {
    pub(super) fn new() -> Self {
        let (album, query) = (RwSignal::new(Album::default()), RwSignal::new(Query::default()));
        let shown =
            Memo::new(move |_| query.with(|query| Shown(Arc::new(album.with(|album| album.find(query))))));
        let selection = RwSignal::new(Selection::default());
        // An action must never touch a picture out of sight.
        Effect::new(move |_| {
            let shown = shown.get();
            if selection.with_untracked(|selection| !selection.is_empty()) {
                selection.update(|selection| selection.keep_shown(&shown));
            }
        });
        Self {
            album,
            loaded: RwSignal::new(false),
            query,
            shown,
            facets: Memo::new(move |_| album.with(Album::facets)),
            selection,
            current: RwSignal::new(None),
            opened: RwSignal::new(None),
            deleted: RwSignal::new(None),
            collecting: RwSignal::new(None),
            view: RwSignal::new(None),
            wanted: RwSignal::new(None),
            cleared_early: StoredValue::new(false),
            unsaved: StoredValue::new_local(HashMap::new()),
            addresses: StoredValue::new_local(Recent::new(ADDRESSES)),
        }
    }

    /// A picture's record. Tracked.
    pub(crate) fn record(self, id: &str) -> Option<Arc<Record>> {
        self.album.with(|album| album.get(id).cloned())
    }

    /// The pictures that an action is about: those chosen, else the one shown large or the current one.
    pub(crate) fn subjects(self) -> Vec<Arc<Record>> {
        let chosen = self.chosen();
        if !chosen.is_empty() && self.opened.with_untracked(Option::is_none) {
            return chosen;
        }
        let one = self.opened.get_untracked().or_else(|| self.current.get_untracked());
        one.and_then(|id| untrack(|| self.record(&id))).into_iter().collect()
    }

    /// The chosen pictures, in the order that is shown.
    pub(crate) fn chosen(self) -> Vec<Arc<Record>> {
        self.selection.with_untracked(|selection| selection.of(&self.shown.get_untracked()))
    }
}
