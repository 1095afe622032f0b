//! The GPU's way. A vocabulary's table can be larger than the largest binding (CLIP-L's, in `f32`, is), so the
//! kernel sees one window of its rows at a time.

use std::num::NonZeroU64;

use wgpu::BufferBinding;

use crate::{
    KernelError, Shape,
    gpu::{Buffer, Dispatch, Gpu, Weight, words},
    parts::parts,
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
    for rows in parts(table.rows(), window) {
        let binding = BufferBinding {
            buffer: table.raw(),
            offset: table.bytes_of_rows(rows.start),
            size: NonZeroU64::new(table.bytes_of_rows(rows.len())),
        };
        let scales = table.scales();
        let has_scales = usize::from(scales.is_some());
        let params = words([ids.len(), channels, table.padded_inputs(), rows.start, rows.end, has_scales])?;
        gpu.dispatch(&Dispatch {
            kernel: Kernel::Embedding(table.dtype()),
            inputs: &[id_buffer.binding(), binding, scales.unwrap_or(gpu.nothing().binding())],
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
