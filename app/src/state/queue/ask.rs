//! What is asked of the queue.

use gallery::UsedLora;
use leptos::prelude::*;
use protocol::{ModelInfo, Request, TraceOptions};
use web_sys::Blob;

use super::{Job, Stored, stored};
use crate::platform::random_seed;
use crate::state::form::FormValues;
use crate::state::output::{batch, images};
use crate::state::request::{Complaint, check};
use crate::state::sheet::SheetCell;
use crate::state::source::SourceFile;
use crate::state::{Place, Studio, loras};
use crate::words::prompt as words;

/// A picture that is wanted.
pub(in crate::state) struct Asked {
    pub request: Request,
    /// What its record will say of its LoRAs.
    pub loras: Vec<UsedLora>,
    /// The picture that it is made again from.
    pub variant_of: Option<String>,
    /// How it is drawn, if it is wanted as SVG.
    pub svg: Option<TraceOptions>,
    /// Its place in a sheet.
    pub sheet: Option<SheetCell>,
}

/// What pictures that are wanted together are made from.
#[derive(Clone)]
pub(in crate::state) struct Given {
    pub source: Option<SourceFile>,
    /// What of the source is drawn anew: a PNG.
    pub mask: Option<Blob>,
}

impl Studio {
    /// Makes what stands in the form, after what already waits.
    pub(crate) fn ask(self) {
        let Some((values, model)) = self.ready_form() else { return };
        let source = self.source.file();
        let requests = images(&values.images).and_then(|images| {
            let request = check(&values, &model, source.is_some(), random_seed())?;
            Ok(batch(&request, images))
        });
        let given = |requests| Ok((requests, Given { mask: self.mask_of(source.as_ref())?, source }));
        match requests.and_then(given) {
            Ok((requests, given)) => {
                self.queue.last_seed.set(requests.last().map(|request| request.seed));
                self.note_prompt();
                let asked = requests.into_iter().map(|request| self.asked(request)).collect();
                self.enqueue(asked, &given);
            }
            Err(complaint) => self.complain(complaint),
        }
    }

    /// The form, with the style around its prompt, and its model. `None` when it has no prompt, which is said, or when
    /// the engine or the source is not ready: then **Generate** is pressed again as soon as they are.
    pub(in crate::state) fn ready_form(self) -> Option<(FormValues, ModelInfo)> {
        self.notices.clear_for_run();
        if self.form.prompt.with_untracked(|prompt| prompt.trim().is_empty()) {
            self.notices.say(Place::Prompt, words::NO_PROMPT);
            return None;
        }
        let model = untrack(|| self.model());
        let (Some(model), false) = (model, self.source.is_checking()) else {
            self.queue.wish.set(true);
            return None;
        };
        match self.styled(untrack(|| self.form.values())) {
            Ok(values) => Some((values, model)),
            Err(sentence) => {
                self.notices.say(Place::Prompt, sentence);
                None
            }
        }
    }

    pub(in crate::state) fn complain(self, complaint: Complaint) {
        self.notices.say(complaint.place, complaint.sentence);
    }

    /// A request of the form's as it is asked of the queue.
    pub(in crate::state) fn asked(self, request: Request) -> Asked {
        let known = self.session.loras.get_untracked().unwrap_or_default();
        let loras = loras::used(&request.loras, &known);
        Asked { request, loras, variant_of: None, svg: self.trace_options(), sheet: None }
    }

    /// Makes pictures after those that already wait.
    pub(in crate::state) fn enqueue(self, asked: Vec<Asked>, given: &Given) {
        let places = stored::places(asked.len(), self.last_in_order());
        let job = |(asked, stored): (Asked, Stored)| {
            let Asked { request, loras, variant_of, svg, sheet } = asked;
            let Given { source, mask } = given.clone();
            Job { id: self.next_job(), request, source, mask, loras, variant_of, svg, sheet, stored }
        };
        let jobs: Vec<Job> = asked.into_iter().zip(places).map(job).collect();
        self.store_jobs(&jobs);
        self.queue.waiting.update(|waiting| jobs.into_iter().for_each(|job| waiting.push(job.id, job)));
        self.start_next();
    }

    /// Does what was asked for before the engine could.
    pub(in crate::state) fn fulfil_wish(self) {
        if self.queue.wish.get_untracked() && !self.source.is_checking() {
            self.queue.wish.set(false);
            self.generate();
        }
    }

    pub(in crate::state) fn drop_wish(self) {
        self.queue.wish.set(false);
    }
}
