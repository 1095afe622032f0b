//! 3x3 convolutions that keep the size, on the CPU, by Winograd's minimal filtering F(4x4, 3x3): 36 products for each 144 of
//! the definition.
//!
//! Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016: for every 4 x 4 outputs Y, with the 6 x 6
//! inputs d that they depend on (a window) and the 3 x 3 filter g of one channel,
//!
//! ```text
//! Y = At [sum over channels (G g Gt) * (Bt d B)] A,
//! ```
//!
//! where `*` multiplies 6 x 6 components one by one, so that each component is a matrix product of its own, of windows and
//! filters along the channels: candle's. Filters are transformed at each use, since that takes little beside the products,
//! and keeping them would take four times their memory.

#[cfg(test)]
mod tests;
mod transforms;

use std::ops::Range;

use candle_core::Tensor;

use super::Shape;
use crate::{
    KernelError,
    cpu::{
        Weight,
        lanes::{LANES, f32x4, load, store},
        view,
    },
};

use transforms::{along_both, of_filter, of_inputs, of_sums};

/// Outputs of a window along each direction, and inputs.
const OUTPUTS: usize = 4;
const INPUTS: usize = 6;
const COMPONENTS: usize = INPUTS * INPUTS;

/// Ceiling for the transformed filters of one strip, and for its transformed windows, so that they are still near when they
/// are multiplied.
const STRIP_BYTES: usize = 2 << 20;

/// Ceiling for the windows where filters take several strips, which are transformed anew for each strip of windows.
const MOST_WINDOW_BYTES: usize = 16 << 20;

/// Fewer channels make products too thin to be quick.
const FEWEST_CHANNELS: usize = 16;

/// Fewer windows do not repay the transform of the filters.
const FEWEST_WINDOWS: usize = 8;

/// The windows of a batch of pictures: samples, then rows, then columns of them.
struct Windows<'a> {
    x: &'a [f32],
    shape: Shape,
    down: usize,
    across: usize,
}

impl<'a> Windows<'a> {
    fn new(x: &'a [f32], shape: Shape) -> Self {
        let [down, across] = [shape.ho, shape.wo].map(|size| size.div_ceil(OUTPUTS));
        Self { x, shape, down, across }
    }

    fn count(&self) -> usize {
        self.shape.batch * self.down * self.across
    }

    /// Sample, and the first row and column of outputs.
    fn place(&self, window: usize) -> [usize; 3] {
        let Self { down, across, .. } = *self;
        [window / (down * across), window / across % down * OUTPUTS, window % across * OUTPUTS]
    }

    /// Some channels of the pixel at `y - 1`, `x - 1`.
    #[inline(always)]
    fn pixel(&self, [sample, y, x]: [usize; 3], channel: usize) -> f32x4 {
        let Shape { h, w, i, .. } = self.shape;
        if y == 0 || y > h || x == 0 || x > w {
            return f32x4::ZERO;
        }
        let begin = ((sample * h + y - 1) * w + x - 1) * i;
        load(&self.x[begin + channel..begin + i])
    }

    /// `Bt d B` of `count` windows: `[count, COMPONENTS, i]`.
    fn transformed(&self, first: usize, count: usize) -> Result<Tensor, KernelError> {
        let i = self.shape.i;
        let mut out = vec![0.0; count * COMPONENTS * i];
        for (window, out) in (first..).zip(out.chunks_exact_mut(COMPONENTS * i)) {
            let [sample, y, x] = self.place(window);
            for channel in (0..i).step_by(LANES) {
                let d = std::array::from_fn(|row| {
                    std::array::from_fn(|column| self.pixel([sample, y + row, x + column], channel))
                });
                store_components(&along_both(&d, of_inputs), channel, out);
            }
        }
        tensor(out, [count, COMPONENTS, i])
    }

    /// `At m A` of windows from `first` on, for some `columns` of all channels: `sums` are `[COMPONENTS, count, columns]`.
    fn store_outputs(&self, first: usize, sums: &[f32], columns: &Range<usize>, out: &mut [f32]) {
        let Shape { o, ho, wo, .. } = self.shape;
        let len = columns.len();
        let step = sums.len() / COMPONENTS;
        for window in 0..step / len {
            let [sample, y, x] = self.place(first + window);
            for channel in (0..len).step_by(LANES) {
                let sum = |component: usize| load(&sums[component * step + window * len..][channel..len]);
                let m = std::array::from_fn(|column| std::array::from_fn(|row| sum(column * INPUTS + row)));
                let outputs = along_both(&m, of_sums);
                for (y, row) in (y..ho).zip(&outputs) {
                    for (x, output) in (x..wo).zip(row) {
                        let begin = ((sample * ho + y) * wo + x) * o;
                        store(*output, &mut out[begin + columns.start + channel..begin + columns.end]);
                    }
                }
            }
        }
    }
}

/// Stores some channels of all components, of which each has as much of `out`.
#[inline(always)]
fn store_components(components: &[[f32x4; INPUTS]; INPUTS], channel: usize, out: &mut [f32]) {
    let channels = out.len() / COMPONENTS;
    for (component, out) in components.as_flattened().iter().zip(out.chunks_exact_mut(channels)) {
        store(*component, &mut out[channel..]);
    }
}

fn tensor(values: Vec<f32>, shape: [usize; 3]) -> Result<Tensor, KernelError> {
    Ok(Tensor::from_vec(values, &shape, &candle_core::Device::Cpu)?)
}

/// `G g Gt` of filters `[count, 9, i]`: `[count, COMPONENTS, i]`.
fn transformed_filters(filters: &[f32], i: usize) -> Result<Tensor, KernelError> {
    let count = filters.len() / (9 * i);
    let mut out = vec![0.0; count * COMPONENTS * i];
    for (filter, out) in filters.chunks_exact(9 * i).zip(out.chunks_exact_mut(COMPONENTS * i)) {
        for channel in (0..i).step_by(LANES) {
            let tap = |tap: usize| load(&filter[tap * i..][channel..i]);
            let g = std::array::from_fn(|row| std::array::from_fn(|column| tap(row * 3 + column)));
            store_components(&along_both(&g, of_filter), channel, out);
        }
    }
    tensor(out, [count, COMPONENTS, i])
}

/// Whether this is a way to compute the convolution, and repays its transforms. In a browser, where a product takes several
/// times as long as natively and a transform the same, it does from few windows on; natively it seldom does.
pub(super) fn serves(shape: &Shape) -> bool {
    cfg!(target_arch = "wasm32") && fits(shape)
}

fn fits(shape: &Shape) -> bool {
    let Shape { batch, i, o, kh, kw, stride, padding, ho, wo, .. } = *shape;
    let keeps_size = (kh, kw, stride, padding) == (3, 3, 1, [1; 4]);
    let windows = batch * ho.div_ceil(OUTPUTS) * wo.div_ceil(OUTPUTS);
    // Windows may hang over the edges by as much as they lie inside.
    let are_inside = batch * ho * wo * 2 >= windows * OUTPUTS * OUTPUTS;
    keeps_size && are_inside && windows >= FEWEST_WINDOWS && i.min(o) >= FEWEST_CHANNELS
}

/// The convolution without what is fused behind it, `[batch, ho, wo, o]`.
pub(super) fn run(x: &[f32], w: &Weight, shape: Shape) -> Result<Vec<f32>, KernelError> {
    let Shape { batch, i, o, ho, wo, .. } = shape;
    let windows = Windows::new(x, shape);
    let mut out = vec![0.0; batch * ho * wo * o];
    let filters = |columns: Range<usize>| -> Result<Tensor, KernelError> {
        let transformed = w.with_rows(columns, 9 * i, |rows| transformed_filters(rows, i))??;
        Ok(transformed.permute((1, 2, 0))?)
    };
    let filter_strip = strip(o, i, STRIP_BYTES);
    let whole = (filter_strip == o).then(|| filters(0..o)).transpose()?;
    let window_strip =
        strip(windows.count(), i, if whole.is_some() { STRIP_BYTES } else { MOST_WINDOW_BYTES });
    for first in (0..windows.count()).step_by(window_strip) {
        let count = window_strip.min(windows.count() - first);
        let transformed = windows.transformed(first, count)?.transpose(0, 1)?;
        for first_filter in (0..o).step_by(filter_strip) {
            let columns = first_filter..o.min(first_filter + filter_strip);
            let sums = match &whole {
                Some(filters) => transformed.matmul(filters)?,
                None => transformed.matmul(&filters(columns.clone())?)?,
            };
            windows.store_outputs(first, &view(&sums)?, &columns, &mut out);
        }
    }
    Ok(out)
}

/// Even parts of `count` times `i` channels that take at most so many bytes once they are transformed.
fn strip(count: usize, i: usize, bytes: usize) -> usize {
    let most = (bytes / (COMPONENTS * i * size_of::<f32>())).max(1);
    count.div_ceil(count.div_ceil(most))
}
