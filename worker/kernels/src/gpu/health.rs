//! What the driver reports behind the program's back: errors that no call returns, and the loss of the device.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wgpu::Error;

use crate::KernelError;

/// The state of a device as its callbacks last told it. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Health(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// Why the device is gone. Stays.
    lost: Option<String>,
    /// The first error that nobody has been told of yet.
    fault: Option<KernelError>,
    /// Size of the newest buffer: the one that an "out of memory" is about.
    newest_buffer_bytes: u64,
}

impl Health {
    /// Listens to `device`.
    pub(super) fn watch(device: &wgpu::Device) -> Self {
        let health = Self::default();
        let listener = health.clone();
        device.set_device_lost_callback(move |reason, message| {
            listener.lose(format!("{message} ({reason:?})"));
        });
        let listener = health.clone();
        device.on_uncaptured_error(Arc::new(move |error| listener.blame(&error)));
        health
    }

    /// Fails once for each report of an error, and always when the device is gone.
    pub(super) fn check(&self) -> Result<(), KernelError> {
        self.check_presence()?;
        self.lock().fault.take().map_or(Ok(()), Err)
    }

    /// Fails when the device is gone.
    pub(super) fn check_presence(&self) -> Result<(), KernelError> {
        match &self.lock().lost {
            Some(reason) => Err(KernelError::DeviceLost { reason: reason.clone() }),
            None => Ok(()),
        }
    }

    pub(super) fn is_lost(&self) -> bool {
        self.lock().lost.is_some()
    }

    /// The device is gone. The first reason counts.
    pub(super) fn lose(&self, reason: impl Into<String>) {
        self.lock().lost.get_or_insert_with(|| reason.into());
    }

    /// A buffer of this size is about to be made.
    pub(super) fn expect_buffer(&self, bytes: u64) {
        self.lock().newest_buffer_bytes = bytes;
    }

    /// There is no room for the newest buffer.
    pub(super) fn run_out_of_memory(&self) {
        let bytes = self.lock().newest_buffer_bytes;
        self.note(KernelError::OutOfMemory { bytes });
    }

    fn blame(&self, error: &Error) {
        match error {
            Error::OutOfMemory { .. } => self.run_out_of_memory(),
            other => self.note(KernelError::Gpu(other.to_string())),
        }
    }

    fn note(&self, fault: KernelError) {
        log::error!("{fault}");
        // Whatever follows is a consequence of the first error.
        self.lock().fault.get_or_insert(fault);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
