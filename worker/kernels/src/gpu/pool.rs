//! Buffers that outlive their tensors, to be used again.
//!
//! A denoiser asks for the same few hundred buffers in every step, and making one costs far more than finding one.
//! A buffer may be given out again while recorded work still reads it: the GPU runs work in the order in which it
//! was recorded, so whoever writes it next comes later. Only writes from the host jump the queue; they flush first.
//!
//! Of several idle buffers the oldest is taken, so that every step gets the same ones and their bind groups fit again.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use wgpu::{BufferDescriptor, BufferUsages};

/// Usage of every tensor and weight.
const USAGE: BufferUsages = BufferUsages::STORAGE.union(BufferUsages::COPY_SRC).union(BufferUsages::COPY_DST);

/// Smallest buffer. Kernels rely on the multiple of 16: they read and write whole `vec4<f32>`.
const SMALLEST_BYTES: u64 = 256;

/// Idle buffers may take this much before they are worth freeing.
const IDLE_ALLOWANCE_BYTES: u64 = 256 << 20;

/// All buffers of a device. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Pool(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    /// By size and number.
    idle: BTreeMap<(u64, u64), wgpu::Buffer>,
    idle_bytes: u64,
    /// Buffers that must live until recorded work has been submitted.
    retired: Vec<wgpu::Buffer>,
    /// Grows when the buffers of before are not to be trusted any more.
    epoch: u64,
    live_bytes: u64,
    peak_bytes: u64,
    /// Of the live ones, those of weights.
    weight_bytes: u64,
    /// Whether work goes from size to size and will not come back to the same ones.
    is_passing: bool,
    /// Buffers made so far.
    made: u64,
    /// Times that buffers were freed.
    burials: u64,
}

impl Pool {
    /// An idle buffer of `bytes` or a little more.
    pub(super) fn reuse(&self, bytes: u64) -> Option<Lease> {
        let state = &mut *self.0.borrow_mut();
        let (&(size, number), _) = state.idle.range((bytes, 0)..=(bytes + bytes / 4, u64::MAX)).next()?;
        let buffer = state.idle.remove(&(size, number))?;
        state.idle_bytes -= size;
        Some(Lease { buffer, number, pool: self.clone(), fate: Fate::Idle, epoch: state.epoch })
    }

    /// A new buffer.
    pub(super) fn create(&self, device: &wgpu::Device, bytes: u64, fate: Fate) -> Lease {
        let buffer = device.create_buffer(&BufferDescriptor {
            label: None,
            size: bytes,
            usage: USAGE,
            mapped_at_creation: false,
        });
        let state = &mut *self.0.borrow_mut();
        state.made += 1;
        state.live_bytes += bytes;
        state.peak_bytes = state.peak_bytes.max(state.live_bytes);
        if fate == Fate::Freed {
            state.weight_bytes += bytes;
        }
        Lease { buffer, number: state.made, pool: self.clone(), fate, epoch: state.epoch }
    }

    /// True when so much lies idle, beside what is in use, that it is wanted in other sizes. Where work only passes, weights of
    /// other parts may be there as well, so none of them counts.
    pub(super) fn is_bloated(&self) -> bool {
        let state = self.0.borrow();
        let resting = if state.is_passing { state.weight_bytes } else { 0 };
        let in_use = state.live_bytes.saturating_sub(state.idle_bytes + resting);
        state.idle_bytes > IDLE_ALLOWANCE_BYTES.max(in_use)
    }

    /// Whether what comes asks for its buffers once, or for the same ones again and again.
    pub(super) fn expect(&self, is_passing: bool) {
        self.0.borrow_mut().is_passing = is_passing;
    }

    /// Frees all idle buffers. Recorded work must have been submitted.
    pub(super) fn empty(&self) {
        let state = &mut *self.0.borrow_mut();
        state.retired.extend(std::mem::take(&mut state.idle).into_values());
        state.idle_bytes = 0;
        state.bury();
    }

    /// After a failed allocation some buffers are hollow, and nobody knows which: none of today's is given out again.
    /// Recorded work must have been submitted.
    pub(super) fn distrust(&self) {
        self.0.borrow_mut().epoch += 1;
        self.empty();
    }

    /// Frees the weights that were dropped. Recorded work must have been submitted.
    pub(super) fn bury_retired(&self) {
        self.0.borrow_mut().bury();
    }

    /// Buffers made so far.
    pub(super) fn made(&self) -> u64 {
        self.0.borrow().made
    }

    /// How often buffers were freed.
    pub(super) fn burials(&self) -> u64 {
        self.0.borrow().burials
    }

    /// Bytes of all buffers, now and at the highest.
    pub(super) fn live_and_peak_bytes(&self) -> (u64, u64) {
        let state = self.0.borrow();
        (state.live_bytes, state.peak_bytes)
    }
}

impl State {
    fn bury(&mut self) {
        self.burials += u64::from(!self.retired.is_empty());
        for buffer in self.retired.drain(..) {
            self.live_bytes -= buffer.size();
            // Without this a browser would hold the memory until its garbage collector comes by.
            buffer.destroy();
        }
    }
}

/// Where a buffer goes when nobody holds it any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Waits for the next tensor.
    Idle,
    /// Is freed: weights come in sizes that nobody asks for again.
    Freed,
}

/// A buffer in use.
pub(super) struct Lease {
    buffer: wgpu::Buffer,
    /// Counts the buffers of a device.
    number: u64,
    pool: Pool,
    fate: Fate,
    epoch: u64,
}

impl Lease {
    pub(super) fn raw(&self) -> &wgpu::Buffer {
        &self.buffer
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let state = &mut *self.pool.0.borrow_mut();
        let buffer = self.buffer.clone();
        match self.fate {
            Fate::Idle if self.epoch == state.epoch => {
                state.idle_bytes += buffer.size();
                state.idle.insert((buffer.size(), self.number), buffer);
            }
            Fate::Idle => state.retired.push(buffer),
            Fate::Freed => {
                state.weight_bytes -= buffer.size();
                state.retired.push(buffer);
            }
        }
    }
}

/// Rounds a size up so that tensors of nearly the same size share buffers: eight sizes to an octave, never past
/// `limit_bytes` (which `bytes` does not exceed).
pub(super) fn size_class(bytes: u64, limit_bytes: u64) -> u64 {
    let step = (bytes.next_power_of_two() / 16).max(SMALLEST_BYTES);
    bytes.next_multiple_of(step).min((limit_bytes / 16 * 16).max(bytes.next_multiple_of(16)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_classes_hold_the_size_and_waste_little() {
        for bytes in (1..5000).chain([1 << 20, (1 << 20) + 1, 100_000_001]) {
            let class = size_class(bytes, 1 << 30);
            assert!(class >= bytes && class.is_multiple_of(SMALLEST_BYTES));
            assert!(class <= bytes + (bytes / 8).max(SMALLEST_BYTES), "{bytes} -> {class}");
        }
        assert_eq!(size_class((128 << 20) - 4, 128 << 20), 128 << 20);
        assert_eq!(size_class((65 << 20) + 4, 66 << 20), 66 << 20);
    }
}
