//! How much work a submission may hold.
//!
//! Systems reset a GPU that does not answer for two seconds, and a browser's page cannot repaint while a long submission
//! runs. How long one takes is measured, and the next ones become smaller or larger: for each kernel apart, since one that
//! waits for memory takes many times as long for an operation as one that computes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use web_time::Instant;

use crate::shader::Kernel;

/// What a submission should take when it is long. None should take more than 0.2 s.
const WANTED: Duration = Duration::from_millis(140);

/// Before anything was measured: a slow GPU sustains 0.36 TFLOP/s, which makes it 180 ms.
const FIRST_ON_HARDWARE_FLOPS: f64 = 64e9;

/// The same on an emulated GPU, which is a hundred to a thousand times slower.
const FIRST_ON_SOFTWARE_FLOPS: f64 = 0.5e9;

/// More would not make anything faster.
const MOST_FLOPS: f64 = 512e9;

/// Less would be single workgroups.
const LEAST_FLOPS: f64 = 1e7;

/// What one measurement may make of a budget: a machine that was asleep is no slow GPU, and one lucky submission is no
/// fast one.
const CHANGES: [f64; 2] = [0.25, 1.5];

/// Floating-point operations of kernels in a submission, each as often as it ran.
pub(super) type Work = Vec<(Kernel, u64)>;

/// Measured budgets of floating-point operations, shared with the callbacks of submissions.
#[derive(Clone)]
pub(super) struct Tempo(Arc<Mutex<State>>);

struct State {
    /// What a submission of one kernel may hold.
    budgets: HashMap<Kernel, f64>,
    /// The same for those that did not run yet.
    elsewhere: f64,
    is_fixed: bool,
    last_arrival: Option<Instant>,
}

impl Tempo {
    /// A fixed one does not learn: what is planned with it is the same each time.
    pub(super) fn new(is_software: bool, is_fixed: bool) -> Self {
        let elsewhere = if is_software { FIRST_ON_SOFTWARE_FLOPS } else { FIRST_ON_HARDWARE_FLOPS };
        let state = State { budgets: HashMap::new(), elsewhere, is_fixed, last_arrival: None };
        Self(Arc::new(Mutex::new(state)))
    }

    /// Work that one submission of a kernel may hold, in floating-point operations.
    pub(super) fn budget_flops(&self, kernel: Kernel) -> u64 {
        self.state().budget(kernel) as u64
    }

    /// How much of a submission some work takes up; 1 is all.
    pub(super) fn share(&self, kernel: Kernel, flops: u64) -> f64 {
        flops as f64 / self.state().budget(kernel)
    }

    /// A submission of `work` that was handed over at `departure` is done now.
    pub(super) fn learn(&self, work: &Work, departure: Instant) {
        let mut state = self.state();
        let now = Instant::now();
        // It began when the one before it was done.
        let begin = state.last_arrival.map_or(departure, |last| last.max(departure));
        state.last_arrival = Some(now);
        if !state.is_fixed {
            state.learn(work, now.duration_since(begin));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn budget(&self, kernel: Kernel) -> f64 {
        self.budgets.get(&kernel).copied().unwrap_or(self.elsewhere)
    }

    /// Short submissions say little: a checkpoint cut them short, and handing them over took as long. Of the others, each
    /// kernel's budget follows what was measured by as much as the kernel was expected to have of it.
    fn learn(&mut self, work: &Work, duration: Duration) {
        let mut shares: HashMap<Kernel, f64> = HashMap::new();
        for &(kernel, flops) in work {
            *shares.entry(kernel).or_default() += flops as f64 / self.budget(kernel);
        }
        let expected: f64 = shares.values().sum();
        let taken = duration.as_secs_f64() / WANTED.as_secs_f64();
        if expected <= 0.0 || (expected < 0.5 && taken < 1.0) {
            return;
        }
        let [least, most] = CHANGES;
        let change = (expected / taken).clamp(least, most);
        let changed = |budget: f64, part: f64| (budget * change.powf(part)).clamp(LEAST_FLOPS, MOST_FLOPS);
        for (kernel, share) in shares {
            let budget = changed(self.budget(kernel), share / expected);
            self.budgets.insert(kernel, budget);
        }
        self.elsewhere = changed(self.elsewhere, 1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOW: Kernel = Kernel::Map;
    const FAST: Kernel = Kernel::Add;

    fn new() -> State {
        let elsewhere = FIRST_ON_HARDWARE_FLOPS;
        State { budgets: HashMap::new(), elsewhere, is_fixed: false, last_arrival: None }
    }

    /// Runs submissions as large as allowed, on a GPU that does so many operations a second of a kernel.
    fn settle(state: &mut State, kernel: Kernel, flops_per_second: f64) -> f64 {
        for _ in 0..40 {
            let flops = state.budget(kernel);
            state.learn(&vec![(kernel, flops as u64)], Duration::from_secs_f64(flops / flops_per_second));
        }
        state.budget(kernel)
    }

    #[test]
    fn submissions_come_to_take_what_they_should() {
        for speed in [1e9, 1e10, 1e11, 1e12, 3e12] {
            let seconds = settle(&mut new(), SLOW, speed) / speed;
            assert!((0.13..=0.15).contains(&seconds), "{speed:e}: {seconds} s");
        }
        assert!(settle(&mut new(), SLOW, 1e15) <= MOST_FLOPS);
        assert!(settle(&mut new(), SLOW, 1.0) >= LEAST_FLOPS);
    }

    #[test]
    fn kernels_have_budgets_of_their_own() {
        let mut state = new();
        let (slow, fast) = (1e10, 1e12);
        settle(&mut state, SLOW, slow);
        settle(&mut state, FAST, fast);
        assert!((0.13..=0.15).contains(&(state.budget(SLOW) / slow)));
        assert!((0.13..=0.15).contains(&(state.budget(FAST) / fast)));
        assert!(state.budget(Kernel::LayerNorm) < 1e12, "what was never run begins where the last one is");
    }

    #[test]
    fn who_has_most_of_a_submission_changes_most() {
        let mut state = new();
        state.budgets.extend([(SLOW, 1e10), (FAST, 1e10)]);
        state.learn(&vec![(SLOW, 9_000_000_000), (FAST, 1_000_000_000)], WANTED * 2);
        assert!(state.budget(SLOW) < 0.6e10);
        assert!(state.budget(FAST) > 0.9e10);
    }

    #[test]
    fn short_submissions_and_a_nap_change_little() {
        let after = |flops, duration| {
            let mut state = new();
            state.budgets.insert(SLOW, 1e10);
            state.learn(&vec![(SLOW, flops)], duration);
            state.budget(SLOW)
        };
        assert_eq!(after(100_000_000, Duration::from_millis(1)), 1e10);
        assert_eq!(after(10_000_000_000, Duration::from_secs(3600)), 1e10 / 4.0);
        assert_eq!(after(0, Duration::from_secs(1)), 1e10);
    }
}
