//! The types of 32 values a block. Integers of 4 bits lie in 16 bytes: the lower halves are the first 16 values, the
//! upper halves the other 16.

use crate::half_at;

/// `d`, 16 bytes: `d * (q - 8)`.
pub(crate) fn q4_0(block: &[u8; 18], values: &mut [f32; 32]) {
    let d = half_at(block, 0);
    let (lower, upper) = values.split_at_mut(16);
    for ((&byte, lower), upper) in block[2..].iter().zip(lower).zip(upper) {
        *lower = d * (f32::from(byte & 15) - 8.0);
        *upper = d * (f32::from(byte >> 4) - 8.0);
    }
}

/// `d`, `m`, 16 bytes: `d * q + m`.
pub(crate) fn q4_1(block: &[u8; 20], values: &mut [f32; 32]) {
    let (d, m) = (half_at(block, 0), half_at(block, 2));
    let (lower, upper) = values.split_at_mut(16);
    for ((&byte, lower), upper) in block[4..].iter().zip(lower).zip(upper) {
        *lower = d * f32::from(byte & 15) + m;
        *upper = d * f32::from(byte >> 4) + m;
    }
}

/// `d`, 32 fifth bits, 16 bytes: `d * (q - 16)`.
pub(crate) fn q5_0(block: &[u8; 22], values: &mut [f32; 32]) {
    let d = half_at(block, 0);
    five_bits(&block[2..6], &block[6..], values, |q| d * (q - 16.0));
}

/// `d`, `m`, 32 fifth bits, 16 bytes: `d * q + m`.
pub(crate) fn q5_1(block: &[u8; 24], values: &mut [f32; 32]) {
    let (d, m) = (half_at(block, 0), half_at(block, 2));
    five_bits(&block[4..8], &block[8..], values, |q| d * q + m);
}

/// Bit `i` of `fifths` is the top bit of value `i`.
fn five_bits(fifths: &[u8], nibbles: &[u8], values: &mut [f32; 32], value: impl Fn(f32) -> f32) {
    let fifth = |i: usize| (fifths.get(i / 8).copied().unwrap_or_default() >> (i % 8) & 1) << 4;
    let (lower, upper) = values.split_at_mut(16);
    for (i, ((&byte, lower), upper)) in nibbles.iter().zip(lower).zip(upper).enumerate() {
        *lower = value(f32::from(byte & 15 | fifth(i)));
        *upper = value(f32::from(byte >> 4 | fifth(i + 16)));
    }
}

/// `d`, 32 signed bytes: `d * q`.
pub(crate) fn q8_0(block: &[u8; 34], values: &mut [f32; 32]) {
    let d = half_at(block, 0);
    for (&byte, value) in block[2..].iter().zip(values) {
        *value = d * f32::from(byte.cast_signed());
    }
}
