//! Files on their way to becoming packs: read whole, shown, and kept only when the person says so.

use leptos::prelude::*;
use packs::{LoadedPack, Origin, PackError, read};
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use super::{PackFile, Place};
use crate::components::DrawerKind;
use crate::state::Studio;
use crate::words::packs as words;

/// A file that was read.
#[derive(Clone)]
pub(crate) struct Candidate {
    /// The file's name.
    pub name: String,
    /// What is in it, or why it cannot be taken.
    pub read: Result<LoadedPack<PackFile>, PackError>,
}

impl Studio {
    /// Reads files and shows what is in them. Nothing is kept yet.
    pub(crate) fn offer_packs(self, files: Vec<File>) {
        self.notices.clear(Place::Packs);
        self.open_drawer(DrawerKind::Packs);
        // What was refused before has been read by now.
        self.packs.candidates.update(|all| all.retain(|candidate| candidate.read.is_ok()));
        spawn_local(async move {
            for file in files {
                let name = file.name();
                let origin = Origin { name: name.clone(), modified_millis: file.last_modified() };
                let file = PackFile(file.into());
                let size = file.0.size().max(1.0);
                self.packs.busy.set(Some(words::reading(&name, 0)));
                let mut progress = |bytes: u64| {
                    let percent = (bytes as f64 / size * 100.0) as u32;
                    self.packs.busy.set(Some(words::reading(&name, percent)));
                };
                let read = read(&file, &origin, &mut progress).await;
                self.packs.candidates.update(|all| all.push(Candidate { name: name.clone(), read }));
            }
            self.packs.busy.set(None);
        });
    }

    /// Keeps every candidate that could be read and is not here yet.
    pub(crate) fn import_candidates(self) {
        let candidates = self.packs.candidates.get_untracked().into_iter();
        let wanted = candidates.filter(|candidate| untrack(|| self.packs.wants(candidate)));
        let packs: Vec<_> = wanted.filter_map(|candidate| candidate.read.ok()).collect();
        spawn_local(async move {
            match self.keep_packs(packs).await {
                Ok(()) => {
                    self.notices.clear(Place::Packs);
                    self.packs.candidates.set(Vec::new());
                }
                // They stay where they are: when there is room, one press is enough.
                Err(error) => self.complain_of_packs(&error),
            }
        });
    }

    pub(crate) fn drop_candidates(self) {
        self.packs.candidates.set(Vec::new());
        self.notices.clear(Place::Packs);
    }
}

/// Whether a file that is dropped on the page is a pack rather than a source, by its name alone: what it really is, is
/// seen when it is read.
pub(crate) fn looks_like_pack(name: &str) -> bool {
    let name = name.to_lowercase();
    name.ends_with(".json") || name.ends_with(".zip")
}

#[cfg(test)]
mod tests {
    use super::looks_like_pack;

    #[test]
    fn packs_are_told_from_sources() {
        assert!(looks_like_pack("Apples.PACK.json") && looks_like_pack("generation.zip"));
        assert!(!looks_like_pack("apples.png") && !looks_like_pack("json"));
    }
}
