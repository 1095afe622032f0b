//! What the page makes of what it hears from the engine.

use leptos::prelude::*;
use protocol::{Command, ErrorCode, ErrorReport, Event, ImageReport, JobId, Pixels, Stage};

use super::queue::CANCELLED;
use super::{EngineState, Made, Place, Preview, Studio};
use crate::engine::{Payloads, Word};
use crate::later::Errand;

impl Studio {
    pub(super) fn hear(self, word: Word) {
        match word {
            Word::Event(event, payloads) => self.hear_event(event, &payloads),
            Word::Stale => self.unusable(
                "This page and its engine are of different versions; reload the page.",
                String::new(),
            ),
            Word::Died { unanswered, detail } => self.mourn(&unanswered, detail),
            Word::Unavailable { detail } => {
                self.unusable(
                    "The engine cannot be started in this browser; reload the page to try again.",
                    detail,
                );
            }
        }
    }

    fn hear_event(self, event: Event, payloads: &Payloads) {
        match event {
            Event::Ready { .. } => {
                self.session.engine.set(EngineState::Ready);
                self.send(Command::SetDevice(self.form.device.get_untracked()), Vec::new());
                self.ask_for_models();
                self.count_tokens();
                self.ask_for_catalogue();
            }
            Event::Device(device) => self.session.device.set(Some(device)),
            Event::Models(models) => self.take_models(models),
            Event::Loras(loras) => self.take_loras(loras),
            Event::Imported { job, id } if self.is_importing(job) => self.take_import(id),
            Event::Catalogue { models, downloads, fault } => self.take_catalogue(models, downloads, fault),
            Event::Download { model, state } => self.take_download(model, state),
            Event::SourceReady { job, source, thumbnail, edited } => {
                let thumbnail = payloads.bytes(thumbnail).unwrap_or_default();
                let edited = edited.and_then(|edited| payloads.bytes(edited));
                self.source_ready(job, source, &thumbnail, edited.as_deref());
            }
            Event::Traced { job, drawing } => {
                let drawing = payloads.bytes(drawing).and_then(|bytes| String::from_utf8(bytes).ok());
                self.drawings.answer(job, Ok(drawing.unwrap_or_default()));
            }
            Event::Tokens { revision, counts } => self.take_tokens(revision, counts),
            Event::Stage { job, stage } => self.hear_stage(job, stage),
            Event::Step { job, step, steps, preview } if self.queue.is_running(job) => {
                let preview = preview.and_then(|pixels| preview_of(pixels, payloads));
                self.queue.set_step(step, steps, preview);
            }
            Event::Image { job, size_px, file, latents, report } if self.queue.is_running(job) => {
                let png = payloads.bytes(file).unwrap_or_default();
                self.take_image(size_px, png, payloads.bytes(latents), report);
            }
            Event::Cancelled(job) if self.queue.is_running(job) => {
                self.finish(CANCELLED);
            }
            Event::Failed { job, report } => self.hear_failure(job, report),
            // Late words about a job that has ended.
            Event::Step { .. } | Event::Image { .. } | Event::Imported { .. } | Event::Cancelled(_) => {}
        }
    }

    fn hear_stage(self, job: JobId, stage: Stage) {
        if self.queue.is_running(job) {
            self.queue.set_stage(stage);
        } else if let Stage::Loading { done_bytes, total_bytes } = stage {
            self.import_progress(job, done_bytes, total_bytes);
        }
    }

    fn take_image(self, size_px: (u32, u32), png: Vec<u8>, latents: Option<Vec<u8>>, report: ImageReport) {
        self.run.begin_keeping();
        let Some(job) = self.end_job("The picture is ready.") else { return self.run.end_keeping() };
        if !report.notes.is_empty() {
            self.notices.say(Place::Lora, report.notes.join(" "));
        }
        self.later(Errand::Keep(Box::new(Made { job, report, png, size_px, latents })));
    }

    fn hear_failure(self, job: Option<JobId>, report: ErrorReport) {
        if job.is_none() {
            self.session.stop_waiting();
        }
        match job {
            Some(job) if self.queue.is_running(job) => {
                self.notices.report(report);
                self.finish("");
            }
            Some(job) if self.source.is_checked_by(job) => {
                self.refuse_source(job, report.message, report.detail);
            }
            Some(job) if self.drawings.refuse(job, &report) => {}
            Some(job) if self.is_importing(job) => {
                let place = self.end_import();
                self.notices.say_with_detail(place, report.message, report.detail);
            }
            Some(_) => log::debug!("a job that has ended failed: {}", report.message),
            // The engine's database is the gallery's too: one sentence is enough, and the page's own comes first.
            None if report.code == ErrorCode::Storage => {
                if untrack(|| self.notices.at(Place::Gallery)).is_none() {
                    self.notices.say_with_detail(Place::Gallery, report.message, report.detail);
                }
            }
            None => self.notices.report(report),
        }
    }

    /// The engine died: its jobs are told about, nothing else is lost, and the queue goes on.
    fn mourn(self, unanswered: &[JobId], detail: String) {
        self.session.engine.set(EngineState::Starting);
        self.downloads.stand_still();
        self.drawings.refuse_all(unanswered, &detail);
        let running = unanswered.iter().any(|job| self.queue.is_running(*job));
        let checking = unanswered.iter().copied().find(|job| self.source.is_checked_by(*job));
        if self.session.importing.get_untracked().is_some() {
            let place = self.end_import();
            let sentence =
                "The engine stopped during the import; it was restarted, so import the file again.";
            self.notices.say_with_detail(place, sentence, detail.clone());
        }
        if running {
            let sentence =
                "The engine stopped and was restarted; your pictures are safe, press Generate to try again.";
            self.notices.say_with_detail(Place::Run, sentence, detail.clone());
            self.finish("");
        }
        match checking {
            Some(_) if running => self.recheck_source(),
            // A source that was looked at alone when the engine died may be the cause: it is not tried again.
            Some(job) => {
                let sentence = "The engine stopped while it read this picture; choose another one.";
                self.refuse_source(job, sentence, detail);
            }
            None => {}
        }
    }

    fn unusable(self, sentence: &'static str, detail: String) {
        self.session.engine.set(EngineState::Unusable);
        self.session.stop_waiting();
        self.drop_wish();
        self.notices.say_with_detail(Place::Run, sentence, detail);
        // What waits is tried on the next visit.
        self.queue.waiting.update(batches::Line::clear);
        self.finish("");
    }
}

fn preview_of(pixels: Pixels, payloads: &Payloads) -> Option<Preview> {
    let rgba = payloads.bytes(pixels.data)?;
    Some(Preview { width_px: pixels.width_px, height_px: pixels.height_px, rgba })
}
