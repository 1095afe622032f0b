//! Work that was submitted and is not done yet.

use std::collections::VecDeque;

use futures_channel::oneshot;
use web_time::Instant;
use wgpu::{PollType, SubmissionIndex};

use super::tempo::{Tempo, Work};

/// One submission on its way.
pub(super) struct Submission {
    index: SubmissionIndex,
    done: oneshot::Receiver<()>,
}

/// Submissions, oldest first.
#[derive(Default)]
pub(super) struct Flight(VecDeque<Submission>);

impl Flight {
    /// Remembers what `queue` was just given.
    pub(super) fn depart(&mut self, queue: &wgpu::Queue, index: SubmissionIndex, work: Work, tempo: &Tempo) {
        let (sender, done) = oneshot::channel();
        let (tempo, departure) = (tempo.clone(), Instant::now());
        queue.on_submitted_work_done(move || {
            tempo.learn(&work, departure);
            // Nobody listens any more when the device was dropped meanwhile.
            sender.send(()).unwrap_or_default();
        });
        self.0.push_back(Submission { index, done });
    }

    /// The oldest submission, when more than `allowed` are on their way.
    pub(super) fn overdue(&mut self, allowed: usize) -> Option<Submission> {
        while self.0.front_mut().is_some_and(Submission::has_arrived) {
            self.0.pop_front();
        }
        if self.0.len() > allowed { self.0.pop_front() } else { None }
    }
}

impl Submission {
    fn has_arrived(&mut self) -> bool {
        !matches!(self.done.try_recv(), Ok(None))
    }

    /// Waits until the GPU is done with it.
    pub(super) async fn arrive(self, device: &wgpu::Device) {
        // A browser calls back by itself; a native device must be driven.
        drive(device, Some(self.index));
        // Cancelled only when the device is gone, and then there is nothing to wait for either.
        self.done.await.unwrap_or_default();
    }
}

/// Lets a native device finish a submission (the newest when not given) and run its callbacks. In a browser this
/// does nothing and returns at once.
pub(super) fn drive(device: &wgpu::Device, submission_index: Option<SubmissionIndex>) {
    if let Err(error) = device.poll(PollType::Wait { submission_index, timeout: None }) {
        log::warn!("waiting for the GPU failed: {error}");
    }
}
