//! Watching a picture come to be.

use crate::Preview;

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Compiling kernels for the device: all that the picture needs, before anything else.
    Compiling {
        /// Kernels that are ready, of those that were not.
        done: usize,
        /// All of these.
        total: usize,
    },
    /// Bringing weights to the device.
    Loading,
    /// Running the text encoder.
    EncodingText,
    /// Running the autoencoder's encoder on the source.
    EncodingSource,
    /// The denoising loop has begun.
    Denoising,
    /// Running the decoder.
    Decoding,
}

/// Hears about the progress of a run. Calls come between two pieces of work and should be short.
pub trait Observer {
    /// A stage has begun.
    fn stage(&mut self, stage: Stage);

    /// Step `step` (from 1) of the `steps` that run is done. There is a preview where the latents' colours are
    /// known.
    fn step(&mut self, step: usize, steps: usize, preview: Option<&Preview>);
}

/// An observer that looks away.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoObserver;

impl Observer for NoObserver {
    fn stage(&mut self, _stage: Stage) {}

    fn step(&mut self, _step: usize, _steps: usize, _preview: Option<&Preview>) {}
}
