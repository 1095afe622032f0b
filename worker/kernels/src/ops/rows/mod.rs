//! Cuts pictures into rows and joins them again, so that a large one can be worked on in strips.

mod cpu;
mod gpu;
#[cfg(test)]
mod tests;

use super::{concat_channels, dispatch::dispatch};
use crate::{KernelError, Tensor};

const OP: &str = "rows";

/// `len` values from `first` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) first: usize,
    pub(crate) len: usize,
}

/// `x: [1, h, w, c] -> [1, count, w, c]`, the rows from `first` on.
///
/// # Errors
/// [`KernelError::Shape`] when `x` is no single picture, or has no such rows.
pub fn rows(x: &Tensor, first: usize, count: usize) -> Result<Tensor, KernelError> {
    let &[1, h, w, c] = x.shape() else {
        return Err(KernelError::shape(OP, "x [1, h, w, c]", x.shape()));
    };
    if count == 0 || first.checked_add(count).is_none_or(|end| end > h) {
        return Err(KernelError::shape(OP, format!("some of {h} rows"), (first, count)));
    }
    let span = Span { first: first * w * c, len: count * w * c };
    dispatch(
        x.device(),
        &[1, count, w, c],
        |cpu| cpu::run(cpu, x.array(OP)?, span),
        |gpu| gpu::run(gpu, x.buffer(OP)?, span),
    )
}

/// `above: [1, ha, w, c], below: [1, hb, w, c] -> [1, ha + hb, w, c]`.
///
/// # Errors
/// [`KernelError::Shape`] when they are no single pictures of one width, [`KernelError::OtherDevice`] when the
/// operands live apart.
pub fn join_rows(above: &Tensor, below: &Tensor) -> Result<Tensor, KernelError> {
    match (above.shape(), below.shape()) {
        (&[1, ha, w, c], &[1, hb, wb, cb]) if (w, c) == (wb, cb) => {
            // Single pictures lie in memory row by row, so that joined rows are joined values.
            let (above, below) = (above.reshape(&[1, ha * w * c])?, below.reshape(&[1, hb * w * c])?);
            concat_channels(&above, &below)?.reshape(&[1, ha + hb, w, c])
        }
        shapes => Err(KernelError::shape(OP, "above [1, ha, w, c] and below [1, hb, w, c]", shapes)),
    }
}
