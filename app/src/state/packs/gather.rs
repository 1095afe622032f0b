//! From pictures of the gallery to a pack.

use std::collections::HashSet;
use std::sync::Arc;

use gallery::Record;
use leptos::prelude::*;
use packs::{Entry, LoadedPack, Pack, PackError, PictureInfo, PictureKey, Role, date_of_millis};
use storage::PicturePart;
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use super::{PackFile, Place};
use crate::components::DrawerKind;
use crate::platform;
use crate::state::Studio;
use crate::words::packs as words;

/// What wrote a pack.
const APP: &str = concat!("Palimpsest ", env!("CARGO_PKG_VERSION"));

/// What a pack takes of a picture.
const PARTS: [(Role, PicturePart); 4] = [
    (Role::Image, PicturePart::Png),
    (Role::Source, PicturePart::Source),
    (Role::Mask, PicturePart::Mask),
    (Role::Drawing, PicturePart::Drawing),
];

impl Studio {
    /// Makes a pack of pictures with their sources and masks.
    pub(crate) fn save_as_pack(self, records: Vec<Arc<Record>>) {
        self.save(records, true);
    }

    /// Makes a pack of what made pictures, without them.
    pub(crate) fn save_recipe(self, records: Vec<Arc<Record>>) {
        self.save(records, false);
    }

    fn save(self, records: Vec<Arc<Record>>, with_image: bool) {
        let records = self.instead_of_sheets(records);
        if records.is_empty() {
            return self.say_in_gallery(words::EMPTY_SHEET);
        }
        self.library.opened.set(None);
        self.notices.clear(Place::Packs);
        self.open_drawer(DrawerKind::Packs);
        self.packs.busy.set(Some(words::SAVING.to_owned()));
        spawn_local(async move {
            match self.gather(&records, with_image).await {
                Ok(pack) => {
                    if let Err(error) = self.keep_packs(vec![pack]).await {
                        self.complain_of_packs(&error);
                    }
                }
                Err(error) => self.notices.say(Place::Packs, error.to_string()),
            }
            self.packs.busy.set(None);
        });
    }

    /// The pictures of sheets in their places: a sheet has no settings of its own, and nothing could make it again.
    fn instead_of_sheets(self, records: Vec<Arc<Record>>) -> Vec<Arc<Record>> {
        let mut seen = HashSet::new();
        let pictures = |record: Arc<Record>| match record.sheet {
            Some(_) => self.library.album.with_untracked(|album| album.in_sheet(&record.id)),
            None => vec![record],
        };
        let all = records.into_iter().flat_map(pictures);
        all.filter(|record| seen.insert(record.id.clone())).collect()
    }

    async fn gather(
        self,
        records: &[Arc<Record>],
        with_image: bool,
    ) -> Result<LoadedPack<PackFile>, PackError> {
        let created = date_of_millis(platform::now_millis());
        let pack = Pack { created, app: APP.to_owned(), ..Pack::default() };
        let mut loaded = LoadedPack { pack, pictures: Vec::new() };
        for (index, record) in records.iter().enumerate() {
            let date = date_of_millis(record.created_millis);
            let mut entry = Entry::of(record.id.clone(), date, &record.settings)?;
            entry.favorite = record.favorite;
            for (role, part) in PARTS {
                if matches!(role, Role::Image | Role::Drawing) && !with_image {
                    continue;
                }
                let Some(file) = self.part_of(record, part).await?.map(PackFile) else { continue };
                entry.set_info(role, PictureInfo::of(&file, index + 1, role).await?);
                loaded.pictures.push((PictureKey { entry: index, role }, file));
            }
            loaded.pack.entries.push(entry);
        }
        Ok(loaded)
    }

    async fn part_of(self, record: &Record, part: PicturePart) -> Result<Option<Blob>, PackError> {
        let file = self.picture_file(&record.id, part).await;
        file.map_err(|error| PackError::File(error.to_string()))
    }
}
