//! The page's second module: what a person neither sees nor needs before the first click. It is fetched once the page stands.
//!
//! The functions marked with `wasm_split` are the ways from the first module into the second, and what can be reached
//! through them alone is in the second: `cargo xtask hook` divides what the compiler has linked. The program is one:
//! both modules have one memory, and what is here is called like anything else.

use std::sync::Arc;

use gallery::{Record, Settings};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use protocol::JobId;
use wasm_bindgen_futures::spawn_local;
use wasm_split_helpers::{SplitLoaderError, wasm_split};
use web_sys::{Blob, File};

use crate::components;
use crate::state::{Checked, Made, MaskToKeep, Place, SheetCell, SourceFile, Studio};
use crate::words::frame as words;

/// Between two tries to fetch the module: a second at first, then longer and longer.
const PAUSE_MILLIS: u32 = 1000;
const LONGEST_PAUSE_MILLIS: u32 = 30_000;

/// Something that is done by the second module.
pub(crate) enum Errand {
    /// Put back what the last visit has left and is not seen first: prompts, sources, the queue.
    LoadRest,
    /// Store again what is left after the database was cleared.
    GatherRest,
    /// Make what stands in the form.
    Generate,
    Regenerate(Arc<Record>),
    /// Put a picture into the gallery.
    Keep(Box<Made>),
    /// Make one entry of a sheet's pictures.
    CloseSheet(SheetCell),
    /// Put a picture's settings back into the form, and its mask.
    Reuse(Arc<Record>),
    ReuseSettings(Box<Settings>),
    /// Take an SVG as the source, which this job was to look at.
    TakeDrawing(JobId, SourceFile),
    /// Go on with a source that was checked.
    UseSource(Box<Checked>),
    TakeMask(Blob),
    /// Store a mask beside its source.
    KeepMask(Box<MaskToKeep>),
    /// Take up the recent source of this key.
    TakeRecent(String),
    Download(Vec<Arc<Record>>),
    OfferPacks(Vec<File>),
    SaveAsPack(Vec<Arc<Record>>),
    SaveRecipe(Vec<Arc<Record>>),
}

#[wasm_split(later, fallible, preload(fetch))]
fn run(studio: Studio, errand: Errand) -> Result<(), SplitLoaderError> {
    match errand {
        Errand::LoadRest => studio.load_rest(),
        Errand::GatherRest => studio.gather_rest(),
        Errand::Generate => studio.ask(),
        Errand::Regenerate(record) => studio.regenerate(&record),
        Errand::Keep(made) => studio.keep_made(*made),
        Errand::CloseSheet(cell) => studio.close_sheet(&cell),
        Errand::Reuse(record) => studio.reuse_picture(&record),
        Errand::ReuseSettings(settings) => studio.reuse_settings(&settings),
        Errand::TakeDrawing(job, file) => studio.take_drawing(job, file),
        Errand::UseSource(checked) => studio.use_checked(*checked),
        Errand::TakeMask(file) => studio.take_mask(file),
        Errand::KeepMask(mask) => studio.keep_mask(*mask),
        Errand::TakeRecent(id) => studio.take_recent(&id),
        Errand::Download(records) => studio.download_pictures(records),
        Errand::OfferPacks(files) => studio.offer_packs(files),
        Errand::SaveAsPack(records) => studio.save_as_pack(records),
        Errand::SaveRecipe(records) => studio.save_recipe(records),
    }
    Ok(())
}

#[wasm_split(later, fallible)]
fn make_dialogs() -> Result<AnyView, SplitLoaderError> {
    Ok(components::dialogs())
}

#[wasm_split(later, fallible)]
fn settings_in(file: Vec<u8>) -> Result<Option<Settings>, SplitLoaderError> {
    Ok(gallery::read_settings(&file).ok().flatten())
}

/// Waits until `ask` is answered by the second module. While it cannot be fetched, that is said, and it is asked again.
async fn answered<T, A: Future<Output = Result<T, SplitLoaderError>>>(
    studio: Studio,
    ask: impl Fn() -> A,
) -> T {
    let mut pause = PAUSE_MILLIS;
    loop {
        match ask().await {
            Ok(answer) => {
                if pause > PAUSE_MILLIS {
                    studio.notices.clear(Place::Run);
                }
                return answer;
            }
            Err(error) => studio.notices.say_with_detail(Place::Run, words::IN_PART, error.to_string()),
        }
        TimeoutFuture::new(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE_MILLIS);
    }
}

/// What opens over the page.
pub(crate) async fn dialogs(studio: Studio) -> AnyView {
    answered(studio, make_dialogs).await
}

/// The settings that a picture's file carries, ours or another tool's.
pub(crate) async fn read_settings(studio: Studio, file: &[u8]) -> Option<Settings> {
    answered(studio, || settings_in(file.to_vec())).await
}

impl Studio {
    /// Makes what stands in the form.
    pub(crate) fn generate(self) {
        self.later(Errand::Generate);
    }

    /// Has something done by the second module, at once or as soon as it is here.
    pub(crate) fn later(self, errand: Errand) {
        spawn_local(async move {
            answered(self, fetch).await;
            if let Err(error) = run(self, errand).await {
                log::error!("what had been fetched is gone: {error}");
            }
        });
    }
}
