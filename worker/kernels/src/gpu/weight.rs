//! Weights on a GPU.
//!
//! A weight keeps the type of its file. Kernels widen four neighbouring values at a time when they load a tile, so
//! the last axis is padded with zeros to whole tiles; the matrix product then never has to look where a row ends.
//! Filters are laid out `[o, kh, kw, i]`, the order in which a convolution over channels-last pictures reads them.

use std::{borrow::Cow, rc::Rc};

use wgpu::BufferBinding;

use super::{Fate, Gpu, pool::Lease, too_large};
use crate::{DType, KernelError, WeightData};

/// Rows are padded to a multiple of this many values: the depth of a tile of the matrix product.
pub(crate) const ROW_STEP: usize = 16;

/// A weight on a GPU, laid out `[rows, taps, inputs]`.
#[derive(Clone)]
pub(crate) struct Weight(Rc<Inner>);

struct Inner {
    elements: Lease,
    scales: Option<Lease>,
    dtype: DType,
    rows: usize,
    taps: usize,
    padded_inputs: usize,
}

impl Weight {
    /// Type of the elements.
    pub(crate) fn dtype(&self) -> DType {
        self.0.dtype
    }

    /// Output channels, or rows of a table.
    pub(crate) fn rows(&self) -> usize {
        self.0.rows
    }

    /// Positions of a filter; 1 for a matrix.
    pub(crate) fn taps(&self) -> usize {
        self.0.taps
    }

    /// Values per row and tap, padding included. A multiple of [`ROW_STEP`].
    pub(crate) fn padded_inputs(&self) -> usize {
        self.0.padded_inputs
    }

    /// Bytes of one row.
    pub(crate) fn row_bytes(&self) -> usize {
        self.0.taps * self.0.padded_inputs * self.0.dtype.size_bytes()
    }

    /// All elements, for a kernel.
    ///
    /// # Errors
    /// [`KernelError::TooLarge`] when a kernel cannot see them all.
    pub(crate) fn elements(&self, gpu: &Gpu) -> Result<BufferBinding<'_>, KernelError> {
        let bytes = self.0.elements.raw().size();
        if bytes > gpu.binding_limit_bytes() {
            return Err(too_large("a weight", bytes, gpu.binding_limit_bytes()));
        }
        Ok(self.raw().as_entire_buffer_binding())
    }

    /// The buffer of all elements, to bind a part of.
    pub(crate) fn raw(&self) -> &wgpu::Buffer {
        self.0.elements.raw()
    }

    /// One scale per row, with [`DType::I8`].
    pub(crate) fn scales(&self) -> Option<BufferBinding<'_>> {
        self.0.scales.as_ref().map(|scales| scales.raw().as_entire_buffer_binding())
    }
}

impl Gpu {
    /// Uploads a weight whose shape, bytes and scales were checked.
    pub(crate) fn weight(&self, data: &WeightData<'_>) -> Result<Weight, KernelError> {
        let (rows, inputs, taps) = match *data.shape {
            [rows, inputs] => (rows, inputs, 1),
            [rows, inputs, height, width] => (rows, inputs, height * width),
            _ => return Err(KernelError::shape("weight", "2 or 4 axes", data.shape)),
        };
        let padded_inputs = inputs.next_multiple_of(ROW_STEP);
        let bytes = packed(data.bytes, [inputs, taps], padded_inputs, data.dtype);
        let elements = self.upload_weight(&bytes)?;
        let scales =
            data.scales.map(|scales| self.upload_weight(bytemuck::cast_slice(scales))).transpose()?;
        Ok(Weight(Rc::new(Inner { elements, scales, dtype: data.dtype, rows, taps, padded_inputs })))
    }

    fn upload_weight(&self, bytes: &[u8]) -> Result<Lease, KernelError> {
        let size = (bytes.len() as u64).next_multiple_of(256);
        if size > self.buffer_limit_bytes {
            return Err(too_large("a weight", size, self.buffer_limit_bytes));
        }
        let lease = self.create(size, Fate::Freed)?;
        self.write_lease(&lease, bytes);
        Ok(lease)
    }
}

/// `[rows, inputs, taps]` as files have it to `[rows, taps, padded_inputs]`.
fn packed(bytes: &[u8], [inputs, taps]: [usize; 2], padded_inputs: usize, dtype: DType) -> Cow<'_, [u8]> {
    if taps == 1 && inputs == padded_inputs {
        return Cow::Borrowed(bytes);
    }
    let repacked = match dtype.size_bytes() {
        1 => repack::<1>(bytes, inputs, taps, padded_inputs),
        2 => repack::<2>(bytes, inputs, taps, padded_inputs),
        _ => repack::<4>(bytes, inputs, taps, padded_inputs),
    };
    Cow::Owned(repacked)
}

fn repack<const SIZE: usize>(bytes: &[u8], inputs: usize, taps: usize, padded_inputs: usize) -> Vec<u8> {
    let (elements, _) = bytes.as_chunks::<SIZE>();
    let rows = elements.len() / (inputs * taps);
    let mut out = vec![[0u8; SIZE]; rows * taps * padded_inputs];
    for (from, to) in elements.chunks_exact(inputs * taps).zip(out.chunks_exact_mut(taps * padded_inputs)) {
        for (tap, to) in to.chunks_exact_mut(padded_inputs).enumerate() {
            let column = from.iter().skip(tap).step_by(taps);
            for (to, from) in to.iter_mut().zip(column) {
                *to = *from;
            }
        }
    }
    out.into_flattened()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_become_channels_last_and_padded() {
        // Two rows, two inputs, three taps: the byte at [row, input, tap] is 100 row + 10 input + tap.
        let file: Vec<u8> = [0, 100].iter().flat_map(|r| [0, 1, 2, 10, 11, 12].map(|v| r + v)).collect();
        let repacked = packed(&file, [2, 3], 4, DType::I8);
        let row = |r: u8| [r, r + 10, 0, 0, r + 1, r + 11, 0, 0, r + 2, r + 12, 0, 0];
        assert_eq!(*repacked, [row(0), row(100)].concat());
    }

    #[test]
    fn whole_rows_stay_as_they_are() {
        let file = [1, 0, 2, 0, 3, 0, 4, 0];
        assert!(matches!(packed(&file, [2, 1], 2, DType::F16), Cow::Borrowed(_)));
        assert_eq!(*packed(&file, [4, 1], 6, DType::F16), [1, 0, 2, 0, 3, 0, 4, 0, 0, 0, 0, 0]);
    }
}
