//! The GPU's way: tiles of the product, see `matmul.wgsl`.

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
    let Shape { m, k, .. } = shape;
    gpu.product(&Product { x, weight, rows: m, inputs: k, windows: None, fused })
}
