//! The GPU's way: a workgroup for each row.

use super::Shape;
use crate::{
    KernelError,
    gpu::{Buffer, Gpu, words},
    shader::Kernel,
};

pub(crate) fn run(
    gpu: &Gpu,
    x: &Buffer,
    affine: &Buffer,
    shape: Shape,
    eps: f32,
) -> Result<Buffer, KernelError> {
    let Shape { rows, channels } = shape;
    let params = [&words([rows, channels])?[..], &[eps.to_bits()]].concat();
    let inputs = [x.binding(), affine.binding()];
    gpu.dispatch_elementwise(Kernel::LayerNorm, &inputs, &params, rows * channels, channels)
}
