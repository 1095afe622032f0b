//! The GPU's way: one dispatch for small groups; for large ones statistics of channels over chunks of positions,
//! merged to groups, then applied.

use super::Shape;
use crate::{
    KernelError,
    gpu::{Buffer, Gpu, words},
    ops::Activation,
    shader::{Kernel, Threads, Width},
};

/// Values of a group that one workgroup reads alone.
const SMALL_GROUP: usize = 1 << 17;

/// Chunks per sample, at most. More would only give the second stage more to merge.
const MOST_CHUNKS: usize = 256;

/// Positions per chunk, at least.
const SMALLEST_CHUNK: usize = 32;

/// Channels of one workgroup of the first stage.
const BLOCK_CHANNELS: usize = 64;

pub(crate) fn run(
    gpu: &Gpu,
    x: &Buffer,
    affine: &Buffer,
    shape: Shape,
    eps: f32,
    silu: bool,
) -> Result<Buffer, KernelError> {
    if is_small(shape) {
        return small(gpu, [x, gpu.nothing(), affine], shape.channels, shape, eps, silu);
    }
    let statistics = statistics(gpu, x, shape, eps)?;
    apply(gpu, [x, &statistics, affine], shape, silu)
}

/// Whether one workgroup can take a group.
pub(crate) fn is_small(shape: Shape) -> bool {
    shape.positions * (shape.channels / shape.groups) <= SMALL_GROUP
}

/// The values, from their statistics `[batch, groups, 2]`.
pub(crate) fn apply(
    gpu: &Gpu,
    inputs: [&Buffer; 3],
    shape: Shape,
    silu: bool,
) -> Result<Buffer, KernelError> {
    let Shape { batch, positions, channels, groups } = shape;
    let activation = if silu { Activation::Silu } else { Activation::None };
    let width = Width::fitting(&[channels]);
    let lanes_per_position = channels / width.lanes();
    let lanes = batch * positions * lanes_per_position;
    let sizes = words([
        lanes,
        positions * lanes_per_position,
        lanes_per_position,
        channels / groups,
        groups,
        activation as usize,
    ])?;
    gpu.dispatch_elementwise(
        Kernel::GroupApply(width),
        &inputs.map(Buffer::binding),
        &sizes,
        lanes * width.lanes(),
        256 * width.lanes(),
    )
}

/// A workgroup for each group. Inputs: `own` channels, the others, scale and shift.
pub(crate) fn small(
    gpu: &Gpu,
    inputs: [&Buffer; 3],
    own: usize,
    shape: Shape,
    eps: f32,
    silu: bool,
) -> Result<Buffer, KernelError> {
    let Shape { batch, positions, channels, groups } = shape;
    let activation = if silu { Activation::Silu } else { Activation::None };
    let sizes = words([positions, channels, own, channels / groups, batch * groups, activation as usize])?;
    let params = [&sizes[..], &[eps.to_bits()]].concat();
    let inputs = inputs.map(Buffer::binding);
    let values = batch * positions * channels;
    let values_per_group = positions * (channels / groups);
    let kernel = Kernel::GroupNormSmall(Threads::fitting(values_per_group));
    gpu.dispatch_elementwise(kernel, &inputs, &params, values, values_per_group)
}

/// Mean and inverse deviation of each group: `[batch, groups, 2]`.
pub(crate) fn statistics(gpu: &Gpu, x: &Buffer, shape: Shape, eps: f32) -> Result<Buffer, KernelError> {
    let Shape { batch, positions, channels, groups } = shape;
    let chunk = positions.div_ceil(MOST_CHUNKS).max(SMALLEST_CHUNK);
    let chunks = positions.div_ceil(chunk);
    let blocks = channels.div_ceil(BLOCK_CHANNELS);
    let workgroups = batch * chunks * blocks;
    let sizes = words([positions, channels, chunk, chunks, blocks, workgroups])?;
    let partial = gpu.allocate(batch * chunks * channels * 2)?;
    gpu.dispatch_reduction(
        Kernel::GroupStatistics,
        &[x.binding()],
        &sizes,
        &partial,
        workgroups,
        batch * positions * channels,
    )?;
    let sizes = words([positions, channels, chunk, chunks, channels / groups, batch * groups])?;
    let params = [&sizes[..], &[eps.to_bits()]].concat();
    let out = gpu.allocate(batch * groups * 2)?;
    let read = batch * chunks * channels * 2;
    gpu.dispatch_reduction(Kernel::GroupMerge, &[partial.binding()], &params, &out, batch * groups, read)?;
    Ok(out)
}
