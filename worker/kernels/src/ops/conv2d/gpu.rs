//! The GPU's way: a matrix product whose rows are windows of the picture, see `conv2d.wgsl`, `patch.wgsl` and
//! `winograd.wgsl`.

use super::Shape;
use crate::{
    KernelError,
    gpu::{Buffer, Gpu, Product, Weight, Windows},
    ops::{Fused, Input},
};

pub(crate) fn run(
    gpu: &Gpu,
    input: Input<'_>,
    weight: &Weight,
    shape: Shape,
    fused: Fused<'_, Buffer>,
) -> Result<Buffer, KernelError> {
    let Shape { batch, h, w, i, kh, kw, stride, padding, ho, wo, .. } = shape;
    let [top, left, ..] = padding;
    let source = match *input.x.shape() {
        [_, height, width, _] => [height, width],
        _ => [h, w],
    };
    let is_pointwise = (kh, kw, stride, padding) == (1, 1, 1, [0; 4]) && source == [h, w];
    let windows = Windows {
        input: source,
        grown: [h, w],
        output: [ho, wo],
        filter: [kh, kw],
        stride,
        before: [top, left],
    };
    let windows = (!is_pointwise).then_some(windows);
    gpu.product(&Product { input, weight, rows: batch * ho * wo, inputs: i, windows, fused })
}
