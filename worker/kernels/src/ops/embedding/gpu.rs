//! The GPU's way. A vocabulary's table can be larger than the largest binding (CLIP-L's, in `f32`, is), so the
//! kernel sees one window of its rows at a time.

use std::num::NonZeroU64;

use wgpu::BufferBinding;

use crate::{
    KernelError, Shape,
    gpu::{Buffer, Dispatch, Gpu, Weight, words},
    shader::Kernel,
};

pub(crate) fn run(gpu: &Gpu, ids: &[u32], table: &Weight, channels: usize) -> Result<Buffer, KernelError> {
    run_in_windows(gpu, ids, table, channels, gpu.binding_limit_bytes())
}

/// Shows the kernel at most `limit_bytes` of the table at a time, where its rows allow it.
pub(super) fn run_in_windows(
    gpu: &Gpu,
    ids: &[u32],
    table: &Weight,
    channels: usize,
    limit_bytes: u64,
) -> Result<Buffer, KernelError> {
    let id_buffer = gpu.upload_words(ids)?;
    let out = gpu.allocate(ids.len() * channels)?;
    let window = table.window_rows(limit_bytes);
    let threads = ids.len() * channels.div_ceil(4);
    for first in (0..table.rows()).step_by(window) {
        let end = table.rows().min(first + window);
        let rows = BufferBinding {
            buffer: table.raw(),
            offset: table.bytes_of_rows(first),
            size: NonZeroU64::new(table.bytes_of_rows(end - first)),
        };
        let scales = table.scales();
        let params =
            words([ids.len(), channels, table.padded_inputs(), first, end, usize::from(scales.is_some())])?;
        gpu.dispatch(&Dispatch {
            kernel: Kernel::Embedding(table.dtype()),
            inputs: &[id_buffer.binding(), rows, scales.unwrap_or(gpu.nothing().binding())],
            out: &out,
            params: &params,
            workgroups: threads.div_ceil(256),
            flops: (threads * 400) as u64,
            shape: Shape::Values(ids.len() * channels),
            of_workgroups: threads.div_ceil(256),
        })?;
    }
    Ok(out)
}
