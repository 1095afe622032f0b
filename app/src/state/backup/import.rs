//! From one file to what was not here. Nothing that is here is changed, and everything that comes in is whole.

use std::collections::{BTreeMap, HashSet};

use backup::{Backup, Row, read};
use gallery::{Record, check_drawing};
use leptos::prelude::*;
use packs::Blob as _;
use prompts::{History, Styles};
use serde::de::DeserializeOwned;
use storage::{ModelRecord, PackEntry, PictureEntry, PicturePart, SourceEntry, SourcePart, StorageError};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, File};

use super::table;
use crate::platform;
use crate::state::packs::{Kept, PackFile};
use crate::state::picture::Files;
use crate::state::recents::LIMITS;
use crate::state::tabs::News;
use crate::state::{Place, Studio};
use crate::words::backup::{self as words, Brought};

const HISTORY: &str = "prompt_history";
const STYLES: &str = "styles";

/// A backup's files, by table and key.
struct Contents {
    rows: Vec<Row>,
    files: BTreeMap<(String, Vec<String>), PackFile>,
}

impl Contents {
    fn of(backup: Backup<PackFile>) -> Self {
        let files = backup.files.into_iter().map(|(item, file)| ((item.table, item.key), file)).collect();
        Self { rows: backup.rows, files }
    }

    /// The rows of a table that this version can read, by key. A later version may have others.
    fn rows<T: DeserializeOwned>(&self, table: &str) -> Vec<T> {
        let rows = self.rows.iter().filter(|row| row.table == table);
        rows.filter_map(|row| serde_json::from_str(&row.text).ok()).collect()
    }

    fn setting<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let row = self.rows.iter().find(|row| row.table == table::SETTINGS && row.key == [name])?;
        serde_json::from_str(&row.text).ok()
    }

    fn file(&self, table: &str, key: [&str; 2]) -> Option<Blob> {
        let key = (table.to_owned(), key.map(str::to_owned).to_vec());
        self.files.get(&key).map(|file| file.0.clone())
    }

    /// The files of one picture, pack or model, by the rest of their keys.
    fn files_of(&self, table: &str, id: &str) -> Vec<(String, Blob)> {
        // The keys that begin so are neighbours.
        let first = (table.to_owned(), vec![id.to_owned()]);
        let files = self.files.range(first..);
        let files =
            files.take_while(|((of, key), _)| of == table && key.first().is_some_and(|key| key == id));
        files.filter_map(|((_, key), file)| Some((key.get(1)?.clone(), file.0.clone()))).collect()
    }
}

/// What of a backup is not here.
struct New {
    pictures: Vec<(PictureEntry, Record)>,
    packs: Vec<Kept>,
    sources: Vec<SourceEntry>,
    models: Vec<ModelRecord>,
    known: usize,
    /// Whether there was nothing here at all: then the backup's settings are taken too.
    fresh: bool,
}

impl New {
    fn count(&self) -> usize {
        self.pictures.len() + self.packs.len() + self.sources.len() + self.models.len()
    }

    /// The room that it takes. A file that several share, as pictures share a source, counts once.
    fn bytes(&self, from: &Contents) -> f64 {
        let pictures = self.pictures.iter().map(|(entry, _)| (table::PICTURE_FILES, &entry.id));
        let packs = self.packs.iter().map(|pack| (table::PACK_FILES, &pack.id));
        let sources = self.sources.iter().map(|source| (table::SOURCE_FILES, &source.id));
        let models = self.models.iter().map(|model| (table::MODEL_FILES, &model.id));
        let counted = js_sys::Set::new(&JsValue::UNDEFINED);
        let all = pictures.chain(packs).chain(sources).chain(models);
        let files = all.flat_map(|(table, id)| from.files_of(table, id));
        let first = files.filter(|(_, file)| {
            let new = !counted.has(file);
            counted.add(file);
            new
        });
        first.map(|(_, file)| file.size()).sum()
    }
}

impl Studio {
    /// Adds what a backup has and this browser has not.
    pub(crate) fn import_backup(self, file: File) {
        self.notices.clear(Place::Backup);
        self.backups.outcome.set(String::new());
        spawn_local(async move {
            let file = PackFile(file.into());
            let total = file.len_bytes();
            self.backups.busy.set(Some(words::checking(0, total)));
            let mut progress = |done| self.backups.busy.set(Some(words::checking(done, total)));
            match read(&file, &mut progress).await {
                Ok(backup) => self.take_in(&Contents::of(backup)).await,
                Err(error) => self.notices.say(Place::Backup, error.to_string()),
            }
            self.backups.busy.set(None);
        });
    }

    async fn take_in(self, from: &Contents) {
        let new = match self.new_of(from).await {
            Ok(new) => new,
            Err(error) => {
                return self.notices.say_with_detail(Place::Backup, error.to_string(), error.detail());
            }
        };
        let (needed, room) = (new.bytes(from), platform::room().await);
        if let Some(free) = room.map(|room| room.free_bytes()).filter(|free| *free < needed) {
            return self.notices.say(Place::Backup, words::no_room(needed, free));
        }
        let mut brought = Brought { known: new.known, ..Brought::default() };
        let done = self.bring(from, new, &mut brought).await;
        // The form may name a model or LoRA that has just come.
        self.list_anew().await;
        if brought.settings {
            self.restore().await;
        }
        self.show_brought().await;
        match done {
            Ok(()) => self.backups.outcome.set(brought.sentence()),
            Err(error) => {
                let sentence = words::stopped(&brought, &error.to_string());
                self.notices.say_with_detail(Place::Backup, sentence, error.detail());
            }
        }
        platform::ask_to_persist();
    }

    /// Looks what of a backup is not here.
    async fn new_of(self, from: &Contents) -> Result<New, StorageError> {
        let stored = self.shelf.pictures().await?;
        let mut here: HashSet<String> = stored.entries.into_iter().map(|entry| entry.id).collect();
        self.library
            .album
            .with_untracked(|album| here.extend(album.records().map(|record| record.id.clone())));
        let packs_here: HashSet<String> = self.shelf.packs().await?.into_iter().map(|pack| pack.id).collect();
        let sources_here: HashSet<String> =
            self.shelf.sources().await?.into_iter().map(|entry| entry.id).collect();
        let models_here: HashSet<String> =
            self.shelf.models_and_loras().await?.into_iter().map(|model| model.id).collect();
        let history = self.prompts.history().with_untracked(|history| history.find("", false).len());
        let fresh = here.is_empty() && packs_here.is_empty() && sources_here.is_empty() && history == 0;
        let mut known = 0;
        let mut is_new = |there: &HashSet<String>, id: &str| {
            let new = !there.contains(id);
            known += usize::from(!new);
            new
        };
        let mut pictures: Vec<PictureEntry> = from.rows(table::PICTURES);
        pictures.retain(|entry| is_new(&here, &entry.id));
        let mut packs: Vec<PackEntry> = from.rows(table::PACKS);
        packs.retain(|entry| is_new(&packs_here, &entry.id));
        let mut models: Vec<ModelRecord> = from.rows(table::MODELS);
        models.retain(|model| is_new(&models_here, &model.id));
        let mut sources: Vec<SourceEntry> = from.rows(table::SOURCES);
        sources.retain(|entry| !sources_here.contains(&entry.id));
        // A source that is here does not give way to one that comes.
        sources.truncate(LIMITS.most.saturating_sub(sources_here.len()));
        let read =
            |entry: PictureEntry| Record::from_json(&entry.metadata).ok().map(|record| (entry, record));
        let kept = |entry: PackEntry| {
            serde_json::from_str(&entry.metadata).ok().map(|pack| Kept { id: entry.id, pack })
        };
        let pictures = pictures.into_iter().filter_map(read).collect();
        let packs = packs.into_iter().filter_map(kept).collect();
        Ok(New { pictures, packs, sources, models, known, fresh })
    }

    /// Stores what is new, one whole thing after another, until there is no more room.
    async fn bring(self, from: &Contents, new: New, brought: &mut Brought) -> Result<(), StorageError> {
        let total = new.count();
        let mut done = 0;
        let mut next = || {
            self.backups.busy.set(Some(words::importing(done, total)));
            done += 1;
        };
        for (entry, record) in &new.pictures {
            next();
            let Some(files) = picture_files(from, &entry.id).await else { continue };
            self.shelf.put(record, files).await?;
            self.tabs.tell(&News::Kept(vec![entry.id.clone()]));
            brought.pictures += 1;
        }
        for pack in new.packs {
            next();
            let pictures = from.files_of(table::PACK_FILES, &pack.id);
            // A picture that the pack names must be there, or it could never be exported.
            if pack.pack.keys().all(|key| pictures.iter().any(|(name, _)| *name == key.name())) {
                self.shelf.insert_packs(&[pack], vec![pictures]).await?;
                brought.packs += 1;
            }
        }
        for entry in &new.sources {
            next();
            let part = |part: SourcePart| from.file(table::SOURCE_FILES, [&entry.id, part.name()]);
            if let (Some(file), Some(thumbnail)) = (part(SourcePart::File), part(SourcePart::Thumbnail)) {
                self.shelf.put_source(entry, file, thumbnail, LIMITS).await?;
                let masks = [SourcePart::Mask, SourcePart::WholeMask].map(part);
                if let [Some(_), _] | [_, Some(_)] = &masks {
                    let [mask, whole] = masks;
                    self.shelf.set_source_mask(&entry.id, mask, whole).await?;
                }
                brought.sources += 1;
            }
        }
        self.bring_prompts(from, brought).await;
        if new.fresh {
            brought.settings = self.bring_settings(from).await?;
        }
        for model in &new.models {
            next();
            let files = from.files_of(table::MODEL_FILES, &model.id);
            self.shelf.insert_model(model, files, platform::now_millis()).await?;
            brought.models += 1;
        }
        Ok(())
    }

    /// Prompts and styles that are not here.
    async fn bring_prompts(self, from: &Contents, brought: &mut Brought) {
        if let Some(past) = from.setting::<History>(HISTORY) {
            brought.prompts = self.take_in_history(past).await;
        }
        if let Some(styles) = from.setting::<Styles>(STYLES) {
            brought.styles = self.take_in_new_styles(styles).await;
        }
    }

    /// The form, the theme and the like.
    async fn bring_settings(self, from: &Contents) -> Result<bool, StorageError> {
        let merged = [HISTORY, STYLES];
        let rows = from.rows.iter().filter(|row| row.table == table::SETTINGS);
        let mut any = false;
        for row in rows {
            let [name] = row.key.as_slice() else { continue };
            if !merged.contains(&name.as_str())
                && serde_json::from_str::<serde_json::Value>(&row.text).is_ok()
            {
                self.shelf.set_setting(name, row.text.clone()).await?;
                any = true;
            }
        }
        Ok(any)
    }

    /// Reads again what the page shows.
    async fn show_brought(self) {
        self.load_library().await;
        self.load_packs();
        self.load_recents().await;
        self.measure_room();
    }
}

/// The files of a picture; `None` without the picture itself. A drawing of a form that is not ours is left out: it can be
/// made again.
async fn picture_files(from: &Contents, id: &str) -> Option<Files> {
    let part = |part: PicturePart| from.file(table::PICTURE_FILES, [id, part.name()]);
    let drawing = match part(PicturePart::Drawing) {
        Some(blob) => platform::text(&blob).await.ok().and_then(|text| check_drawing(&text)).map(|_| blob),
        None => None,
    };
    Some(Files {
        png: part(PicturePart::Png)?,
        latents: part(PicturePart::Latents),
        source: part(PicturePart::Source),
        mask: part(PicturePart::Mask),
        thumbnail: part(PicturePart::Thumbnail),
        drawing,
    })
}
