//! The GPU's way.

use super::Shape;
use crate::{
    KernelError,
    gpu::{Buffer, Gpu, words},
    shader::{Kernel, Width},
};

pub(crate) fn run(gpu: &Gpu, x: &Buffer, shape: Shape) -> Result<Buffer, KernelError> {
    let Shape { batch, h, w, c, out_h, out_w } = shape;
    let width = Width::fitting(&[c]);
    let len = batch * out_h * out_w * c;
    let params = words([len / width.lanes(), c / width.lanes(), h, w, out_h, out_w])?;
    let kernel = Kernel::UpsampleNearest(width);
    gpu.dispatch_elementwise(kernel, &[x.binding()], &params, len, 256 * width.lanes())
}
