//! The jobs that wait, and the one that runs: one at a time, in the order of asking.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::poll_fn,
    task::{Poll, Waker},
};

use protocol::JobId;

/// What became of a wish to cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelled {
    /// It was waiting and is gone from the queue.
    Waiting,
    /// It is running and is now marked; whoever runs it must stop it.
    Running,
    /// There is no such job: it has finished, or never was.
    Unknown,
}

/// A queue of jobs `J`, some of which the page knows by a [`JobId`].
#[derive(Debug)]
pub struct Queue<J> {
    waiting: RefCell<VecDeque<(Option<JobId>, J)>>,
    running: Cell<Option<JobId>>,
    marked: Cell<bool>,
    idle: RefCell<Option<Waker>>,
}

impl<J> Default for Queue<J> {
    fn default() -> Self {
        Self {
            waiting: RefCell::default(),
            running: Cell::default(),
            marked: Cell::default(),
            idle: RefCell::default(),
        }
    }
}

impl<J> Queue<J> {
    /// Adds a job at the end.
    pub fn push(&self, id: Option<JobId>, job: J) {
        self.waiting.borrow_mut().push_back((id, job));
        if let Some(waker) = self.idle.borrow_mut().take() {
            waker.wake();
        }
    }

    /// The running job is finished.
    pub fn finish(&self) {
        self.running.set(None);
        self.marked.set(false);
    }

    /// Whether no job waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.borrow().is_empty()
    }

    /// Waits for a job and makes it the running one; the one before it is thereby finished.
    pub async fn next(&self) -> (Option<JobId>, J) {
        self.finish();
        poll_fn(|context| match self.waiting.borrow_mut().pop_front() {
            Some((id, job)) => {
                self.running.set(id);
                Poll::Ready((id, job))
            }
            None => {
                *self.idle.borrow_mut() = Some(context.waker().clone());
                Poll::Pending
            }
        })
        .await
    }

    /// Takes a waiting job out, or marks the running one.
    pub fn cancel(&self, id: JobId) -> Cancelled {
        if self.running.get() == Some(id) {
            self.marked.set(true);
            return Cancelled::Running;
        }
        let mut waiting = self.waiting.borrow_mut();
        let place = waiting.iter().position(|(known, _)| *known == Some(id));
        match place.and_then(|place| waiting.remove(place)) {
            Some(_) => Cancelled::Waiting,
            None => Cancelled::Unknown,
        }
    }

    /// Whether the running job was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.marked.get()
    }

    /// The job that a person is waiting for: the running one, or the first of those behind it.
    pub fn awaited(&self) -> Option<JobId> {
        self.running.get().or_else(|| self.waiting.borrow().iter().find_map(|(id, _)| *id))
    }
}

#[cfg(test)]
mod tests {
    use pollster::block_on;

    use super::*;

    #[test]
    fn jobs_run_in_order() {
        let queue = Queue::default();
        queue.push(Some(JobId(1)), 'a');
        queue.push(None, 'b');
        assert_eq!(block_on(queue.next()), (Some(JobId(1)), 'a'));
        assert_eq!(block_on(queue.next()), (None, 'b'));
    }

    #[test]
    fn a_finished_job_is_unknown_while_nothing_follows() {
        let queue = Queue::default();
        queue.push(Some(JobId(1)), 'a');
        assert!(!queue.is_empty());
        block_on(queue.next());
        assert!(queue.is_empty());
        assert_eq!(queue.awaited(), Some(JobId(1)));
        queue.finish();
        assert_eq!((queue.awaited(), queue.cancel(JobId(1))), (None, Cancelled::Unknown));
    }

    #[test]
    fn a_sleeping_queue_wakes() {
        let queue = std::rc::Rc::new(Queue::default());
        let context = &mut std::task::Context::from_waker(Waker::noop());
        let mut next = Box::pin(queue.next());
        assert!(next.as_mut().poll(context).is_pending());
        queue.push(None, 'a');
        assert!(queue.idle.borrow().is_none(), "the waker was not called");
        assert!(next.as_mut().poll(context).is_ready());
    }

    #[test]
    fn waiting_jobs_are_removed_and_running_ones_marked() {
        let queue = Queue::default();
        queue.push(Some(JobId(1)), 'a');
        queue.push(Some(JobId(2)), 'b');
        queue.push(Some(JobId(3)), 'c');
        block_on(queue.next());
        assert_eq!(queue.cancel(JobId(2)), Cancelled::Waiting);
        assert_eq!(queue.cancel(JobId(2)), Cancelled::Unknown);
        assert!(!queue.is_cancelled());
        assert_eq!(queue.cancel(JobId(1)), Cancelled::Running);
        assert!(queue.is_cancelled());
        assert_eq!(block_on(queue.next()), (Some(JobId(3)), 'c'));
        assert!(!queue.is_cancelled(), "a mark must not outlive its job");
    }

    #[test]
    fn the_awaited_job_may_stand_behind_work_of_our_own() {
        let queue = Queue::default();
        queue.push(None, 'a');
        queue.push(Some(JobId(5)), 'b');
        block_on(queue.next());
        assert_eq!(queue.awaited(), Some(JobId(5)));
    }
}
