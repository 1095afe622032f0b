//! The elements of a weight in the type of the file, and how some rows of them become `f32`.

use std::borrow::Cow;

use half::bf16;

use super::math::from_half;
use crate::{BlockType, DType, WeightData, filter::channels_last};

/// Values of the longest block.
const LONGEST_BLOCK: usize = 256;

/// A weight `[rows, inputs, taps]` as a file has it, save that elements which are not in blocks already lie
/// `[rows, taps, inputs]`.
pub(crate) struct Stored<'a> {
    bytes: Cow<'a, [u8]>,
    scales: Cow<'a, [f32]>,
    dtype: DType,
    inputs: usize,
    taps: usize,
}

impl<'a> Stored<'a> {
    /// Borrows a checked weight, or takes a copy where the order must change.
    pub(super) fn new(data: &WeightData<'a>) -> Self {
        // Checked: there is a second axis, and further ones are those of a filter.
        let inputs = data.shape.get(1).copied().unwrap_or(1);
        let taps = data.shape.iter().skip(2).product();
        let bytes = match data.dtype {
            DType::F32 => reordered::<4>(data.bytes, inputs, taps),
            DType::F16 | DType::BF16 => reordered::<2>(data.bytes, inputs, taps),
            DType::I8 => reordered::<1>(data.bytes, inputs, taps),
            DType::Block(_) => Cow::Borrowed(data.bytes),
        };
        let scales = Cow::Borrowed(data.scales.unwrap_or_default());
        Self { bytes, scales, dtype: data.dtype, inputs, taps }
    }

    /// Takes copies of what is borrowed.
    pub(super) fn into_owned(self) -> Stored<'static> {
        let Self { dtype, inputs, taps, .. } = self;
        let (bytes, scales) = (self.bytes.into_owned().into(), self.scales.into_owned().into());
        Stored { bytes, scales, dtype, inputs, taps }
    }

    /// Bytes of the elements and scales.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.len() + size_of_val(&*self.scales)
    }

    /// Values of one row.
    pub(super) fn row_len(&self) -> usize {
        self.inputs * self.taps
    }

    /// Rows `first..first + rows` as `f32`, each `[taps, inputs]`.
    pub(super) fn widen(&self, first: usize, rows: usize) -> Vec<f32> {
        let (begin, len) = (first * self.row_len(), rows * self.row_len());
        match self.dtype {
            DType::F32 => elements(&self.bytes, begin, len, f32::from_le_bytes),
            DType::F16 => elements(&self.bytes, begin, len, |half| from_half(u16::from_le_bytes(half))),
            DType::BF16 => elements(&self.bytes, begin, len, |half| bf16::from_le_bytes(half).to_f32()),
            DType::I8 => self.scaled(first, rows),
            DType::Block(block) if self.taps == 1 => {
                let mut values = vec![0.0; len];
                decode(block, &self.bytes, begin, &mut values);
                values
            }
            DType::Block(block) => self.reordered_blocks(block, begin, len),
        }
    }

    fn scaled(&self, first: usize, rows: usize) -> Vec<f32> {
        let integers = self.bytes.chunks_exact(self.row_len());
        let mut values = Vec::with_capacity(rows * self.row_len());
        for (row, &scale) in integers.zip(&*self.scales).skip(first).take(rows) {
            values.extend(row.iter().map(|&q| f32::from(q.cast_signed()) * scale));
        }
        values
    }

    /// Row by row, so that what is put into another order is still in the cache.
    fn reordered_blocks(&self, block: BlockType, begin: usize, len: usize) -> Vec<f32> {
        let mut values = vec![0.0; len];
        let mut in_file_order = vec![0.0; self.row_len()];
        let begins = (begin..).step_by(self.row_len());
        for (begin, row) in begins.zip(values.chunks_exact_mut(self.row_len())) {
            decode(block, &self.bytes, begin, &mut in_file_order);
            channels_last(&in_file_order, row, [self.inputs, self.taps], self.inputs);
        }
        values
    }
}

fn reordered<const SIZE: usize>(bytes: &[u8], inputs: usize, taps: usize) -> Cow<'_, [u8]> {
    if taps == 1 {
        return Cow::Borrowed(bytes);
    }
    let (elements, _) = bytes.as_chunks::<SIZE>();
    let mut out = vec![[0; SIZE]; elements.len()];
    channels_last(elements, &mut out, [inputs, taps], inputs);
    Cow::Owned(out.into_flattened())
}

fn elements<const SIZE: usize>(
    bytes: &[u8],
    begin: usize,
    len: usize,
    widen: impl Fn([u8; SIZE]) -> f32,
) -> Vec<f32> {
    let (elements, _) = bytes.as_chunks::<SIZE>();
    elements.get(begin..begin + len).unwrap_or_default().iter().map(|&element| widen(element)).collect()
}

/// Values from `begin` on, wherever in a block that is.
fn decode(block: BlockType, bytes: &[u8], begin: usize, values: &mut [f32]) {
    let block_at = |value: usize| bytes.get(value / block.values() * block.bytes()..).unwrap_or_default();
    let before = begin % block.values();
    // The rest of a block that `begin` lies within, whole blocks, and the beginning of the last one.
    let head = if before == 0 { 0 } else { (block.values() - before).min(values.len()) };
    let (head, rest) = values.split_at_mut(head);
    let (whole, tail) = rest.split_at_mut(rest.len() / block.values() * block.values());
    let part = |at: usize, values: &mut [f32]| {
        let mut decoded = [0.0; LONGEST_BLOCK];
        let within = at % block.values();
        block.decode(block_at(at), &mut decoded[..block.values()]);
        values.copy_from_slice(&decoded[within..within + values.len()]);
    };
    if !head.is_empty() {
        part(begin, head);
    }
    let begin = begin + head.len();
    block.decode(block_at(begin), whole);
    if !tail.is_empty() {
        part(begin + whole.len(), tail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::FileWeight;

    /// Values of each of two rows; only with the last do blocks begin with a row.
    const ROWS: [usize; 4] = [128, 384, 1152, 1280];

    #[test]
    fn any_part_of_blocks_is_what_the_whole_is() {
        for block in BlockType::ALL {
            for row_len in ROWS {
                let file = FileWeight::random(3, &[2, row_len], DType::Block(block));
                for (begin, len) in
                    [(0, 1), (5, 3), (31, 2), (200, 56), (row_len, row_len), (1, 2 * row_len - 2)]
                {
                    let len = len.min(2 * row_len - begin);
                    let mut values = vec![f32::NAN; len];
                    decode(block, file.data().bytes, begin, &mut values);
                    assert_eq!(values, file.values[begin..begin + len], "{block}: {len} from {begin} on");
                }
            }
        }
    }
}
