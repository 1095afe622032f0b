//! Quantized weights in blocks, as ggml defines them (`ggml-common.h` of llama.cpp).
//!
//! A row of weights is cut into blocks of 32 or 256 neighbouring values. Each block keeps small integers and the
//! scales (and minima) that turn them back into numbers; rows are decoded value by value, in `f32`, in the order of
//! operations of the reference, so that results are equal to the bit. The types whose names end in `K` have
//! superblocks: their scales are themselves small integers under one `f16`.
//!
//! Decoding is written out here because it is what a kernel does when it loads a tile. Encoding, which searches for
//! good scales and runs once per import, is candle's.

mod encode;
mod k_quants;
mod legacy;

use std::fmt;

pub use encode::encode;

/// How a block of weights is packed. Names are ggml's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(non_camel_case_types, reason = "these are the format's own names")]
pub enum BlockType {
    /// 4 bits and a scale per 32 values.
    Q4_0,
    /// 4 bits, a scale and a minimum per 32 values.
    Q4_1,
    /// 5 bits and a scale per 32 values.
    Q5_0,
    /// 5 bits, a scale and a minimum per 32 values.
    Q5_1,
    /// 8 bits and a scale per 32 values.
    Q8_0,
    /// 2 bits, with 4-bit scales and minima per 16 of 256 values.
    Q2_K,
    /// 3 bits, with 6-bit scales per 16 of 256 values.
    Q3_K,
    /// 4 bits, with 6-bit scales and minima per 32 of 256 values.
    Q4_K,
    /// 5 bits, with 6-bit scales and minima per 32 of 256 values.
    Q5_K,
    /// 6 bits, with 8-bit scales per 16 of 256 values.
    Q6_K,
}

impl BlockType {
    /// Every type.
    pub const ALL: [Self; 10] = [
        Self::Q4_0,
        Self::Q4_1,
        Self::Q5_0,
        Self::Q5_1,
        Self::Q8_0,
        Self::Q2_K,
        Self::Q3_K,
        Self::Q4_K,
        Self::Q5_K,
        Self::Q6_K,
    ];

    /// Values of one block.
    pub const fn values(self) -> usize {
        match self {
            Self::Q4_0 | Self::Q4_1 | Self::Q5_0 | Self::Q5_1 | Self::Q8_0 => 32,
            Self::Q2_K | Self::Q3_K | Self::Q4_K | Self::Q5_K | Self::Q6_K => 256,
        }
    }

    /// Bytes of one block.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Q4_0 => 18,
            Self::Q4_1 => 20,
            Self::Q5_0 => 22,
            Self::Q5_1 => 24,
            Self::Q8_0 => 34,
            Self::Q2_K => 84,
            Self::Q3_K => 110,
            Self::Q4_K => 144,
            Self::Q5_K => 176,
            Self::Q6_K => 210,
        }
    }

    /// Bytes of `values` values, or `None` when they are not whole blocks (or more than fit an address).
    pub const fn bytes_of(self, values: usize) -> Option<usize> {
        match values.is_multiple_of(self.values()) {
            true => (values / self.values()).checked_mul(self.bytes()),
            false => None,
        }
    }

    /// The type's number in GGUF files (`enum ggml_type`).
    pub const fn ggml_id(self) -> u32 {
        match self {
            Self::Q4_0 => 2,
            Self::Q4_1 => 3,
            Self::Q5_0 => 6,
            Self::Q5_1 => 7,
            Self::Q8_0 => 8,
            Self::Q2_K => 10,
            Self::Q3_K => 11,
            Self::Q4_K => 12,
            Self::Q5_K => 13,
            Self::Q6_K => 14,
        }
    }

    /// The type of this number, where it is one of blocks that this crate reads.
    pub fn from_ggml_id(id: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|block| block.ggml_id() == id)
    }

    /// Whether every scale and minimum in whole blocks is a finite number. Integers always are, so then every
    /// decoded value is finite too, save for products beyond `f32`, which an `f16` scale cannot reach.
    pub fn is_finite(self, bytes: &[u8]) -> bool {
        let halves: &[usize] = match self {
            Self::Q4_0 | Self::Q5_0 | Self::Q8_0 => &[0],
            Self::Q4_1 | Self::Q5_1 | Self::Q4_K | Self::Q5_K => &[0, 2],
            Self::Q2_K => &[80, 82],
            Self::Q3_K => &[108],
            Self::Q6_K => &[208],
        };
        bytes.chunks_exact(self.bytes()).all(|block| halves.iter().all(|&at| half_at(block, at).is_finite()))
    }

    /// Decodes whole blocks into as many values. What does not fit on either side is left alone.
    ///
    /// `values`: [`values()`](Self::values) for each [`bytes()`](Self::bytes) of `bytes`.
    pub fn decode(self, bytes: &[u8], values: &mut [f32]) {
        match self {
            Self::Q4_0 => each(bytes, values, legacy::q4_0),
            Self::Q4_1 => each(bytes, values, legacy::q4_1),
            Self::Q5_0 => each(bytes, values, legacy::q5_0),
            Self::Q5_1 => each(bytes, values, legacy::q5_1),
            Self::Q8_0 => each(bytes, values, legacy::q8_0),
            Self::Q2_K => each(bytes, values, k_quants::q2_k),
            Self::Q3_K => each(bytes, values, k_quants::q3_k),
            Self::Q4_K => each(bytes, values, k_quants::q4_k),
            Self::Q5_K => each(bytes, values, k_quants::q5_k),
            Self::Q6_K => each(bytes, values, k_quants::q6_k),
        }
    }
}

impl fmt::Display for BlockType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self:?}")
    }
}

/// Decodes one block after the other.
fn each<const BYTES: usize, const VALUES: usize>(
    bytes: &[u8],
    values: &mut [f32],
    decode: impl Fn(&[u8; BYTES], &mut [f32; VALUES]),
) {
    for (block, values) in bytes.as_chunks().0.iter().zip(values.as_chunks_mut().0) {
        decode(block, values);
    }
}

/// The `f16` at byte `at` of a block.
fn half_at(block: &[u8], at: usize) -> f32 {
    match block.get(at..at + 2) {
        Some(&[low, high]) => half::f16::from_le_bytes([low, high]).to_f32(),
        _ => f32::NAN,
    }
}

#[cfg(test)]
mod tests;
