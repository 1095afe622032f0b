//! The CPU's way: patches of the picture become rows of a matrix (im2col), a strip at a time, and are
//! multiplied with the filter.

use std::ops::Range;

use candle_core::Tensor;

use super::{Shape, winograd};
use crate::{
    KernelError,
    cpu::{Array, Cpu, Weight, epilogue::Epilogue, view},
    ops::{Fused, linear},
    parts::parts,
};

/// Ceiling for the patches of one strip. The whole matrix would take `kh * kw` times the picture.
const STRIP_BYTES: usize = 16 << 20;

pub(crate) fn run(
    cpu: &Cpu,
    x: &Array,
    w: &Weight,
    shape: Shape,
    fused: Fused<'_, Array>,
) -> Result<Array, KernelError> {
    let Shape { batch, o, ho, wo, .. } = shape;
    let (m, k) = (batch * ho * wo, shape.kh * shape.kw * shape.i);
    if shape.is_pointwise() {
        return linear::on_cpu(cpu, x, w, linear::Shape { m, n: o, k }, fused);
    }
    let epilogue = Epilogue::new(&fused)?;
    if winograd::serves(&shape) {
        let mut out = winograd::run(&x.view()?, w, shape)?;
        epilogue.apply(0, o, &mut out);
        return cpu.array(out);
    }
    let (x, filter) = (x.view()?, w.factor(o, k)?);
    let strip = (STRIP_BYTES / (k * size_of::<f32>())).clamp(1, m);
    let mut out = Vec::with_capacity(m * o);
    for rows in parts(m, strip) {
        let patches = patches(&x, shape, rows.clone());
        let patches = Tensor::from_vec(patches, (rows.len(), k), &candle_core::Device::Cpu)?;
        let product = filter.product(&patches)?;
        let start = out.len();
        out.extend_from_slice(&view(&product)?);
        epilogue.apply(rows.start, o, &mut out[start..]);
    }
    cpu.array(out)
}

impl Shape {
    /// True when every output pixel depends on the one input pixel below it.
    fn is_pointwise(&self) -> bool {
        self.kh == 1 && self.kw == 1 && self.stride == 1 && self.padding == [0; 4]
    }
}

/// Some rows of the patch matrix `[batch * ho * wo, kh * kw * i]`.
fn patches(x: &[f32], shape: Shape, rows: Range<usize>) -> Vec<f32> {
    let Shape { h, w, i, kh, kw, stride, padding: [top, left, ..], ho, wo, .. } = shape;
    let mut out = vec![0.0; rows.len() * kh * kw * i];
    for (row, patch) in rows.zip(out.chunks_exact_mut(kh * kw * i)) {
        let (sample, y, x_out) = (row / (ho * wo), row / wo % ho, row % wo);
        let columns = inside(x_out * stride, left, kw, w);
        if columns.is_empty() {
            continue;
        }
        for tap_y in inside(y * stride, top, kh, h) {
            let source = (sample * h + y * stride + tap_y - top) * w + x_out * stride + columns.start - left;
            let len = columns.len() * i;
            patch[(tap_y * kw + columns.start) * i..][..len].copy_from_slice(&x[source * i..][..len]);
        }
    }
    out
}

/// Which taps of a filter that starts at `start - padding` lie inside `0..size`. The others meet zeros.
fn inside(start: usize, padding: usize, taps: usize, size: usize) -> Range<usize> {
    let begin = padding.saturating_sub(start).min(taps);
    let end = (size + padding).saturating_sub(start).min(taps);
    begin..end.max(begin)
}
