//! Matrix product with a weight: `y = x wᵀ`, the linear layer.

mod cpu;
mod gpu;
#[cfg(test)]
mod tests;

use std::cell::OnceCell;

use super::{
    Epilogue, Input,
    dispatch::{dispatch, same_device},
    geglu,
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

/// `input: [.., k], w: [n, k] -> [.., n]`, with `epilogue` fused behind it.
///
/// # Errors
/// [`KernelError::Shape`] when the shapes do not fit, [`KernelError::OtherDevice`] when the operands live apart.
pub fn linear<'a>(
    input: impl Into<Input<'a>>,
    w: &Weight,
    epilogue: Epilogue<'_>,
) -> Result<Tensor, KernelError> {
    let input = input.into();
    let x = input.shape();
    let (Some((&features, outer)), &[n, k]) = (x.split_last(), w.shape()) else {
        return Err(KernelError::shape(OP, "x [.., k] and w [n, k]", (x, w.shape())));
    };
    if features != k || input.grown.is_some() {
        return Err(KernelError::shape(OP, "the same k in x [.., k] and w [n, k]", (&x, w.shape())));
    }
    let m: usize = outer.iter().product();
    let product = [outer, &[n]].concat();
    let device = input.device();
    input.check(OP)?;
    same_device(OP, device, [w.device()])?;
    epilogue.check(OP, device, &product)?;
    let shape = Shape { m, n, k };
    let rows_per_sample = m / outer.first().copied().unwrap_or(1);
    dispatch(
        device,
        &epilogue.out_shape(&product),
        |cpu| {
            let (x, gathered) = (input.prepared()?, OnceCell::new());
            let fused = epilogue.on_cpu(cpu, OP, rows_per_sample, &gathered)?;
            let out = cpu::run(cpu, x.array(OP)?, w.on_cpu(OP)?, shape, fused)?;
            if epilogue.gated {
                geglu::on_cpu(cpu, &out, geglu::Shape { rows: m, half: n / 2 })
            } else {
                Ok(out)
            }
        },
        |gpu| {
            let fused = epilogue.on_gpu(OP, rows_per_sample)?;
            gpu::run(gpu, input, w.on_gpu(OP)?, shape, fused)
        },
    )
}
