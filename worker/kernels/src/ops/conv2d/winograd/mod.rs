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
//! filters along the channels. Filters are transformed at each use, since that takes little beside the products,
//! and keeping them would take four times their memory.

#[cfg(test)]
mod tests;
mod transforms;

use std::{array::from_fn, ops::Range};

use candle_core::Tensor;

use super::Shape;
use crate::{
    KernelError,
    cpu::{
        Weight,
        lanes::{LANES, f32x4},
        product::{across, product},
        view,
    },
    parts::{even_part, parts},
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

/// With so many, it pays to lay the filters as they are multiplied fastest.
const MANY_WINDOWS: usize = 1024;

/// Four neighbouring channels of one position.
type Quad = [f32; LANES];

/// The windows of a batch of pictures: samples, then rows, then columns of them.
struct Windows<'a> {
    x: &'a [Quad],
    /// What lies outside of the pictures.
    zeros: Vec<Quad>,
    shape: Shape,
    down: usize,
    across: usize,
}

impl<'a> Windows<'a> {
    fn new(x: &'a [f32], shape: Shape) -> Self {
        let [down, across] = grid(&shape);
        Self { x: x.as_chunks().0, zeros: vec![[0.0; LANES]; shape.i / LANES], shape, down, across }
    }

    fn count(&self) -> usize {
        self.shape.batch * self.down * self.across
    }

    /// Sample, and the first row and column of outputs.
    fn place(&self, window: usize) -> [usize; 3] {
        let Self { down, across, .. } = *self;
        [window / (down * across), window / across % down * OUTPUTS, window % across * OUTPUTS]
    }

    /// The channels of the pixel at `y - 1`, `x - 1`.
    fn pixel(&self, [sample, y, x]: [usize; 3]) -> &[Quad] {
        let (Shape { h, w, .. }, quads) = (self.shape, self.zeros.len());
        if y == 0 || y > h || x == 0 || x > w {
            return &self.zeros;
        }
        &self.x[((sample * h + y - 1) * w + x - 1) * quads..][..quads]
    }

    /// `Bt d B` of `count` windows: `[count, COMPONENTS, i]`.
    fn transformed(&self, first: usize, count: usize) -> Result<Tensor, KernelError> {
        let quads = self.zeros.len();
        let mut out = vec![[0.0; LANES]; count * COMPONENTS * quads];
        for (window, out) in (first..).zip(out.chunks_exact_mut(COMPONENTS * quads)) {
            let [sample, y, x] = self.place(window);
            let at = |row, column| self.pixel([sample, y + row, x + column]);
            let pixels: [[_; INPUTS]; INPUTS] = from_fn(|row| from_fn(|column| at(row, column)));
            for quad in 0..quads {
                let d = pixels.map(|row| row.map(|pixel| f32x4::new(pixel[quad])));
                store_components(&along_both(&d, of_inputs), quad, quads, out);
            }
        }
        tensor(out, [count, COMPONENTS, self.shape.i])
    }

    /// `At m A` of windows from `first` on, for some `columns` of all channels, in quads: `sums` are
    /// `[COMPONENTS, count, columns]`.
    fn store_outputs(&self, first: usize, sums: &[f32], columns: &Range<usize>, out: &mut [f32]) {
        let (sums, out) = (sums.as_chunks().0, out.as_chunks_mut().0);
        let Shape { o, ho, wo, .. } = self.shape;
        let (quads, step) = (columns.len(), sums.len() / COMPONENTS);
        for (window, begin) in (first..).zip((0..step).step_by(quads)) {
            let [sample, y, x] = self.place(window);
            let corner = ((sample * ho + y) * wo + x) * (o / LANES) + columns.start;
            let (rows, row_len) = (OUTPUTS.min(ho - y), OUTPUTS.min(wo - x));
            for quad in 0..quads {
                let sum = |component: usize| f32x4::new(sums[component * step + begin + quad]);
                let m = from_fn(|column| from_fn(|row| sum(column * INPUTS + row)));
                let outputs = along_both(&m, of_sums);
                for (y, row) in outputs.iter().take(rows).enumerate() {
                    for (x, output) in row.iter().take(row_len).enumerate() {
                        out[corner + (y * wo + x) * (o / LANES) + quad] = output.to_array();
                    }
                }
            }
        }
    }
}

/// How many windows stand along the height and the width of a picture.
fn grid(shape: &Shape) -> [usize; 2] {
    [shape.ho, shape.wo].map(|size| size.div_ceil(OUTPUTS))
}

/// Stores one of `quads` of all components.
#[inline(always)]
fn store_components(components: &[[f32x4; INPUTS]; INPUTS], quad: usize, quads: usize, out: &mut [Quad]) {
    for (index, component) in components.as_flattened().iter().enumerate() {
        out[index * quads + quad] = component.to_array();
    }
}

fn tensor(values: Vec<Quad>, shape: [usize; 3]) -> Result<Tensor, KernelError> {
    Ok(Tensor::from_vec(values.into_flattened(), &shape, &candle_core::Device::Cpu)?)
}

/// `G g Gt` of filters `[count, 9, i]`: `[count, COMPONENTS, i]`.
fn transformed_filters(filters: &[f32], i: usize) -> Result<Tensor, KernelError> {
    let (filters, quads) = (filters.as_chunks().0, i / LANES);
    let count = filters.len() / (9 * quads);
    let mut out = vec![[0.0; LANES]; count * COMPONENTS * quads];
    for (filter, out) in filters.chunks_exact(9 * quads).zip(out.chunks_exact_mut(COMPONENTS * quads)) {
        for quad in 0..quads {
            let tap = |tap: usize| f32x4::new(filter[tap * quads + quad]);
            let g = from_fn(|row| from_fn(|column| tap(row * 3 + column)));
            store_components(&along_both(&g, of_filter), quad, quads, out);
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
    let [down, across] = grid(shape);
    let windows = batch * down * across;
    // Windows may hang over the edges by as much as they lie inside.
    let are_inside = batch * ho * wo * 2 >= windows * OUTPUTS * OUTPUTS;
    let are_quads =
        [i, o].iter().all(|channels| channels.is_multiple_of(LANES) && *channels >= FEWEST_CHANNELS);
    keeps_size && are_inside && are_quads && windows >= FEWEST_WINDOWS
}

/// The convolution without what is fused behind it, `[batch, ho, wo, o]`.
pub(super) fn run(x: &[f32], w: &Weight, shape: Shape) -> Result<Vec<f32>, KernelError> {
    let Shape { batch, i, o, ho, wo, .. } = shape;
    let windows = Windows::new(x, shape);
    let mut out = vec![0.0; batch * ho * wo * o];
    let filters = |quads: &Range<usize>| -> Result<Tensor, KernelError> {
        let rows = quads.start * LANES..quads.end * LANES;
        let transformed = w.with_rows(rows, 9 * i, |rows| transformed_filters(rows, i))??;
        let transformed = transformed.transpose(0, 1)?;
        if windows.count() < MANY_WINDOWS { Ok(transformed) } else { across(&transformed) }
    };
    let quads = o / LANES;
    let filter_strip = strip(quads, LANES * i, STRIP_BYTES);
    let whole = (filter_strip == quads).then(|| filters(&(0..quads))).transpose()?;
    let window_strip =
        strip(windows.count(), i, if whole.is_some() { STRIP_BYTES } else { MOST_WINDOW_BYTES });
    for some in parts(windows.count(), window_strip) {
        let transformed = windows.transformed(some.start, some.len())?.transpose(0, 1)?;
        for columns in parts(quads, filter_strip) {
            let sums = match &whole {
                Some(filters) => product(&transformed, filters)?,
                None => product(&transformed, &filters(&columns)?)?,
            };
            windows.store_outputs(some.start, &view(&sums)?, &columns, &mut out);
        }
    }
    Ok(out)
}

/// Even parts of `count` times so many channels that take at most so many bytes once they are transformed.
fn strip(count: usize, channels: usize, bytes: usize) -> usize {
    even_part(count, bytes / (COMPONENTS * channels * size_of::<f32>()))
}
