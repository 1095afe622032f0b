//! The GPU's way.

use super::Span;
use crate::{
    KernelError,
    gpu::{Buffer, Gpu, words},
    shader::{Kernel, Width},
};

pub(crate) fn run(gpu: &Gpu, x: &Buffer, Span { first, len }: Span) -> Result<Buffer, KernelError> {
    let width = Width::fitting(&[first, len]);
    let params = words([len / width.lanes(), first / width.lanes()])?;
    gpu.dispatch_elementwise(Kernel::Rows(width), &[x.binding()], &params, len, 256 * width.lanes())
}
