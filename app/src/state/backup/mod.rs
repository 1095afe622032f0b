//! **Export everything** and **Import backup**: one file with all of a person's work.

mod export;
mod import;

use leptos::prelude::*;

/// The names of the database's tables as backups write them.
mod table {
    pub(super) const PICTURES: &str = "pictures";
    pub(super) const PICTURE_FILES: &str = "picture_blobs";
    pub(super) const PACKS: &str = "packs";
    pub(super) const PACK_FILES: &str = "pack_blobs";
    pub(super) const SOURCES: &str = "sources";
    pub(super) const SOURCE_FILES: &str = "source_blobs";
    pub(super) const SETTINGS: &str = "settings";
    pub(super) const MODELS: &str = "models";
    /// Keys are a model's key and a path.
    pub(super) const MODEL_FILES: &str = "files";
}

/// A backup that is being written or read.
#[derive(Clone, Copy)]
pub(crate) struct Backups {
    /// What is going on.
    pub busy: RwSignal<Option<String>>,
    /// What came of the last one.
    pub outcome: RwSignal<String>,
}

impl Backups {
    pub(super) fn new() -> Self {
        Self { busy: RwSignal::new(None), outcome: RwSignal::new(String::new()) }
    }
}
