//! The queue's order, and what is taken out of it.

use batches::Line;
use leptos::prelude::*;
use protocol::{Command, JobId};

use super::{CANCELLED, Job};
use crate::state::Studio;

/// Gives what waits the numbers of its order anew, as they are in the line; returns what has another one now.
fn in_order(waiting: &mut Line<JobId, Job>) -> Vec<Job> {
    let mut numbers: Vec<f64> = waiting.iter().map(|job| job.stored.order).collect();
    numbers.sort_by(f64::total_cmp);
    let placed = waiting.iter_mut().zip(numbers);
    let moved = placed.filter(|(job, number)| job.stored.order.total_cmp(number).is_ne());
    moved
        .map(|(job, number)| {
            job.stored.order = number;
            job.clone()
        })
        .collect()
}

impl Studio {
    /// Stops the running picture; the next one that waits begins.
    pub(crate) fn cancel(self) {
        self.drop_wish();
        if let Some(job) = self.queue.running.with_untracked(|running| running.as_ref().map(|job| job.id)) {
            match self.queue.is_posted.get_value() {
                true => self.send(Command::Cancel(job), Vec::new()),
                false => self.finish(CANCELLED),
            }
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
        let moved = self.queue.waiting.try_update(|waiting| match waiting.shift(id, by) {
            true => in_order(waiting),
            false => Vec::new(),
        });
        self.store_order(&moved.unwrap_or_default());
    }

    /// The order of the last picture that runs or waits.
    pub(super) fn last_in_order(self) -> f64 {
        let running = self.queue.running.with_untracked(|job| job.as_ref().map(|job| job.stored.order));
        self.queue.waiting.with_untracked(|waiting| {
            waiting.iter().map(|job| job.stored.order).chain(running).fold(0.0, f64::max)
        })
    }

    /// Goes on with what waited when an earlier tab was closed.
    pub(crate) fn resume_left(self) {
        let mut left = self.queue.left.try_update(std::mem::take).unwrap_or_default();
        let mut order = self.last_in_order();
        for job in left.iter_mut() {
            order += 1.0;
            job.stored.order = order;
        }
        let left: Vec<Job> = left.iter().cloned().collect();
        // Now they wait in this tab, after what waits already.
        self.store_order(&left);
        self.queue.waiting.update(|waiting| left.into_iter().for_each(|job| waiting.push(job.id, job)));
        self.start_next();
    }

    /// Lets go of what waited when an earlier tab was closed.
    pub(crate) fn discard_left(self) {
        let left = self.queue.left.try_update(std::mem::take).unwrap_or_default();
        left.iter().for_each(|job| self.forget_job(job));
    }
}
