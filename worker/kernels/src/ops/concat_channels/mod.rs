//! Joins the channels of two tensors, as a U-Net does with its skip connections.

mod cpu;
mod gpu;
#[cfg(test)]
mod tests;

use super::dispatch::{dispatch, same_device};
use crate::{KernelError, Tensor};

const OP: &str = "concat_channels";

/// Rows of `a` values and rows of `b` values become rows of `a + b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) rows: usize,
    pub(crate) a: usize,
    pub(crate) b: usize,
}

/// `a: [.., ca], b: [.., cb] -> [.., ca + cb]`; all axes but the last agree.
///
/// # Errors
/// [`KernelError::Shape`] when they do not, [`KernelError::OtherDevice`] when the operands live apart.
pub fn concat_channels(a: &Tensor, b: &Tensor) -> Result<Tensor, KernelError> {
    let shapes = (a.shape(), b.shape());
    let (Some((&a_channels, outer)), Some((&b_channels, b_outer))) =
        (shapes.0.split_last(), shapes.1.split_last())
    else {
        return Err(KernelError::shape(OP, "a [.., ca] and b [.., cb]", shapes));
    };
    if outer != b_outer {
        return Err(KernelError::shape(OP, "shapes that differ in the last axis only", shapes));
    }
    same_device(OP, a.device(), [b.device()])?;
    let shape = Shape { rows: outer.iter().product(), a: a_channels, b: b_channels };
    dispatch(
        a.device(),
        &[outer, &[a_channels + b_channels]].concat(),
        |cpu| cpu::run(cpu, a.array(OP)?, b.array(OP)?, shape),
        |gpu| gpu::run(gpu, a.buffer(OP)?, b.buffer(OP)?, shape),
    )
}
