//! Scaled dot-product attention with several heads (Vaswani et al. 2017, arXiv:1706.03762).

mod cpu;
mod gpu;
#[cfg(test)]
mod tests;

use super::{
    Columns,
    dispatch::{dispatch, expect_shape, same_device},
};
use crate::{KernelError, Tensor};

const OP: &str = "attention";

/// Queries `[batch, tq, heads, head]`, keys and values `[batch, tk, heads, head]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) batch: usize,
    pub(crate) tq: usize,
    pub(crate) tk: usize,
    pub(crate) heads: usize,
    /// Values per head.
    pub(crate) head: usize,
    pub(crate) causal: bool,
}

/// `q: [b, tq, h*d], k: [b, tk, h*d], v: [b, tk, h*d] -> [b, tq, h*d]`: for each of the `heads`,
/// `softmax(q kᵀ / sqrt(d)) v`. With `causal`, a query sees the keys up to its own position only; then
/// `tq == tk`.
///
/// # Errors
/// [`KernelError::Shape`] when the shapes do not fit or `heads` does not divide the last axis, and
/// [`KernelError::OtherDevice`] when the operands live apart.
pub fn attention<'a>(
    q: impl Into<Columns<'a>>,
    k: impl Into<Columns<'a>>,
    v: impl Into<Columns<'a>>,
    heads: usize,
    causal: bool,
) -> Result<Tensor, KernelError> {
    let parts: [Columns<'a>; 3] = [q.into(), k.into(), v.into()];
    let shapes = parts.map(|part| part.shape());
    let [q_shape, k_shape, v_shape] = &shapes;
    let (&[batch, tq, channels], &[_, tk, _]) = (&q_shape[..], &k_shape[..]) else {
        return Err(KernelError::shape(OP, "q [b, tq, h*d] and k [b, tk, h*d]", (q_shape, k_shape)));
    };
    if heads == 0 || channels % heads != 0 {
        return Err(KernelError::shape(OP, "heads that divide the last axis", (heads, channels)));
    }
    if causal && tq != tk {
        return Err(KernelError::shape(OP, "as many queries as keys when causal", (tq, tk)));
    }
    expect_shape(OP, "k of shape", k_shape, &[batch, tk, channels])?;
    expect_shape(OP, "v of shape", v_shape, &[batch, tk, channels])?;
    let [device, ..] = parts.map(|part| part.tensor.device());
    same_device(OP, device, parts.map(|part| part.tensor.device()))?;
    let shape = Shape { batch, tq, tk, heads, head: channels / heads, causal };
    dispatch(
        device,
        q_shape,
        |cpu| {
            let [q, k, v] = parts.map(|part| part.gathered(cpu, OP));
            cpu::run(cpu, &q?, &k?, &v?, shape)
        },
        |gpu| gpu::run(gpu, parts, shape),
    )
}
