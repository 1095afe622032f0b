//! The GPU's way. A vocabulary's table can be larger than the largest binding (CLIP-L's, in `f32`, is), so the
//! kernel sees one window of its rows at a time.

use std::num::NonZeroU64;

use wgpu::BufferBinding;

use crate::{
    KernelError,
    gpu::{Buffer, Dispatch, Gpu, Weight, words},
    shader::Kernel,
};

/// Rows are 16 elements of one byte or more long, so windows that begin at a multiple of 16 rows begin at a multiple
/// of 256 bytes, as bindings must.
const ROW_ALIGNMENT: usize = 16;

pub(crate) fn run(gpu: &Gpu, ids: &[u32], table: &Weight, channels: usize) -> Result<Buffer, KernelError> {
    let id_buffer = gpu.upload_words(ids)?;
    let out = gpu.allocate(ids.len() * channels)?;
    let visible_rows = gpu.binding_limit_bytes() as usize / table.row_bytes();
    let window = (visible_rows / ROW_ALIGNMENT * ROW_ALIGNMENT).max(ROW_ALIGNMENT);
    let threads = ids.len() * channels.div_ceil(4);
    for first in (0..table.rows()).step_by(window) {
        let end = table.rows().min(first + window);
        let rows = BufferBinding {
            buffer: table.raw(),
            offset: (first * table.row_bytes()) as u64,
            size: NonZeroU64::new(((end - first) * table.row_bytes()) as u64),
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
        })?;
    }
    Ok(out)
}
