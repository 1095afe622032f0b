//! How much work a submission may hold.
//!
//! Systems reset a GPU that does not answer for two seconds, and a browser's page cannot repaint while a long submission
//! runs. How long one takes is measured, and the next ones become smaller or larger: for each class of operations apart,
//! since a kernel that waits for memory takes many times as long for a product as one that computes, and none is as fast
//! for every size.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use web_time::Instant;

use super::tuning::Class;
use crate::shader::Kernel;

/// What a submission should take when it is long. None should take more than 0.2 s.
const WANTED: Duration = Duration::from_millis(150);

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
const CHANGES: [f64; 2] = [0.25, 2.0];

/// Handing over a submission takes too much of a shorter one's time.
const SHORT: Duration = Duration::from_millis(20);

/// What a submission holds: the class of each dispatch, and its floating-point operations.
pub(super) type Work = Vec<(Class, u64)>;

/// Measured budgets of floating-point operations, shared with the callbacks of submissions.
#[derive(Clone)]
pub(super) struct Tempo(Arc<Mutex<State>>);

struct State {
    /// What a submission of one class may hold,
    budgets: HashMap<Class, f64>,
    /// of a kernel, for classes that were not measured yet,
    of_kernels: HashMap<Kernel, f64>,
    /// and of anything, before any kernel was.
    first: f64,
    is_fixed: bool,
    last_arrival: Option<Instant>,
}

impl Tempo {
    /// A fixed one does not learn: what is planned with it is the same each time.
    pub(super) fn new(is_software: bool, is_fixed: bool) -> Self {
        let first = if is_software { FIRST_ON_SOFTWARE_FLOPS } else { FIRST_ON_HARDWARE_FLOPS };
        Self(Arc::new(Mutex::new(State::new(first, is_fixed))))
    }

    /// Work that one submission of a class may hold, in floating-point operations.
    pub(super) fn budget_flops(&self, class: Class) -> u64 {
        self.state().budget(class) as u64
    }

    /// How much of a submission some work takes up; 1 is all.
    pub(super) fn share(&self, class: Class, flops: u64) -> f64 {
        flops as f64 / self.state().budget(class)
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
    fn new(first: f64, is_fixed: bool) -> Self {
        let (budgets, of_kernels) = (HashMap::new(), HashMap::new());
        Self { budgets, of_kernels, first, is_fixed, last_arrival: None }
    }

    fn budget(&self, class: Class) -> f64 {
        let measured = self.budgets.get(&class).or_else(|| self.of_kernels.get(&class.kernel()));
        measured.copied().unwrap_or_else(|| self.usual_budget())
    }

    /// The geometric mean over kernels.
    fn usual_budget(&self) -> f64 {
        match self.of_kernels.len() {
            0 => self.first,
            count => (self.of_kernels.values().map(|budget| budget.ln()).sum::<f64>() / count as f64).exp(),
        }
    }

    /// Half of what a budget is comes from the last measurement, and each class learns from it by as much as it was expected to
    /// have of the submission.
    fn learn(&mut self, work: &Work, duration: Duration) {
        let mut shares: HashMap<Class, f64> = HashMap::new();
        for &(class, flops) in work {
            *shares.entry(class).or_default() += flops as f64 / self.budget(class);
        }
        let expected: f64 = shares.values().sum();
        let taken = duration.as_secs_f64() / WANTED.as_secs_f64();
        if expected <= 0.0 || (expected < 0.5 && duration < SHORT) {
            return;
        }
        let [least, most] = CHANGES;
        let change = (expected / taken).sqrt().clamp(least, most);
        let changed = |budget: f64, part: f64| (budget * change.powf(part)).clamp(LEAST_FLOPS, MOST_FLOPS);
        for (class, share) in shares {
            let budget = changed(self.budget(class), share / expected);
            self.budgets.insert(class, budget);
            self.of_kernels.insert(class.kernel(), budget);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shape;

    const SLOW: Kernel = Kernel::Map;
    const FAST: Kernel = Kernel::Add;

    fn new() -> State {
        State::new(FIRST_ON_HARDWARE_FLOPS, false)
    }

    fn class(kernel: Kernel, values: usize) -> Class {
        Class::of(kernel, Shape::Values(values))
    }

    /// Runs submissions as large as allowed, on a GPU that does so many operations a second of a class.
    fn settle(state: &mut State, class: Class, flops_per_second: f64) -> f64 {
        for _ in 0..60 {
            let flops = state.budget(class);
            state.learn(&vec![(class, flops as u64)], Duration::from_secs_f64(flops / flops_per_second));
        }
        state.budget(class)
    }

    fn is_as_wanted(seconds: f64) -> bool {
        (seconds / WANTED.as_secs_f64() - 1.0).abs() < 0.05
    }

    #[test]
    fn submissions_come_to_take_what_they_should() {
        for speed in [1e9, 1e10, 1e11, 1e12, 3e12] {
            let seconds = settle(&mut new(), class(SLOW, 1), speed) / speed;
            assert!(is_as_wanted(seconds), "{speed:e}: {seconds} s");
        }
        assert!(settle(&mut new(), class(SLOW, 1), 1e15) <= MOST_FLOPS);
        assert!(settle(&mut new(), class(SLOW, 1), 1.0) >= LEAST_FLOPS);
    }

    #[test]
    fn classes_have_budgets_of_their_own() {
        let mut state = new();
        let speeds = [(class(SLOW, 64), 1e10), (class(SLOW, 4096), 3e10), (class(FAST, 64), 1e12)];
        for (class, speed) in speeds {
            settle(&mut state, class, speed);
        }
        for (class, speed) in speeds {
            assert!(is_as_wanted(state.budget(class) / speed), "{class}");
        }
    }

    #[test]
    fn what_was_never_run_begins_like_its_kernel_or_like_most() {
        let mut state = new();
        state.of_kernels.extend([(SLOW, 1e9), (FAST, 1e11)]);
        assert_eq!(state.budget(class(SLOW, 7)), 1e9);
        assert!((state.budget(class(Kernel::LayerNorm, 7)) / 1e10 - 1.0).abs() < 1e-9);
    }

    /// All parts of an operation are recorded before the first of them is done.
    #[test]
    fn an_operation_that_was_cut_too_fine_is_cut_right_the_next_time() {
        let mut state = new();
        let (class, speed) = (class(SLOW, 64), 1e10);
        state.budgets.insert(class, WANTED.as_secs_f64() * speed / 7.0);
        let part = state.budget(class);
        for _ in 0..20 {
            state.learn(&vec![(class, part as u64)], Duration::from_secs_f64(part / speed));
        }
        assert!(is_as_wanted(state.budget(class) / speed));
    }

    #[test]
    fn one_measurement_counts_for_half() {
        let mut state = new();
        let class = class(SLOW, 64);
        state.budgets.insert(class, 1e10);
        state.learn(&vec![(class, 10_000_000_000)], WANTED.mul_f64(1.21));
        assert!((state.budget(class) * 1.1 / 1e10 - 1.0).abs() < 1e-9);
    }

    #[test]
    fn who_has_most_of_a_submission_changes_most() {
        let mut state = new();
        let (slow, fast) = (class(SLOW, 64), class(FAST, 64));
        state.budgets.extend([(slow, 1e10), (fast, 1e10)]);
        state.learn(&vec![(slow, 9_000_000_000), (fast, 1_000_000_000)], WANTED * 4);
        assert!(state.budget(slow) < 0.6e10);
        assert!(state.budget(fast) > 0.9e10);
    }

    #[test]
    fn short_submissions_and_a_nap_change_little() {
        let after = |flops, duration| {
            let (mut state, class) = (new(), class(SLOW, 64));
            state.budgets.insert(class, 1e10);
            state.learn(&vec![(class, flops)], duration);
            state.budget(class)
        };
        assert_eq!(after(100_000_000, Duration::from_millis(1)), 1e10);
        assert_eq!(after(10_000_000_000, Duration::from_secs(3600)), 1e10 / 4.0);
        assert_eq!(after(0, Duration::from_secs(1)), 1e10);
    }
}
