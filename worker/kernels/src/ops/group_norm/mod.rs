//! Group normalization (Wu and He 2018, arXiv:1803.08494), with SiLU behind it when asked.

mod cpu;
mod gpu;
#[cfg(test)]
mod tests;

use super::dispatch::{dispatch, expect_shape, same_device};
use crate::{KernelError, Tensor};

const OP: &str = "group_norm";

/// `[batch, positions, channels]`, with `channels / groups` neighbouring channels in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) batch: usize,
    pub(crate) positions: usize,
    pub(crate) channels: usize,
    pub(crate) groups: usize,
}

/// `x: [n, .., c], gamma: [c], beta: [c] -> [n, .., c]`. Mean and (biased) variance are taken over all positions
/// of a sample and the channels of a group: `(x - mean) / sqrt(variance + eps) * gamma + beta`, then SiLU if
/// `silu`.
///
/// # Errors
/// [`KernelError::Shape`] when the shapes do not fit or `groups` does not divide `c`, and
/// [`KernelError::OtherDevice`] when the operands live apart.
pub fn group_norm(
    x: &Tensor,
    groups: usize,
    eps: f32,
    gamma: &Tensor,
    beta: &Tensor,
    silu: bool,
) -> Result<Tensor, KernelError> {
    let &[batch, ref inner @ .., channels] = x.shape() else {
        return Err(KernelError::shape(OP, "x [n, .., c]", x.shape()));
    };
    if groups == 0 || channels % groups != 0 {
        return Err(KernelError::shape(OP, "groups that divide the channels", (groups, channels)));
    }
    expect_shape(OP, "gamma of shape", gamma, &[channels])?;
    expect_shape(OP, "beta of shape", beta, &[channels])?;
    same_device(OP, x.device(), [gamma.device(), beta.device()])?;
    let shape = Shape { batch, positions: inner.iter().product(), channels, groups };
    dispatch(
        x.device(),
        x.shape(),
        |cpu| cpu::run(cpu, x.array(OP)?, gamma.array(OP)?, beta.array(OP)?, shape, eps, silu),
        |gpu| gpu::run(gpu, x.buffer(OP)?, gamma.buffer(OP)?, beta.buffer(OP)?, shape, eps, silu),
    )
}
