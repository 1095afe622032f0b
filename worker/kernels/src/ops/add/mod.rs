//! Sum of two tensors.

mod cpu;
mod gpu;
#[cfg(test)]
mod tests;

use super::dispatch::{dispatch, expect_shape, same_device};
use crate::{KernelError, Tensor};

const OP: &str = "add";

/// `a + b`, element by element. Both have the same shape.
///
/// # Errors
/// [`KernelError::Shape`] when they have not, [`KernelError::OtherDevice`] when they live apart.
pub fn add(a: &Tensor, b: &Tensor) -> Result<Tensor, KernelError> {
    expect_shape(OP, "b of shape", b.shape(), a.shape())?;
    same_device(OP, a.device(), [b.device()])?;
    dispatch(
        a.device(),
        a.shape(),
        |cpu| cpu::run(cpu, a.array(OP)?, b.array(OP)?),
        |gpu| gpu::run(gpu, a.buffer(OP)?, b.buffer(OP)?, a.len()),
    )
}
