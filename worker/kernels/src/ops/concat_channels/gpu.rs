//! The GPU's way.

use super::Shape;
use crate::{
    KernelError,
    gpu::{Buffer, Gpu, words},
    shader::{Kernel, Width},
};

pub(crate) fn run(gpu: &Gpu, a: &Buffer, b: &Buffer, shape: Shape) -> Result<Buffer, KernelError> {
    let width = Width::fitting(&[shape.a, shape.b]);
    let len = shape.rows * (shape.a + shape.b);
    let params = words([len / width.lanes(), shape.a / width.lanes(), shape.b / width.lanes()])?;
    let kernel = Kernel::ConcatChannels(width);
    gpu.dispatch_elementwise(kernel, &[a.binding(), b.binding()], &params, len, 256 * width.lanes())
}
