//! The CPU device's counters.

use std::{cell::Cell, rc::Rc};

use crate::Stats;

/// Counts work and living memory.
#[derive(Debug, Default)]
pub(super) struct Ledger(Cell<Stats>);

impl Ledger {
    pub(super) fn stats(&self) -> Stats {
        self.0.get()
    }

    pub(super) fn count_dispatch(&self) {
        self.update(|stats| stats.dispatches += 1);
    }

    pub(super) fn count_upload(&self, bytes: usize) {
        self.update(|stats| stats.bytes_uploaded += bytes as u64);
    }

    fn update(&self, change: impl FnOnce(&mut Stats)) {
        let mut stats = self.0.get();
        change(&mut stats);
        stats.peak_bytes = stats.peak_bytes.max(stats.live_bytes);
        self.0.set(stats);
    }
}

/// An allocation on the books; it is struck off when this is dropped.
#[derive(Debug)]
pub(super) struct Entry {
    ledger: Rc<Ledger>,
    bytes: u64,
}

impl Entry {
    pub(super) fn new(ledger: &Rc<Ledger>, bytes: usize) -> Self {
        let bytes = bytes as u64;
        ledger.update(|stats| stats.live_bytes += bytes);
        Self { ledger: Rc::clone(ledger), bytes }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.ledger.update(|stats| stats.live_bytes = stats.live_bytes.saturating_sub(self.bytes));
    }
}
