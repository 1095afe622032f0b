//! How much work a submission may hold.
//!
//! Systems reset a GPU that does not answer for two seconds, and a browser's page cannot repaint while a long submission
//! runs. How long one takes is measured, and the next ones become smaller or larger.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use web_time::Instant;

/// What a submission may take.
const LONGEST: Duration = Duration::from_millis(200);

/// What it should take when it is long.
const WANTED_SECONDS: f64 = 0.12;

/// Before anything was measured: a slow GPU sustains 0.36 TFLOP/s, which makes it 180 ms.
const FIRST_ON_HARDWARE_FLOPS: f64 = 64e9;

/// The same on an emulated GPU, which is a hundred to a thousand times slower.
const FIRST_ON_SOFTWARE_FLOPS: f64 = 0.5e9;

/// More would not make anything faster.
const MOST_FLOPS: f64 = 512e9;

/// Less would be single workgroups.
const LEAST_FLOPS: f64 = 5e7;

/// A measured budget of floating-point operations, shared with the callbacks of submissions.
#[derive(Clone)]
pub(super) struct Tempo(Arc<Mutex<State>>);

struct State {
    budget_flops: f64,
    is_fixed: bool,
    last_arrival: Option<Instant>,
}

impl Tempo {
    /// A fixed one does not learn: what is planned with it is the same each time.
    pub(super) fn new(is_software: bool, is_fixed: bool) -> Self {
        let budget_flops = if is_software { FIRST_ON_SOFTWARE_FLOPS } else { FIRST_ON_HARDWARE_FLOPS };
        Self(Arc::new(Mutex::new(State { budget_flops, is_fixed, last_arrival: None })))
    }

    /// Work that one submission may hold, in floating-point operations.
    pub(super) fn budget_flops(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).budget_flops as u64
    }

    /// A submission of `flops` that was handed over at `departure` is done now.
    pub(super) fn learn(&self, flops: u64, departure: Instant) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        // It began when the one before it was done.
        let begin = state.last_arrival.map_or(departure, |last| last.max(departure));
        state.last_arrival = Some(now);
        if !state.is_fixed {
            state.budget_flops = next_budget(state.budget_flops, flops as f64, now.duration_since(begin));
        }
    }
}

/// The budget after a submission of `flops` took `duration`: short ones say little, since they are cut short by a
/// checkpoint; of those that used their budget, fast ones allow half as much again.
fn next_budget(budget_flops: f64, flops: f64, duration: Duration) -> f64 {
    let seconds = duration.as_secs_f64();
    let next = if duration > LONGEST {
        // What was measured, but not less than a quarter: a machine that was asleep is no slow GPU.
        (flops * WANTED_SECONDS / seconds).clamp(budget_flops / 4.0, budget_flops)
    } else if flops > budget_flops / 2.0 && seconds < WANTED_SECONDS / 2.0 {
        budget_flops * 1.5
    } else {
        budget_flops
    };
    next.clamp(LEAST_FLOPS, MOST_FLOPS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Budgets while submissions are as large as allowed, on a GPU of a given speed.
    fn settle(flops_per_second: f64) -> f64 {
        (0..40).fold(FIRST_ON_HARDWARE_FLOPS, |budget, _| {
            next_budget(budget, budget, Duration::from_secs_f64(budget / flops_per_second))
        })
    }

    #[test]
    fn submissions_come_to_take_what_they_should() {
        for speed in [1e10, 1e11, 1e12, 5e12] {
            let seconds = settle(speed) / speed;
            assert!((0.03..=0.2).contains(&seconds), "{speed:e}: {seconds} s");
        }
        assert!(settle(1e15) <= MOST_FLOPS);
        assert!(settle(1.0) >= LEAST_FLOPS);
    }

    #[test]
    fn short_submissions_and_a_nap_change_little() {
        assert_eq!(next_budget(1e10, 1e8, Duration::from_millis(1)), 1e10);
        assert_eq!(next_budget(1e10, 1e8, Duration::from_secs(3600)), 1e10 / 4.0);
    }
}
