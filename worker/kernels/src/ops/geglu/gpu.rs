//! The GPU's way.

use super::Shape;
use crate::{
    KernelError,
    gpu::{Buffer, Gpu, words},
    shader::{Kernel, Width},
};

pub(crate) fn run(gpu: &Gpu, x: &Buffer, shape: Shape) -> Result<Buffer, KernelError> {
    let Shape { rows, half } = shape;
    let width = Width::fitting(&[half]);
    let params = words([rows * half / width.lanes(), half / width.lanes()])?;
    let kernel = Kernel::Geglu(width);
    gpu.dispatch_elementwise(kernel, &[x.binding()], &params, rows * half, 256 * width.lanes())
}
