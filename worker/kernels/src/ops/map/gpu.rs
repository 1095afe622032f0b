//! The GPU's way.

use super::Map;
use crate::{
    KernelError,
    gpu::{Buffer, Gpu, words},
    shader::Kernel,
};

/// Numbers of the functions that are no activations, as in `map.wgsl`.
const TANH_CLAMP: u32 = 16;
const SCALE_SHIFT: u32 = 17;

pub(crate) fn run(gpu: &Gpu, x: &Buffer, len: usize, function: Map) -> Result<Buffer, KernelError> {
    let (number, scale, shift) = match function {
        Map::Activation(activation) => (activation as u32, 1.0, 0.0),
        Map::TanhClamp { limit } => (TANH_CLAMP, limit, 0.0),
        Map::ScaleShift { scale, shift } => (SCALE_SHIFT, scale, shift),
    };
    // Buffers end on whole vectors, so every length is a number of lanes of four.
    let [lanes] = words([len.div_ceil(4)])?;
    let params = [lanes, number, scale.to_bits(), shift.to_bits()];
    gpu.dispatch_elementwise(Kernel::Map, &[x.binding()], &params, len, 1024)
}
