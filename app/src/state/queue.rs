//! Pictures being made and waiting to be made.

mod ask;
mod order;
mod stored;

use batches::Line;
use gallery::UsedLora;
use leptos::prelude::*;
use protocol::{Command, JobId, ModelId, Payload, Request, Stage, TraceOptions};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use super::sheet::SheetCell;
use super::source::SourceFile;
use super::{Place, Studio};
use crate::platform::{array_buffer, now_millis};
use crate::words::mask as words;

pub(super) use ask::{Asked, Given};

/// A picture to make.
#[derive(Clone)]
pub(crate) struct Job {
    pub id: JobId,
    pub request: Request,
    pub source: Option<SourceFile>,
    /// What of the source is drawn anew: a PNG.
    pub mask: Option<Blob>,
    /// What the picture's record will say of its LoRAs.
    pub loras: Vec<UsedLora>,
    /// The picture that it is made again from.
    pub variant_of: Option<String>,
    /// How it is drawn, if it is wanted as SVG.
    pub svg: Option<TraceOptions>,
    /// Its place in a sheet.
    pub sheet: Option<SheetCell>,
    /// Where it lies in the database.
    pub stored: Stored,
}

/// A picture's place in the stored queue.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored {
    /// What it was asked for together with.
    batch: String,
    name: String,
    /// What waits is made in the order of this number: about the milliseconds since 1970 when it was asked for.
    order: f64,
}

/// What the running job is doing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Phase {
    Waiting,
    Stage(Stage),
    /// This many steps of that many are done; seconds left, once they can be told.
    Step {
        done: u32,
        of: u32,
        seconds_left: Option<f64>,
    },
}

impl Phase {
    /// The share of the work that is done, 0 to 1; `None` while it cannot be told.
    pub(crate) fn share(self) -> Option<f64> {
        match self {
            Self::Stage(Stage::Loading { done_bytes, total_bytes }) if total_bytes > 0 => {
                Some(done_bytes as f64 / total_bytes as f64)
            }
            Self::Stage(Stage::Decoding) => Some(1.0),
            Self::Step { done, of, .. } => Some(f64::from(done) / f64::from(of.max(1))),
            _ => None,
        }
    }

    /// The share of the picture that is made, 0 to 1.
    pub(super) fn share_made(self) -> f64 {
        match self {
            Self::Step { .. } | Self::Stage(Stage::Decoding) => self.share().unwrap_or_default(),
            _ => 0.0,
        }
    }
}

/// RGBA8 pixels of an unfinished picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Preview {
    pub width_px: u32,
    pub height_px: u32,
    pub rgba: Vec<u8>,
}

/// How a job ended that was stopped.
pub(super) const CANCELLED: &str = "Cancelled.";

#[derive(Clone, Copy)]
pub(crate) struct Queue {
    pub running: RwSignal<Option<Job>, LocalStorage>,
    pub phase: RwSignal<Phase>,
    pub preview: RwSignal<Option<Preview>>,
    pub waiting: RwSignal<Line<JobId, Job>, LocalStorage>,
    /// What waited when an earlier tab was closed.
    pub left: RwSignal<Line<JobId, Job>, LocalStorage>,
    /// What happened last, for who cannot see the pictures.
    pub outcome: RwSignal<&'static str>,
    /// Seed of the picture that was asked for last.
    pub last_seed: RwSignal<Option<u64>>,
    /// **Generate** was pressed before the engine could take it.
    wish: RwSignal<bool>,
    denoising_since_millis: StoredValue<f64>,
    /// Whether the engine has been told of the job that runs; before, its files are read.
    is_posted: StoredValue<bool>,
    /// This tab's name.
    tab: StoredValue<String>,
}

impl Queue {
    pub(super) fn new() -> Self {
        Self {
            running: RwSignal::new_local(None),
            phase: RwSignal::new(Phase::Waiting),
            preview: RwSignal::new(None),
            waiting: RwSignal::new_local(Line::default()),
            left: RwSignal::new_local(Line::default()),
            outcome: RwSignal::new(""),
            last_seed: RwSignal::new(None),
            wish: RwSignal::new(false),
            denoising_since_millis: StoredValue::new(0.0),
            is_posted: StoredValue::new(false),
            tab: StoredValue::new(stored::new_tab()),
        }
    }

    /// Whether something runs or waits, so that it can be cancelled. Tracked.
    pub(crate) fn is_busy(self) -> bool {
        self.running.with(Option::is_some)
            || self.wish.get()
            || self.waiting.with(|waiting| !waiting.is_empty())
    }

    /// Whether **Generate** waits for the engine to start or the source to be read. Tracked.
    pub(crate) fn is_wishing(self) -> bool {
        self.wish.get()
    }

    pub(super) fn is_running(self, job: JobId) -> bool {
        self.running.with_untracked(|running| running.as_ref().is_some_and(|running| running.id == job))
    }

    pub(super) fn set_stage(self, stage: Stage) {
        if stage == Stage::Denoising {
            self.denoising_since_millis.set_value(now_millis());
        }
        self.phase.set(Phase::Stage(stage));
    }

    pub(super) fn set_step(self, done: u32, of: u32, preview: Option<Preview>) {
        let elapsed_millis = now_millis() - self.denoising_since_millis.get_value();
        let each_millis = elapsed_millis / f64::from(done.max(1));
        let left = f64::from(of.saturating_sub(done));
        // One step alone says little: it includes what is prepared only once.
        let seconds_left = (done > 1 || of == 1).then_some(each_millis * left / 1000.0);
        self.phase.set(Phase::Step { done, of, seconds_left });
        if preview.is_some() {
            self.preview.set(preview);
        }
    }
}

impl Studio {
    /// Ends the running job, of which no picture came, and begins the next.
    pub(super) fn finish(self, outcome: &'static str) {
        if let Some(job) = self.end_job(outcome) {
            self.dequeue(job.stored);
        }
    }

    /// Ends the running job and begins the next. It stays in the stored queue.
    pub(super) fn end_job(self, outcome: &'static str) -> Option<Job> {
        let job = self.queue.running.with_untracked(Clone::clone);
        self.queue.running.set(None);
        self.queue.preview.set(None);
        self.queue.outcome.set(outcome);
        if let Some(job) = &job {
            self.run.count_end();
            self.leave_sheet(job);
        }
        self.start_next();
        job
    }

    /// Begins the next job, if it is this tab's turn; else it begins when the turn comes.
    pub(super) fn start_next(self) {
        if self.queue.running.with_untracked(Option::is_some) {
            return;
        }
        if self.queue.waiting.with_untracked(Line::is_empty) {
            return self.give_turn();
        }
        if !self.takes_turn() {
            return;
        }
        let Some(job) = self.queue.waiting.try_update(Line::take_first).flatten() else { return };
        self.queue.phase.set(Phase::Waiting);
        self.queue.outcome.set("");
        self.queue.is_posted.set_value(false);
        self.queue.running.set(Some(job.clone()));
        spawn_local(self.post(job));
    }

    /// Tells the engine of the running job, once its files are read; meanwhile it may have been cancelled.
    async fn post(self, job: Job) {
        let files = self.files_of(&job).await;
        if !self.queue.is_running(job.id) {
            return;
        }
        match files {
            Ok(payloads) => {
                let source = job.source.as_ref().map(|_| Payload(0));
                // There is no mask without a source.
                let mask = job.mask.as_ref().map(|_| Payload(1));
                self.queue.is_posted.set_value(true);
                self.send(Command::Generate { job: job.id, request: job.request, source, mask }, payloads);
            }
            Err((place, sentence)) => {
                self.notices.say(place, sentence);
                self.finish("");
            }
        }
    }

    /// The bytes of a job's source and mask, or where to say what of them cannot be read.
    async fn files_of(self, job: &Job) -> Result<Vec<JsValue>, (Place, String)> {
        let mut payloads: Vec<JsValue> = Vec::new();
        if let Some(file) = &job.source {
            let gone = |_| {
                let sentence = format!("“{}” can no longer be read; choose the source again.", file.name);
                (Place::Source, sentence)
            };
            payloads.push(array_buffer(&file.blob).await.map_err(gone)?.into());
        }
        if let Some(mask) = &job.mask {
            let gone = |_| (Place::Mask, words::UNREADABLE.to_owned());
            payloads.push(array_buffer(mask).await.map_err(gone)?.into());
        }
        Ok(payloads)
    }

    /// Whether a picture that runs or waits needs this model.
    pub(crate) fn uses_model(self, id: &ModelId) -> bool {
        let needs = |job: &Job| job.request.model == *id;
        self.queue.running.with(|running| running.as_ref().is_some_and(needs))
            || self.queue.waiting.with(|waiting| waiting.iter().any(needs))
    }
}
