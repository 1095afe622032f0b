//! How far a download has come, and whether it shall go on.

use std::cell::Cell;

/// How far a download has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Bytes are arriving.
    Arriving {
        /// Bytes that have arrived, of all files.
        done_bytes: u64,
        /// Bytes of all files.
        total_bytes: u64,
    },
    /// A file that has arrived is read back and hashed.
    Checking {
        /// Bytes of it that are hashed.
        done_bytes: u64,
        /// Bytes of it.
        total_bytes: u64,
    },
}

/// Watches a download.
pub trait Watch {
    /// How far it has come; called often.
    fn progress(&self, progress: Progress);

    /// Whether to stop and keep what has arrived.
    fn is_paused(&self) -> bool;
}

/// Counts bytes of all lanes.
pub(crate) struct Counter<'a> {
    watch: &'a dyn Watch,
    done_bytes: Cell<u64>,
    total_bytes: u64,
}

impl<'a> Counter<'a> {
    pub(crate) fn new(watch: &'a dyn Watch, done_bytes: u64, total_bytes: u64) -> Self {
        let counter = Self { watch, done_bytes: Cell::new(done_bytes), total_bytes };
        counter.add(0);
        counter
    }

    pub(crate) fn add(&self, bytes: u64) {
        self.set(self.done_bytes.get() + bytes);
    }

    /// Takes back bytes that have to come once more.
    pub(crate) fn take_back(&self, bytes: u64) {
        self.set(self.done_bytes.get().saturating_sub(bytes));
    }

    /// Sets the count to what is known to be there.
    pub(crate) fn set(&self, done_bytes: u64) {
        self.done_bytes.set(done_bytes);
        self.watch.progress(Progress::Arriving { done_bytes, total_bytes: self.total_bytes });
    }

    pub(crate) fn watch(&self) -> &dyn Watch {
        self.watch
    }
}
