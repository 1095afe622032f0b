//! Group normalization (Wu and He 2018, arXiv:1803.08494), with SiLU behind it when asked.

mod cpu;
mod gpu;
#[cfg(test)]
mod tests;

use super::{
    Input, concat_channels,
    dispatch::{dispatch, expect_shape, same_device},
};
use crate::{Device, KernelError, Tensor};

const OP: &str = "group_norm";

/// `[batch, positions, channels]`, with `channels / groups` neighbouring channels in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) batch: usize,
    pub(crate) positions: usize,
    pub(crate) channels: usize,
    pub(crate) groups: usize,
}

/// `x: [n, .., c], affine: [2, c] -> [n, .., c]`. Mean and (biased) variance are taken over all positions of a sample
/// and the channels of a group: `(x - mean) / sqrt(variance + eps) * affine[0] + affine[1]`, then SiLU if `silu`.
///
/// # Errors
/// [`KernelError::Shape`] when the shapes do not fit or `groups` does not divide `c`, and
/// [`KernelError::OtherDevice`] when the operands live apart.
pub fn group_norm(
    x: &Tensor,
    groups: usize,
    eps: f32,
    affine: &Tensor,
    silu: bool,
) -> Result<Tensor, KernelError> {
    of_two(x, None, groups, eps, affine, silu)
}

/// As [`group_norm`], of the channels of `x` and those of `beside` behind them: both come out in one tensor.
pub(super) fn of_two(
    x: &Tensor,
    beside: Option<&Tensor>,
    groups: usize,
    eps: f32,
    affine: &Tensor,
    silu: bool,
) -> Result<Tensor, KernelError> {
    let out = Input { beside, ..Input::from(x) }.shape();
    let shape = checked_shape(&out, groups)?;
    check_affine(x.device(), shape.channels, affine)?;
    let joined = || match beside {
        Some(beside) => concat_channels(x, beside),
        None => Ok(x.clone()),
    };
    dispatch(
        x.device(),
        &out,
        |cpu| cpu::run(cpu, joined()?.array(OP)?, affine.array(OP)?, shape, eps, silu),
        |gpu| match beside {
            Some(beside) if gpu::is_small(shape) => {
                let own = shape.channels - beside.shape().last().copied().unwrap_or_default();
                let inputs = [x.buffer(OP)?, beside.buffer(OP)?, affine.buffer(OP)?];
                gpu::small(gpu, inputs, own, shape, eps, silu)
            }
            _ => gpu::run(gpu, joined()?.buffer(OP)?, affine.buffer(OP)?, shape, eps, silu),
        },
    )
}

/// `x: [n, .., c] -> [n, groups, 2]`: of each group the mean and `1 / sqrt(variance + eps)`, as [`group_norm`] takes
/// them, for [`group_norm_by`].
///
/// # Errors
/// [`KernelError::Shape`] when `groups` does not divide `c`.
pub fn group_statistics(x: &Tensor, groups: usize, eps: f32) -> Result<Tensor, KernelError> {
    let shape = checked_shape(x.shape(), groups)?;
    dispatch(
        x.device(),
        &[shape.batch, groups, 2],
        |cpu| cpu::statistics_of(cpu, x.array(OP)?, shape, eps),
        |gpu| gpu::statistics(gpu, x.buffer(OP)?, shape, eps),
    )
}

/// As [`group_norm`], with statistics `[n, groups, 2]` of its groups (mean and inverse deviation) that were taken
/// elsewhere, such as over a larger picture that `x` is a part of.
///
/// # Errors
/// As for [`group_norm`].
pub fn group_norm_by(
    x: &Tensor,
    statistics: &Tensor,
    affine: &Tensor,
    silu: bool,
) -> Result<Tensor, KernelError> {
    let &[_, groups, 2] = statistics.shape() else {
        return Err(KernelError::shape(OP, "statistics [n, groups, 2]", statistics.shape()));
    };
    let shape = checked_shape(x.shape(), groups)?;
    expect_shape(OP, "statistics of shape", statistics.shape(), &[shape.batch, groups, 2])?;
    check_affine(x.device(), shape.channels, affine)?;
    same_device(OP, x.device(), [statistics.device()])?;
    dispatch(
        x.device(),
        x.shape(),
        |cpu| {
            let inputs = [x.array(OP)?, statistics.array(OP)?, affine.array(OP)?];
            cpu::run_by(cpu, inputs, shape, silu)
        },
        |gpu| {
            let inputs = [x.buffer(OP)?, statistics.buffer(OP)?, affine.buffer(OP)?];
            gpu::apply(gpu, inputs, shape, silu)
        },
    )
}

fn checked_shape(x: &[usize], groups: usize) -> Result<Shape, KernelError> {
    let &[batch, ref inner @ .., channels] = x else {
        return Err(KernelError::shape(OP, "x [n, .., c]", x));
    };
    if groups == 0 || channels % groups != 0 {
        return Err(KernelError::shape(OP, "groups that divide the channels", (groups, channels)));
    }
    Ok(Shape { batch, positions: inner.iter().product(), channels, groups })
}

/// Checks the learned scale and shift, one of each per channel.
fn check_affine(device: &Device, channels: usize, affine: &Tensor) -> Result<(), KernelError> {
    expect_shape(OP, "a scale and shift of shape", affine.shape(), &[2, channels])?;
    same_device(OP, device, [affine.device()])
}
