//! The GPU's way: a matrix product whose rows are windows of the picture, see `conv2d.wgsl`.

use super::Shape;
use crate::{
    KernelError,
    gpu::{Buffer, Gpu, Product, Weight},
    ops::Fused,
};

pub(crate) fn run(
    gpu: &Gpu,
    x: &Buffer,
    weight: &Weight,
    shape: Shape,
    fused: Fused<'_, Buffer>,
) -> Result<Buffer, KernelError> {
    let Shape { batch, h, w, i, kh, kw, stride, padding, ho, wo, .. } = shape;
    let [top, left, ..] = padding;
    let is_pointwise = (kh, kw, stride, padding) == (1, 1, 1, [0; 4]);
    let windows = (!is_pointwise).then_some([h, w, ho, wo, kw, stride, top, left]);
    gpu.product(&Product { x, weight, rows: batch * ho * wo, inputs: i, windows, fused })
}
