//! Pictures being made and waiting to be made.

use std::collections::VecDeque;

use gallery::UsedLora;
use leptos::prelude::*;
use protocol::{Command, JobId, ModelId, Payload, Request, Stage};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use super::loras;
use super::request::check;
use super::source::SourceFile;
use super::{Place, Studio};
use crate::platform::{array_buffer, now_millis, random_seed};
use crate::words::mask as words;

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

/// RGBA8 pixels of an unfinished picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Preview {
    pub width_px: u32,
    pub height_px: u32,
    pub rgba: Vec<u8>,
}

#[derive(Clone, Copy)]
pub(crate) struct Queue {
    pub running: RwSignal<Option<Job>, LocalStorage>,
    pub phase: RwSignal<Phase>,
    pub preview: RwSignal<Option<Preview>>,
    pub waiting: RwSignal<VecDeque<Job>, LocalStorage>,
    /// What happened last, for who cannot see the pictures.
    pub outcome: RwSignal<&'static str>,
    /// **Generate** was pressed before the engine could take it.
    wish: RwSignal<bool>,
    denoising_since_millis: StoredValue<f64>,
}

impl Queue {
    pub(super) fn new() -> Self {
        Self {
            running: RwSignal::new_local(None),
            phase: RwSignal::new(Phase::Waiting),
            preview: RwSignal::new(None),
            waiting: RwSignal::new_local(VecDeque::new()),
            outcome: RwSignal::new(""),
            wish: RwSignal::new(false),
            denoising_since_millis: StoredValue::new(0.0),
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
    /// Makes a picture of what stands in the form, after those that already wait.
    pub(crate) fn generate(self) {
        self.notices.clear_for_run();
        if self.form.prompt.with_untracked(|prompt| prompt.trim().is_empty()) {
            self.notices.say(Place::Prompt, "Write a few words about the picture you want.");
            return;
        }
        let model = untrack(|| self.model());
        let (Some(model), false) = (model, self.source.is_checking()) else {
            self.queue.wish.set(true);
            return;
        };
        let source = self.source.file();
        let values = match self.styled(untrack(|| self.form.values())) {
            Ok(values) => values,
            Err(sentence) => return self.notices.say(Place::Prompt, sentence),
        };
        let request = check(&values, &model, source.is_some(), random_seed());
        match request.and_then(|request| Ok((request, self.mask_of(source.as_ref())?))) {
            Ok((request, mask)) => {
                let stored = self.session.loras.get_untracked().unwrap_or_default();
                let loras = loras::used(&request.loras, &stored);
                self.note_prompt();
                self.push(Job { id: self.next_job(), request, source, mask, loras, variant_of: None });
            }
            Err(complaint) => self.notices.say(complaint.place, complaint.sentence),
        }
    }

    /// Makes a picture after those that already wait.
    pub(super) fn push(self, job: Job) {
        self.queue.waiting.update(|waiting| waiting.push_back(job));
        self.start_next();
    }

    /// Does what was asked for before the engine could.
    pub(super) fn fulfil_wish(self) {
        if self.queue.wish.get_untracked() && !self.source.is_checking() {
            self.queue.wish.set(false);
            self.generate();
        }
    }

    pub(super) fn drop_wish(self) {
        self.queue.wish.set(false);
    }

    /// Stops the running picture; the next one that waits begins.
    pub(crate) fn cancel(self) {
        self.drop_wish();
        if let Some(job) = self.queue.running.with_untracked(|running| running.as_ref().map(|job| job.id)) {
            self.send(Command::Cancel(job), Vec::new());
        } else {
            // It waits for another tab.
            self.queue.waiting.update(|waiting| drop(waiting.pop_front()));
        }
    }

    /// Ends the running job and begins the next.
    pub(super) fn finish(self, outcome: &'static str) -> Option<Job> {
        let job = self.queue.running.with_untracked(Clone::clone);
        self.queue.running.set(None);
        self.queue.preview.set(None);
        self.queue.outcome.set(outcome);
        self.start_next();
        job
    }

    /// Begins the next job, if it is this tab's turn; else it begins when the turn comes.
    pub(super) fn start_next(self) {
        if self.queue.running.with_untracked(Option::is_some) {
            return;
        }
        if self.queue.waiting.with_untracked(VecDeque::is_empty) {
            return self.give_turn();
        }
        if !self.takes_turn() {
            return;
        }
        let Some(job) = self.queue.waiting.try_update(VecDeque::pop_front).flatten() else { return };
        self.queue.phase.set(Phase::Waiting);
        self.queue.outcome.set("");
        self.queue.running.set(Some(job.clone()));
        spawn_local(self.post(job));
    }

    async fn post(self, job: Job) {
        let mut payloads: Vec<JsValue> = Vec::new();
        if let Some(file) = &job.source {
            match array_buffer(&file.blob).await {
                Ok(buffer) => payloads.push(buffer.into()),
                Err(_) => {
                    let sentence = format!("“{}” can no longer be read; choose the source again.", file.name);
                    self.notices.say(Place::Source, sentence);
                    self.finish("");
                    return;
                }
            }
        }
        if let Some(mask) = &job.mask {
            match array_buffer(mask).await {
                Ok(buffer) => payloads.push(buffer.into()),
                Err(_) => {
                    self.notices.say(Place::Mask, words::UNREADABLE);
                    self.finish("");
                    return;
                }
            }
        }
        let source = job.source.as_ref().map(|_| Payload(0));
        // There is no mask without a source.
        let mask = job.mask.as_ref().map(|_| Payload(1));
        self.send(Command::Generate { job: job.id, request: job.request, source, mask }, payloads);
    }

    /// Whether a picture that runs or waits needs this model.
    pub(crate) fn uses_model(self, id: &ModelId) -> bool {
        let needs = |job: &Job| job.request.model == *id;
        self.queue.running.with(|running| running.as_ref().is_some_and(needs))
            || self.queue.waiting.with(|waiting| waiting.iter().any(needs))
    }
}
