//! The GPU's way: tiles of the product, see `linear.wgsl`.

use super::Shape;
use crate::{
    KernelError,
    gpu::{Buffer, Gpu, Product, Weight},
    ops::{Fused, Input},
};

pub(crate) fn run(
    gpu: &Gpu,
    input: Input<'_>,
    weight: &Weight,
    shape: Shape,
    fused: Fused<'_, Buffer>,
) -> Result<Buffer, KernelError> {
    let Shape { m, k, .. } = shape;
    gpu.product(&Product { input, weight, rows: m, inputs: k, windows: None, fused })
}
