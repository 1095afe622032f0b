//! Layer normalization (Ba, Kiros and Hinton 2016, arXiv:1607.06450) over the last axis.

mod cpu;
mod gpu;
#[cfg(test)]
mod tests;

use super::dispatch::{dispatch, expect_shape, same_device};
use crate::{KernelError, Tensor};

const OP: &str = "layer_norm";

/// `[rows, channels]`, each row normalized by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) rows: usize,
    pub(crate) channels: usize,
}

/// `x: [.., c], affine: [2, c] -> [.., c]`: `(x - mean) / sqrt(variance + eps) * affine[0] + affine[1]`, with the mean
/// and (biased) variance of each row.
///
/// # Errors
/// [`KernelError::Shape`] when the shapes do not fit, [`KernelError::OtherDevice`] when the operands live apart.
pub fn layer_norm(x: &Tensor, eps: f32, affine: &Tensor) -> Result<Tensor, KernelError> {
    let Some((&channels, outer)) = x.shape().split_last() else {
        return Err(KernelError::shape(OP, "x [.., c]", x.shape()));
    };
    expect_shape(OP, "a scale and shift of shape", affine.shape(), &[2, channels])?;
    same_device(OP, x.device(), [affine.device()])?;
    let shape = Shape { rows: outer.iter().product(), channels };
    dispatch(
        x.device(),
        x.shape(),
        |cpu| cpu::run(cpu, x.array(OP)?, affine.array(OP)?, shape, eps),
        |gpu| gpu::run(gpu, x.buffer(OP)?, affine.buffer(OP)?, shape, eps),
    )
}
