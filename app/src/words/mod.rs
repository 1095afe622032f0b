//! Everything that people read on the page, by area, so that it can be translated in one place.

pub(crate) mod about;
pub(crate) mod backup;
pub(crate) mod batches;
pub(crate) mod compare;
pub(crate) mod frame;
pub(crate) mod gallery;
pub(crate) mod help;
pub(crate) mod mask;
pub(crate) mod models;
pub(crate) mod packs;
pub(crate) mod prompt;
pub(crate) mod run;
pub(crate) mod settings;
pub(crate) mod source;
