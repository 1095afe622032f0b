//! Matrix product with a weight: `y = x wᵀ`, the linear layer.

mod cpu;
mod gpu;
#[cfg(test)]
mod tests;

use super::{
    Epilogue,
    dispatch::{dispatch, same_device},
};
use crate::{KernelError, Tensor, Weight};

pub(super) use cpu::run as on_cpu;

const OP: &str = "linear";

/// The product as the devices see it: `[m, k] x [n, k]ᵀ = [m, n]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) m: usize,
    pub(crate) n: usize,
    pub(crate) k: usize,
}

/// `x: [.., k], w: [n, k] -> [.., n]`, with `epilogue` fused behind it.
///
/// # Errors
/// [`KernelError::Shape`] when the shapes do not fit, [`KernelError::OtherDevice`] when the operands live apart.
pub fn linear(x: &Tensor, w: &Weight, epilogue: Epilogue<'_>) -> Result<Tensor, KernelError> {
    let (Some((&features, outer)), &[n, k]) = (x.shape().split_last(), w.shape()) else {
        return Err(KernelError::shape(OP, "x [.., k] and w [n, k]", (x.shape(), w.shape())));
    };
    if features != k {
        return Err(KernelError::shape(OP, "the same k in x [.., k] and w [n, k]", (x.shape(), w.shape())));
    }
    let m: usize = outer.iter().product();
    let out = [outer, &[n]].concat();
    same_device(OP, x.device(), [w.device()])?;
    epilogue.check(OP, x.device(), &out)?;
    let shape = Shape { m, n, k };
    let rows_per_sample = m / outer.first().copied().unwrap_or(1);
    dispatch(
        x.device(),
        &out,
        |cpu| {
            let fused = epilogue.fused(rows_per_sample, |tensor| tensor.array(OP))?;
            cpu::run(cpu, x.array(OP)?, w.on_cpu(OP)?, shape, fused)
        },
        |gpu| {
            let fused = epilogue.fused(rows_per_sample, |tensor| tensor.buffer(OP))?;
            gpu::run(gpu, x.buffer(OP)?, w.on_gpu(OP)?, shape, fused)
        },
    )
}
