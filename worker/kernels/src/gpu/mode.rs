//! Whether what is recorded is also done.

use super::{Gpu, recorder::Recorder};
use crate::shader::Kernel;

/// Bytes of a buffer that nobody looks into.
pub(super) const STAND_IN_BYTES: u64 = 256;

/// What becomes of recorded work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// It is done.
    Real,
    /// Nothing is uploaded, run or read back, but buffers are made, kept and freed as ever.
    Dry,
    /// As a dry run, and each buffer is a small one that stands in for it: only which kernels come is of interest.
    Rehearsal,
}

impl Mode {
    pub(super) fn computes(self) -> bool {
        self == Self::Real
    }

    /// Bytes of the buffer that is made where so many are needed.
    pub(super) fn bytes(self, needed: u64) -> u64 {
        if self == Self::Rehearsal { STAND_IN_BYTES } else { needed }
    }
}

impl Gpu {
    /// The same device with nothing on it, to go through work without doing it. None of a device that does none itself.
    pub(crate) fn rehearsal(&self) -> Option<Self> {
        let opened = super::adapter::Opened {
            device: self.device.clone(),
            queue: self.queue.clone(),
            name: self.name.clone(),
            is_software: self.is_software,
        };
        let recorder = Recorder::new(&self.device, self.recorder.borrow().tempo().clone(), None);
        let (health, limit_bytes) = (self.health.clone(), self.binding_limit_bytes);
        let twin = || Self::with(opened, health, recorder, limit_bytes, Mode::Rehearsal);
        self.mode.computes().then(|| Self { tuning: self.tuning.clone(), ..twin() })
    }

    pub(crate) fn is_rehearsal(&self) -> bool {
        self.mode == Mode::Rehearsal
    }

    /// A run that is not real would need this kernel.
    pub(super) fn meet(&self, kernel: Kernel) {
        let met = &mut *self.met.borrow_mut();
        if !met.contains(&kernel) {
            met.push(kernel);
        }
    }

    /// The kernels that runs which were not real would have needed, in the order in which they came.
    pub(crate) fn met(&self) -> Vec<Kernel> {
        self.met.borrow().clone()
    }
}
