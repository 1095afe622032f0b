//! GEGLU, the gated feed-forward activation (Shazeer 2020, arXiv:2002.05202).

mod cpu;
mod gpu;
#[cfg(test)]
mod tests;

use super::dispatch::dispatch;
use crate::{KernelError, Tensor};

pub(crate) use cpu::run as on_cpu;
pub(crate) use gpu::run as on_gpu;

const OP: &str = "geglu";

/// Rows of `2 * half` values in, `half` out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) rows: usize,
    pub(crate) half: usize,
}

/// `x: [.., 2c] -> [.., c]`: the first half of each row times the exact GELU of the second.
///
/// # Errors
/// [`KernelError::Shape`] when the last axis is odd.
pub fn geglu(x: &Tensor) -> Result<Tensor, KernelError> {
    let Some((&width, outer)) = x.shape().split_last().filter(|&(width, _)| width % 2 == 0) else {
        return Err(KernelError::shape(OP, "x [.., 2c]", x.shape()));
    };
    let shape = Shape { rows: outer.iter().product(), half: width / 2 };
    dispatch(
        x.device(),
        &[outer, &[shape.half]].concat(),
        |cpu| cpu::run(cpu, x.array(OP)?, shape),
        |gpu| gpu::run(gpu, x.buffer(OP)?, shape),
    )
}
