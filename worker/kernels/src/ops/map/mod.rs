//! Functions of one value, applied to every element.

mod cpu;
mod gpu;
#[cfg(test)]
mod tests;

use super::{Activation, dispatch::dispatch};
use crate::{KernelError, Tensor};

const OP: &str = "map";

/// The function to apply.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Map {
    Activation(Activation),
    /// `tanh(x / limit) * limit`
    TanhClamp {
        limit: f32,
    },
    /// `x * scale + shift`
    ScaleShift {
        scale: f32,
        shift: f32,
    },
}

/// Applies `function` to each element of `x`, which may have any shape.
///
/// # Errors
/// Only the device's own: no memory, or lost.
pub fn activation(x: &Tensor, function: Activation) -> Result<Tensor, KernelError> {
    map(x, Map::Activation(function))
}

/// `tanh(x / limit) * limit`: holds values softly within `-limit..limit`, as the tiny autoencoder (TAESD) does
/// with latents before it decodes them.
///
/// # Errors
/// Only the device's own: no memory, or lost.
pub fn tanh_clamp(x: &Tensor, limit: f32) -> Result<Tensor, KernelError> {
    map(x, Map::TanhClamp { limit })
}

/// `x * scale + shift` for each element.
///
/// # Errors
/// Only the device's own: no memory, or lost.
pub fn scale_shift(x: &Tensor, scale: f32, shift: f32) -> Result<Tensor, KernelError> {
    map(x, Map::ScaleShift { scale, shift })
}

fn map(x: &Tensor, function: Map) -> Result<Tensor, KernelError> {
    dispatch(
        x.device(),
        x.shape(),
        |cpu| cpu::run(cpu, x.array(OP)?, function),
        |gpu| gpu::run(gpu, x.buffer(OP)?, x.len(), function),
    )
}
