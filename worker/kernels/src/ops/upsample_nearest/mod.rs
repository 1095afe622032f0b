//! Enlarges pictures by repeating pixels.

mod cpu;
mod gpu;
#[cfg(test)]
mod tests;

use super::dispatch::dispatch;
use crate::{KernelError, Tensor, tensor::checked_len};

const OP: &str = "upsample_nearest";

/// `[batch, h, w, c] -> [batch, out_h, out_w, c]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) batch: usize,
    pub(crate) h: usize,
    pub(crate) w: usize,
    pub(crate) c: usize,
    pub(crate) out_h: usize,
    pub(crate) out_w: usize,
}

/// `x: [n, h, w, c] -> [n, out_h, out_w, c]`. Output row `y` is input row `floor(y * h / out_h)`, and columns
/// likewise.
///
/// # Errors
/// [`KernelError::Shape`] when `x` is no picture or the output has no size.
pub fn upsample_nearest(x: &Tensor, out_h: usize, out_w: usize) -> Result<Tensor, KernelError> {
    let &[batch, h, w, c] = x.shape() else {
        return Err(KernelError::shape(OP, "x [n, h, w, c]", x.shape()));
    };
    checked_len(OP, &[batch, out_h, out_w, c])?;
    let shape = Shape { batch, h, w, c, out_h, out_w };
    dispatch(
        x.device(),
        &[batch, out_h, out_w, c],
        |cpu| cpu::run(cpu, x.array(OP)?, shape),
        |gpu| gpu::run(gpu, x.buffer(OP)?, shape),
    )
}
