//! Image packs: those kept in this browser, and those about to be.

mod apply;
mod file;
mod gather;
mod import;

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use gallery::Settings;
use gloo::file::ObjectUrl;
use leptos::prelude::*;
use packs::{Entry, LoadedPack, Pack, PictureKey, Role, millis_of_date, write_pack};
use storage::StorageError;
use wasm_bindgen_futures::spawn_local;

use super::library::address;
use super::{Place, Studio};
use crate::platform;
use crate::words::packs as words;

pub(crate) use apply::ModelFit;
pub(in crate::state) use file::PackFile;
pub(crate) use import::{Candidate, looks_like_pack};

/// How long a deleted pack can be brought back.
const WHILE: Duration = Duration::from_secs(12);
/// Long enough for the browser to have begun reading a download.
const UNTIL_READ: Duration = Duration::from_secs(60);

/// A pack in the database.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kept {
    /// Its key in the database.
    pub id: String,
    pub pack: Pack,
}

/// In which order packs are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum PackOrder {
    #[default]
    Newest,
    Oldest,
    Model,
}

#[derive(Clone, Copy)]
pub(crate) struct Packs {
    /// Every pack, in no order.
    all: RwSignal<Vec<Arc<Kept>>>,
    /// Whether the database has been read.
    pub loaded: RwSignal<bool>,
    pub search: RwSignal<String>,
    pub only_favorites: RwSignal<bool>,
    pub order: RwSignal<PackOrder>,
    /// The packs to show, in order.
    pub shown: Memo<Vec<Arc<Kept>>>,
    /// Files that were read and are not kept yet.
    pub candidates: RwSignal<Vec<Candidate>, LocalStorage>,
    /// What is being read or written.
    pub busy: RwSignal<Option<String>>,
    /// The pack deleted last: it is out of sight, and still in the database.
    pub deleted: RwSignal<Option<Arc<Kept>>>,
}

impl Packs {
    pub(super) fn new() -> Self {
        let all: RwSignal<Vec<Arc<Kept>>> = RwSignal::new(Vec::new());
        let (search, only_favorites) = (RwSignal::new(String::new()), RwSignal::new(false));
        let (order, deleted) = (RwSignal::new(PackOrder::default()), RwSignal::new(None::<Arc<Kept>>));
        let shown = Memo::new(move |_| {
            let deleted = deleted.with(|kept| kept.as_ref().map(|kept| kept.id.clone()));
            let mut found = all.get();
            found.retain(|kept| {
                deleted.as_ref() != Some(&kept.id)
                    && search.with(|query| kept.pack.matches(query))
                    && (!only_favorites.get() || kept.pack.is_favorite())
            });
            sort(&mut found, order.get());
            found
        });
        Self {
            all,
            loaded: RwSignal::new(false),
            search,
            only_favorites,
            order,
            shown,
            candidates: RwSignal::new_local(Vec::new()),
            busy: RwSignal::new(None),
            deleted,
        }
    }

    /// How many packs there are. Tracked.
    pub(crate) fn count(self) -> usize {
        let deleted = usize::from(self.deleted.with(Option::is_some));
        self.all.with(Vec::len).saturating_sub(deleted)
    }

    fn get(self, id: &str) -> Option<Arc<Kept>> {
        self.all.with_untracked(|all| all.iter().find(|kept| kept.id == id).cloned())
    }

    /// Whether a pack of the same pictures and settings is kept already. Tracked.
    pub(crate) fn has(self, pack: &Pack) -> bool {
        self.all.with(|all| all.iter().any(|kept| kept.pack.is_same(pack)))
    }

    /// Whether a file could be read and its pack is not kept yet. Tracked.
    pub(crate) fn wants(self, candidate: &Candidate) -> bool {
        candidate.read.as_ref().is_ok_and(|loaded| !self.has(&loaded.pack))
    }
}

fn sort(packs: &mut [Arc<Kept>], order: PackOrder) {
    let model = |kept: &Kept| -> String {
        let model = kept.pack.entries.first().and_then(|entry| entry.settings.get("model"));
        model.and_then(|model| model.as_str()).unwrap_or_default().to_lowercase()
    };
    let millis = |kept: &Kept| millis_of_date(&kept.pack.created).unwrap_or(0.0);
    packs.sort_by(|a, b| {
        let newest = millis(b).total_cmp(&millis(a)).then_with(|| b.id.cmp(&a.id));
        match order {
            PackOrder::Newest => newest,
            PackOrder::Oldest => newest.reverse(),
            PackOrder::Model => model(a).cmp(&model(b)).then(newest),
        }
    });
}

/// The settings of an entry; those of a damaged row in the database are none.
pub(crate) fn settings_of(entry: &Entry) -> Settings {
    entry.settings(1).unwrap_or_default()
}

impl Studio {
    /// Reads the packs again: another tab may have changed them.
    pub(crate) fn load_packs(self) {
        spawn_local(async move {
            if let Err(error) = self.read_packs().await {
                self.complain_of_packs(&error);
            }
            self.packs.loaded.set(true);
        });
    }

    async fn read_packs(self) -> Result<(), StorageError> {
        let entries = self.shelf.packs().await?;
        let read = entries.into_iter().filter_map(|entry| {
            // One that cannot be read is left alone: a later version may read it.
            let pack = serde_json::from_str(&entry.metadata).ok()?;
            Some(Arc::new(Kept { id: entry.id, pack }))
        });
        self.packs.all.set(read.collect());
        Ok(())
    }

    fn complain_of_packs(self, error: &StorageError) {
        let sentence = match error {
            StorageError::Full => words::FULL.to_owned(),
            other => other.to_string(),
        };
        self.notices.say_with_detail(Place::Packs, sentence, error.detail());
    }

    /// Stores packs, all or none, and shows them.
    async fn keep_packs(self, packs: Vec<LoadedPack<PackFile>>) -> Result<(), StorageError> {
        let mut kept = Vec::new();
        let mut rows = Vec::new();
        for (at, loaded) in packs.into_iter().enumerate() {
            let id = format!("{:013}-{at:04}-{:08x}", platform::now_millis(), platform::random_seed());
            let pictures = loaded.pictures.into_iter().map(|(key, file)| (key.name(), file.0)).collect();
            kept.push(Kept { id, pack: loaded.pack });
            rows.push(pictures);
        }
        self.shelf.insert_packs(&kept, rows).await?;
        platform::ask_to_persist();
        // Read rather than added: the drawer may be reading them at this moment.
        self.read_packs().await
    }

    /// Gives a pack a star, or takes it.
    pub(crate) fn toggle_pack_favorite(self, id: &str) {
        let Some(kept) = self.packs.get(id) else { return };
        let mut changed = Kept::clone(&kept);
        changed.pack.set_favorite(!kept.pack.is_favorite());
        let changed = Arc::new(changed);
        self.packs.all.update(|all| {
            all.retain(|kept| kept.id != changed.id);
            all.push(Arc::clone(&changed));
        });
        spawn_local(async move {
            if let Err(error) = self.shelf.update_pack(&changed).await {
                self.complain_of_packs(&error);
            }
        });
    }

    /// Takes a pack out of sight, and a while later out of the database.
    pub(crate) fn delete_pack(self, id: &str) {
        self.forget_deleted_pack();
        let Some(kept) = self.packs.get(id) else { return };
        self.packs.deleted.set(Some(kept));
        let id = id.to_owned();
        let forget = move || {
            let still = self.packs.deleted.with_untracked(|now| now.as_ref().is_some_and(|now| now.id == id));
            if still {
                self.forget_deleted_pack();
            }
        };
        set_timeout(forget, WHILE);
    }

    pub(crate) fn restore_deleted_pack(self) {
        self.packs.deleted.set(None);
    }

    /// Removes the pack deleted last from the database.
    fn forget_deleted_pack(self) {
        let Some(kept) = self.packs.deleted.get_untracked() else { return };
        self.packs.all.update(|all| all.retain(|other| other.id != kept.id));
        self.packs.deleted.set(None);
        spawn_local(async move {
            if let Err(error) = self.shelf.delete_pack(&kept.id).await {
                self.complain_of_packs(&error);
            }
        });
    }

    /// The address of a pack's picture.
    pub(crate) async fn pack_picture(self, id: &str, key: PictureKey) -> Option<Rc<ObjectUrl>> {
        self.shelf.pack_picture(id, &key.name()).await.ok().map(address)
    }

    /// A pack with all its pictures; they stay on disk.
    async fn loaded_pack(self, kept: &Kept) -> Result<LoadedPack<PackFile>, StorageError> {
        let mut pictures = Vec::new();
        for key in kept.pack.keys() {
            pictures.push((key, PackFile(self.shelf.pack_picture(&kept.id, &key.name()).await?)));
        }
        Ok(LoadedPack { pack: kept.pack.clone(), pictures })
    }

    /// Writes a pack as a file and hands it to the browser's downloads.
    pub(crate) fn export_pack(self, id: &str) {
        let Some(kept) = self.packs.get(id) else { return };
        self.notices.clear(Place::Packs);
        self.packs.busy.set(Some(words::writing(&kept.pack.name())));
        spawn_local(async move {
            match self.loaded_pack(&kept).await {
                Ok(loaded) => match write_pack(&loaded, &mut |_| {}).await {
                    Ok(file) => {
                        let url = address(file.0);
                        platform::download(&url, &kept.pack.file_name());
                        set_timeout(move || drop(url), UNTIL_READ);
                    }
                    Err(error) => self.notices.say(Place::Packs, error.to_string()),
                },
                Err(error) => self.complain_of_packs(&error),
            }
            self.packs.busy.set(None);
        });
    }
}

/// The picture that stands for an entry: what was made, else what it is made from.
pub(crate) fn cover(entry: &Entry, index: usize) -> Option<PictureKey> {
    let role = [Role::Image, Role::Source].into_iter().find(|role| entry.info(*role).is_some())?;
    Some(PictureKey { entry: index, role })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(id: &str, created: &str, model: &str) -> Arc<Kept> {
        let settings = Settings { model: model.to_owned(), ..Settings::default() };
        let entry = Entry::of(id.to_owned(), created.to_owned(), &settings).unwrap();
        let pack = Pack { created: created.to_owned(), entries: vec![entry], ..Pack::default() };
        Arc::new(Kept { id: id.to_owned(), pack })
    }

    #[test]
    fn packs_are_sorted_by_date_or_model() {
        let mut packs = [
            kept("a", "2026-01-02T00:00:00Z", "Zebra"),
            kept("b", "2026-01-02T00:30:00+01:00", "ant"),
            kept("c", "2025-12-31T00:00:00Z", "ant"),
        ];
        let ids = |packs: &[Arc<Kept>]| packs.iter().map(|kept| kept.id.clone()).collect::<String>();
        sort(&mut packs, PackOrder::Newest);
        assert_eq!(ids(&packs), "abc");
        sort(&mut packs, PackOrder::Oldest);
        assert_eq!(ids(&packs), "cba");
        sort(&mut packs, PackOrder::Model);
        assert_eq!(ids(&packs), "bca");
    }
}
