//! The GPU's way: tiles of queries that walk along the keys, see `attention.wgsl`.

use super::{OP, Shape};
use crate::{
    KernelError, Shape as Work,
    gpu::{Buffer, Cut, Gpu, Tiled, words},
    ops::Columns,
    shader::{Attention, Exchange, Kernel, Span, Width},
};

/// Slices of a head that is too large for one workgroup, in units of 16 values.
const SLICE_COLUMNS: u32 = 8;

pub(crate) fn run(gpu: &Gpu, [q, k, v]: [Columns<'_>; 3], shape: Shape) -> Result<Buffer, KernelError> {
    let Shape { batch, tq, tk, heads, head, causal } = shape;
    let is_aligned = |part: &Columns<'_>| part.width().is_multiple_of(4) && part.first.is_multiple_of(4);
    let form = form(tq, head, [q, k, v].iter().all(is_aligned));
    let slices = head.div_ceil(form.slice());
    let sizes = words([
        tq,
        tk,
        heads,
        head,
        slices,
        usize::from(causal),
        q.width(),
        q.first,
        k.width(),
        k.first,
        v.width(),
        v.first,
    ])?;
    let scale = (head as f32).sqrt().recip().to_bits();
    let [q, k, v] = [q, k, v].map(|part| part.tensor.buffer(OP));
    let inputs = [q?.binding(), k?.binding(), v?.binding()];
    let out = gpu.allocate(batch * tq * heads * head)?;
    let work = Work::Attention { heads: batch * heads, queries: tq, keys: tk, head };
    let cut = |kernel| {
        let queries = match kernel {
            Kernel::Attention(form) => form.queries(),
            _ => form.queries(),
        };
        Cut {
            tiles: batch * heads * slices * tq.div_ceil(queries),
            // In a browser sizes have 32 bits.
            flops_per_tile: 2 * queries as u64 * tk as u64 * (head + form.slice()) as u64,
        }
    };
    let words = [&[&sizes[..], &[scale]].concat()[..], &[]];
    let kernel = Kernel::Attention(form);
    gpu.dispatch_tiles(&Tiled { kernel, inputs: &inputs, out: &out, shape: work, cut: &cut, words })?;
    Ok(out)
}

/// A workgroup makes whole heads of up to 160 values, and slices of 128 of larger ones.
fn form(queries: usize, head: usize, rows_are_aligned: bool) -> Attention {
    let columns = u32::try_from(head.div_ceil(16)).unwrap_or(u32::MAX);
    let columns = if columns <= Attention::MOST_COLUMNS { columns } else { SLICE_COLUMNS };
    let width = if rows_are_aligned { Width::fitting(&[head]) } else { Width::One };
    let span = Span::Eight;
    let rows = Attention::rows_for(columns, span, queries);
    Attention { columns, rows, span, exchange: Exchange::Memory, width }
}
