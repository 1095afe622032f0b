//! A job's progress, posted to the page as it happens.

use std::rc::Rc;

use pipeline::{Observer, Preview};
use protocol::{Event, JobId, Pixels, Stage};

use super::{port::Departing, session::Session};
use crate::import::Watch;

/// Tells the page about one job.
pub(super) struct Reporter {
    session: Rc<Session>,
    job: JobId,
}

impl Reporter {
    /// For this job.
    pub(super) fn new(session: Rc<Session>, job: JobId) -> Self {
        Self { session, job }
    }
}

impl Observer for Reporter {
    fn stage(&mut self, stage: pipeline::Stage) {
        let stage = match stage {
            // Both are at most the number of kernels.
            pipeline::Stage::Compiling { done, total } => {
                Stage::Compiling { done: done as u32, total: total as u32 }
            }
            // Weights on their way to the device: quick, and not counted.
            pipeline::Stage::Loading => Stage::Loading { done_bytes: 0, total_bytes: 0 },
            pipeline::Stage::EncodingText => Stage::EncodingText,
            pipeline::Stage::EncodingSource => Stage::EncodingSource,
            pipeline::Stage::Denoising => Stage::Denoising,
            pipeline::Stage::Decoding => Stage::Decoding,
        };
        self.session.port.post(&Event::Stage { job: self.job, stage });
    }

    fn step(&mut self, step: usize, steps: usize, preview: Option<&Preview>) {
        let mut values = Departing::default();
        let preview = preview.map(|preview| Pixels {
            width_px: preview.width_px,
            height_px: preview.height_px,
            data: values.push(&preview.rgba),
        });
        // Both are at most the number of steps asked for, which came as a u32.
        let (step, steps) = (step as u32, steps as u32);
        self.session.port.post_with(&Event::Step { job: self.job, step, steps, preview }, values);
    }
}

impl Watch for Reporter {
    fn progress(&mut self, done_bytes: u64, total_bytes: u64) {
        let stage = Stage::Loading { done_bytes, total_bytes };
        self.session.port.post(&Event::Stage { job: self.job, stage });
    }

    fn is_cancelled(&self) -> bool {
        self.session.queue.is_cancelled()
    }
}
