//! What the page knows, as signals, and what can be done with it.
//!
//! [`Studio`] is the one handle that components take from context. Each module here owns one part of it and adds
//! the actions on that part.

mod again;
mod aspect;
mod backup;
mod comparison;
mod downloads;
mod drawing;
mod events;
mod form;
mod import;
mod kept;
mod library;
mod loras;
mod mask;
mod memory;
mod notices;
mod output;
mod packs;
mod picture;
mod presets;
mod prompts;
mod queue;
mod recents;
mod request;
mod reuse;
mod room;
mod run;
mod session;
mod sheet;
mod shelf;
mod size;
mod source;
mod strength;
mod tabs;
mod tokens;

pub(crate) use aspect::{ASPECTS, Aspect};
pub(crate) use comparison::{Comparison, Side as ComparedSide};
pub(crate) use downloads::by_role;
pub(crate) use library::{Library, View, address};
pub(crate) use loras::{LEAST_SCALE, MOST_SCALE, SCALE_STEP};
pub(crate) use mask::{BrushForm, Ground, ToKeep as MaskToKeep};
pub(crate) use memory::Theme;
pub(crate) use notices::{Notice, Place};
pub(crate) use output::OutputFormat;
pub(crate) use packs::{Candidate, Kept, ModelFit, PackOrder, cover, looks_like_pack, settings_of};
pub(crate) use picture::Made;
pub(crate) use presets::Preset;
pub(crate) use queue::{Job, Phase, Preview};
pub(crate) use recents::Recent;
pub(crate) use reuse::choice;
pub(crate) use room::Room;
pub(crate) use session::{EngineState, Kind};
pub(crate) use sheet::{SheetCell, Side};
pub(crate) use size::FitChoice;
pub(crate) use source::{Checked, CheckedSource, Checking, Original, SourceFile, SourceState};
pub(crate) use strength::{LEAST, MOST, STEP, band};
pub(crate) use tabs::Turn;
pub(crate) use tokens::Counted;

use leptos::prelude::*;
use protocol::{Command, JobId};
use wasm_bindgen::JsValue;

use crate::components::DrawerKind;
use crate::engine::Engine;
use backup::Backups;
use downloads::Downloads;
use drawing::Drawings;
use form::Form;
use mask::Masking;
use notices::Notices;
use packs::Packs;
use prompts::Prompts;
use queue::Queue;
use run::Run;
use session::Session;
use sheet::Sheets;
use shelf::Shelf;
use source::Source;
use tabs::Tabs;

/// Everything the page knows.
#[derive(Clone, Copy)]
pub(crate) struct Studio {
    pub form: Form,
    pub prompts: Prompts,
    pub source: Source,
    pub mask: Masking,
    /// The pictures that are compared.
    pub comparison: Comparison,
    pub queue: Queue,
    pub run: Run,
    pub sheets: Sheets,
    pub library: Library,
    pub packs: Packs,
    pub notices: Notices,
    pub session: Session,
    pub downloads: Downloads,
    pub backups: Backups,
    /// How much room there is, where the browser tells.
    pub room: RwSignal<Option<Room>>,
    /// The drawer that is open.
    pub drawer: RwSignal<Option<DrawerKind>>,
    pub tabs: Tabs,
    drawings: Drawings,
    shelf: Shelf,
    engine: StoredValue<Option<Engine>, LocalStorage>,
    last_job: StoredValue<u64>,
}

impl Studio {
    /// Starts the engine and opens the database. Called once, by the root component.
    pub(crate) fn open() -> Self {
        let studio = Self {
            form: Form::new(),
            prompts: Prompts::new(),
            source: Source::new(),
            mask: Masking::new(),
            comparison: Comparison::new(),
            queue: Queue::new(),
            run: Run::new(),
            sheets: Sheets::new(),
            library: Library::new(),
            packs: Packs::new(),
            notices: Notices::new(),
            session: Session::new(),
            downloads: Downloads::new(),
            backups: Backups::new(),
            room: RwSignal::new(None),
            drawer: RwSignal::new(None),
            tabs: Tabs::new(),
            drawings: Drawings::new(),
            shelf: Shelf::new(),
            engine: StoredValue::new_local(None),
            last_job: StoredValue::new(0),
        };
        studio.remember();
        studio.join_tabs();
        studio.open_shelf();
        studio.follow_models();
        studio.follow_prompts();
        studio.follow_source();
        studio.follow_run();
        studio.take_back_refusals();
        studio.engine.set_value(Some(Engine::start(move |word| studio.hear(word))));
        studio
    }

    fn send(self, command: Command, payloads: Vec<JsValue>) {
        let engine = self.engine.with_value(Clone::clone);
        if let Some(engine) = engine {
            engine.send(command, payloads);
        }
    }

    fn next_job(self) -> JobId {
        self.last_job.update_value(|last| *last += 1);
        JobId(self.last_job.get_value())
    }

    /// Opens a drawer, in place of the one that is open.
    pub(crate) fn open_drawer(self, kind: DrawerKind) {
        self.drawer.set(Some(kind));
    }

    /// Destroys the GPU device as a driver reset would, so that recovery can be tried.
    pub(crate) fn lose_device(self) {
        self.send(Command::LoseDevice, Vec::new());
    }
}

/// The page's state, which the root component provides.
pub(crate) fn studio() -> Studio {
    expect_context()
}
