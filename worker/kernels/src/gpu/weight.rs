//! Weights on a GPU.
//!
//! A weight keeps the type of its file. Kernels widen four neighbouring values at a time when they load a tile, so
//! the last axis is padded with zeros to whole tiles; the matrix product then never has to look where a row ends.
//! Filters are laid out `[o, kh, kw, i]`, the order in which a convolution over channels-last pictures reads them.
//!
//! Quantized blocks can be neither padded nor put into another order. They stay in the order of the file, each in
//! whole words, and kernels find a value by its place: see `block.wgsl`.

use std::{borrow::Cow, rc::Rc};

use wgpu::BufferBinding;

use super::{Fate, Gpu, pool::Lease, too_large};
use crate::{BlockType, DType, KernelError, WeightData, filter::channels_last};

/// Rows are padded to a multiple of this many values: the depth of a tile of the matrix product.
pub(crate) const ROW_STEP: usize = 16;

/// Bindings begin at a multiple of this many bytes.
const BINDING_STEP: u64 = 256;

/// Blocks that are put into whole words at a time: a few MiB.
const BLOCKS_AT_ONCE: usize = 1 << 15;

/// A weight on a GPU, laid out `[rows, taps, padded inputs]`, or `[rows, inputs, taps]` in blocks.
#[derive(Clone)]
pub(crate) struct Weight(Rc<Inner>);

struct Inner {
    elements: Lease,
    scales: Option<Lease>,
    dtype: DType,
    rows: usize,
    inputs: usize,
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

    /// Steps of [`ROW_STEP`] values along all taps of a row.
    pub(crate) fn steps(&self) -> usize {
        self.0.taps * self.0.padded_inputs / ROW_STEP
    }

    /// Rows that a kernel can see at once when a binding has at most `limit_bytes`, where each such window is to
    /// begin with a block and as bindings must.
    pub(crate) fn window_rows(&self, limit_bytes: u64) -> usize {
        let Inner { rows, inputs, taps, .. } = *self.0;
        if self.bytes_of_rows(rows) <= limit_bytes {
            return rows;
        }
        let whole_blocks = match self.0.dtype {
            DType::Block(block) => steps_to(block.values() as u64, (inputs * taps) as u64),
            _ => 1,
        };
        // At most a binding's step of blocks.
        let step = whole_blocks * steps_to(BINDING_STEP, self.bytes_of_rows(whole_blocks as usize));
        // Less than one step never fits a binding; the GPU then refuses the dispatch.
        let steps = (limit_bytes / self.bytes_of_rows(step as usize)).max(1);
        (step * steps) as usize
    }

    /// Bytes of some rows that are whole blocks.
    pub(crate) fn bytes_of_rows(&self, rows: usize) -> u64 {
        let Inner { inputs, taps, padded_inputs, dtype, .. } = *self.0;
        // In 64 bits: a step of rows may be more than the weight has, and more than an address of wasm counts.
        let [rows, taps] = [rows, taps].map(|count| count as u64);
        let padded = rows * taps * padded_inputs as u64;
        match dtype {
            DType::F32 => padded * 4,
            DType::F16 | DType::BF16 => padded * 2,
            DType::I8 => padded,
            DType::Block(block) => {
                rows * taps * inputs as u64 / block.values() as u64 * stored_bytes(block) as u64
            }
        }
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
    /// Uploads a weight whose shape, bytes and scales were checked. In a rehearsal it has no bytes.
    pub(crate) fn weight(&self, data: &WeightData<'_>) -> Result<Weight, KernelError> {
        let (rows, inputs, taps) = match *data.shape {
            [rows, inputs] => (rows, inputs, 1),
            [rows, inputs, height, width] => (rows, inputs, height * width),
            _ => return Err(KernelError::shape("weight", "2 or 4 axes", data.shape)),
        };
        let padded_inputs = inputs.next_multiple_of(ROW_STEP);
        let sizes = [inputs, taps];
        let elements = match data.dtype {
            _ if self.is_rehearsal() => self.room_for_weight(0)?,
            DType::F32 => self.upload_weight(&packed::<4>(data.bytes, sizes, padded_inputs))?,
            DType::F16 | DType::BF16 => self.upload_weight(&packed::<2>(data.bytes, sizes, padded_inputs))?,
            DType::I8 => self.upload_weight(&packed::<1>(data.bytes, sizes, padded_inputs))?,
            DType::Block(block) => self.upload_blocks(data.bytes, block)?,
        };
        let scales =
            data.scales.map(|scales| self.upload_weight(bytemuck::cast_slice(scales))).transpose()?;
        let dtype = data.dtype;
        Ok(Weight(Rc::new(Inner { elements, scales, dtype, rows, inputs, taps, padded_inputs })))
    }

    fn upload_weight(&self, bytes: &[u8]) -> Result<Lease, KernelError> {
        let lease = self.room_for_weight(bytes.len())?;
        self.write_lease(&lease, 0, bytes);
        Ok(lease)
    }

    fn upload_blocks(&self, bytes: &[u8], block: BlockType) -> Result<Lease, KernelError> {
        let stored = stored_bytes(block);
        let lease = self.room_for_weight(bytes.len() / block.bytes() * stored)?;
        let parts = bytes.chunks(block.bytes() * BLOCKS_AT_ONCE);
        for (offset, part) in (0..).step_by(stored * BLOCKS_AT_ONCE).zip(parts) {
            self.write_lease(&lease, offset, &in_whole_words(part, block));
        }
        Ok(lease)
    }

    fn room_for_weight(&self, bytes: usize) -> Result<Lease, KernelError> {
        let size = (bytes as u64).next_multiple_of(256);
        if size > self.buffer_limit_bytes {
            return Err(too_large("a weight", size, self.buffer_limit_bytes));
        }
        self.create(size, Fate::Freed)
    }
}

/// The fewest of `length` that are whole `unit`s, a power of two.
fn steps_to(unit: u64, length: u64) -> u64 {
    let shared = 1 << length.trailing_zeros().min(unit.trailing_zeros());
    unit / shared
}

/// `[rows, inputs, taps]` as files have it to `[rows, taps, padded_inputs]`, in elements of `SIZE` bytes.
fn packed<const SIZE: usize>(
    bytes: &[u8],
    [inputs, taps]: [usize; 2],
    padded_inputs: usize,
) -> Cow<'_, [u8]> {
    if taps == 1 && inputs == padded_inputs {
        return Cow::Borrowed(bytes);
    }
    let (elements, _) = bytes.as_chunks::<SIZE>();
    let rows = elements.len() / (inputs * taps);
    let mut out = vec![[0u8; SIZE]; rows * taps * padded_inputs];
    channels_last(elements, &mut out, [inputs, taps], padded_inputs);
    Cow::Owned(out.into_flattened())
}

/// Bytes of a block in whole words.
fn stored_bytes(block: BlockType) -> usize {
    block.bytes().next_multiple_of(4)
}

/// Blocks in whole words: the padding comes behind the one half of the types that need it, so that their integers
/// begin with a word, too.
fn in_whole_words(bytes: &[u8], block: BlockType) -> Cow<'_, [u8]> {
    let half_end = match block {
        BlockType::Q4_0 | BlockType::Q5_0 | BlockType::Q8_0 => 2,
        BlockType::Q3_K | BlockType::Q6_K => block.bytes(),
        BlockType::Q4_1 | BlockType::Q5_1 | BlockType::Q2_K | BlockType::Q4_K | BlockType::Q5_K => {
            return Cow::Borrowed(bytes);
        }
    };
    let mut out = Vec::with_capacity(bytes.len() / block.bytes() * stored_bytes(block));
    for (upto, behind) in bytes.chunks_exact(block.bytes()).map(|block| block.split_at(half_end)) {
        out.extend_from_slice(upto);
        out.extend_from_slice(&[0; 2]);
        out.extend_from_slice(behind);
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_padded_and_whole_rows_stay_as_they_are() {
        let file = [1, 0, 2, 0, 3, 0, 4, 0];
        assert!(matches!(packed::<2>(&file, [2, 1], 2), Cow::Borrowed(_)));
        assert_eq!(*packed::<2>(&file, [4, 1], 6), [1, 0, 2, 0, 3, 0, 4, 0, 0, 0, 0, 0]);
        assert_eq!(*packed::<1>(&file, [2, 4], 3), [1, 3, 0, 0, 0, 0, 2, 4, 0, 0, 0, 0]);
    }

    #[test]
    fn blocks_get_whole_words_and_aligned_integers() {
        for block in BlockType::ALL {
            let file: Vec<u8> = (0..block.bytes() * 2).map(|byte| byte as u8).collect();
            let stored = in_whole_words(&file, block);
            assert_eq!(stored.len(), stored_bytes(block) * 2);
            let padding = stored_bytes(block) - block.bytes();
            assert_eq!(padding == 0, matches!(stored, Cow::Borrowed(_)), "{block}");
        }
        let q8_0 = in_whole_words(&[9; 34], BlockType::Q8_0);
        assert_eq!(q8_0[..5], [9, 9, 0, 0, 9]);
        let q6_k = in_whole_words(&[9; 210], BlockType::Q6_K);
        assert_eq!(q6_k[207..], [9, 9, 9, 0, 0]);
    }

    #[test]
    fn steps_are_the_fewest() {
        assert_eq!([1, 16, 24, 256, 768].map(|length| steps_to(256, length)), [256, 16, 32, 1, 1]);
    }
}
