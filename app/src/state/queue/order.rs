//! The queue's order, and what is taken out of it.

use leptos::prelude::*;
use protocol::{Command, JobId};

use crate::state::Studio;

impl Studio {
    /// Stops the running picture; the next one that waits begins.
    pub(crate) fn cancel(self) {
        self.drop_wish();
        if let Some(job) = self.queue.running.with_untracked(|running| running.as_ref().map(|job| job.id)) {
            self.send(Command::Cancel(job), Vec::new());
        } else if let Some(first) = self.queue.waiting.with_untracked(|waiting| waiting.keys().next()) {
            // It waits for another tab.
            self.cancel_job(first);
        }
    }

    /// Takes a picture out of the queue; the running one is stopped.
    pub(crate) fn cancel_job(self, id: JobId) {
        if self.queue.is_running(id) {
            return self.cancel();
        }
        let waiting = self.queue.waiting.try_update(|waiting| waiting.remove(id)).flatten();
        if let Some(job) = waiting {
            self.forget_job(&job);
        }
    }

    /// Stops the running picture and empties the queue.
    pub(crate) fn cancel_all(self) {
        let waiting: Vec<JobId> = self.queue.waiting.with_untracked(|waiting| waiting.keys().collect());
        waiting.into_iter().for_each(|id| self.cancel_job(id));
        self.cancel();
    }

    /// Moves a picture by so many places, towards the end or (below 0) the beginning.
    pub(crate) fn move_job(self, id: JobId, by: isize) {
        self.queue.waiting.update(|waiting| {
            waiting.shift(id, by);
        });
    }

    /// Goes on with what waited when an earlier tab was closed.
    pub(crate) fn resume_left(self) {
        let left = self.queue.left.try_update(std::mem::take).unwrap_or_default();
        self.queue.waiting.update(|waiting| left.iter().for_each(|job| waiting.push(job.id, job.clone())));
        self.start_next();
    }

    /// Lets go of what waited when an earlier tab was closed.
    pub(crate) fn discard_left(self) {
        let left = self.queue.left.try_update(std::mem::take).unwrap_or_default();
        left.iter().for_each(|job| self.forget_job(job));
    }
}
