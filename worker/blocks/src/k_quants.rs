//! The types of 256 values a superblock.
//!
//! Integers of few bits are interleaved for SIMD: one byte holds bits of values that lie 32 (or 128) apart. In each
//! function `values` is walked in the order of its sub-blocks, and the bytes that belong to them are looked up.

use crate::half_at;

/// 16 scales with minima (4 bits each), 64 bytes of four 2-bit integers, `d`, `dmin`:
/// `d * scale * q - dmin * minimum`.
pub(crate) fn q2_k(block: &[u8; 84], values: &mut [f32; 256]) {
    let (scales, quants) = (&block[..16], &block[16..80]);
    let (d, dmin) = (half_at(block, 80), half_at(block, 82));
    for (sub, (values, &scale)) in values.as_chunks_mut::<16>().0.iter_mut().zip(scales).enumerate() {
        let (step, minimum) = (d * f32::from(scale & 15), dmin * f32::from(scale >> 4));
        let Place { first_byte, shift } = place(sub);
        for (value, &byte) in values.iter_mut().zip(&quants[first_byte..]) {
            *value = step * f32::from(byte >> shift & 3) - minimum;
        }
    }
}

/// 32 bytes of third bits, 64 bytes of four 2-bit integers, 16 scales of 6 bits in 12 bytes, `d`:
/// `d * (scale - 32) * (q - 4)`, where the third bit is the 4.
pub(crate) fn q3_k(block: &[u8; 110], values: &mut [f32; 256]) {
    let (thirds, quants, scales) = (&block[..32], &block[32..96], &block[96..108]);
    let d = half_at(block, 108);
    for (sub, values) in values.as_chunks_mut::<16>().0.iter_mut().enumerate() {
        // Four lower bits in the first 8 bytes, two upper bits in the last 4.
        let low = scales[sub % 8] >> (4 * (sub / 8)) & 15;
        let high = scales[8 + sub % 4] >> (2 * (sub / 4)) & 3;
        let step = d * (f32::from(low | high << 4) - 32.0);
        let Place { first_byte, shift } = place(sub);
        let bytes = quants[first_byte..].iter().zip(&thirds[sub % 2 * 16..]);
        for (value, (&byte, &third)) in values.iter_mut().zip(bytes) {
            let absent = if third >> (sub / 2) & 1 == 0 { 4.0 } else { 0.0 };
            *value = step * (f32::from(byte >> shift & 3) - absent);
        }
    }
}

/// Where the 2-bit integers of a sub-block of 16 lie among 64 bytes: two halves of 128 values, in each of which one
/// byte has the bits of four values that lie 32 apart.
struct Place {
    first_byte: usize,
    shift: usize,
}

fn place(sub: usize) -> Place {
    Place { first_byte: sub / 8 * 32 + sub % 2 * 16, shift: sub % 8 / 2 * 2 }
}

/// `d`, `dmin`, 8 scales and minima of 6 bits in 12 bytes, 128 bytes of two 4-bit integers:
/// `d * scale * q - dmin * minimum`.
pub(crate) fn q4_k(block: &[u8; 144], values: &mut [f32; 256]) {
    let (d, dmin) = (half_at(block, 0), half_at(block, 2));
    let (scales, quants) = (&block[4..16], &block[16..]);
    for (sub, values) in values.as_chunks_mut::<32>().0.iter_mut().enumerate() {
        let (scale, minimum) = scale_and_minimum(scales, sub);
        let (step, minimum) = (d * scale, dmin * minimum);
        for (value, &byte) in values.iter_mut().zip(&quants[sub / 2 * 32..]) {
            *value = step * f32::from(byte >> (4 * (sub % 2)) & 15) - minimum;
        }
    }
}

/// `d`, `dmin`, 8 scales and minima of 6 bits in 12 bytes, 32 bytes of fifth bits, 128 bytes of two 4-bit integers:
/// `d * scale * q - dmin * minimum`.
pub(crate) fn q5_k(block: &[u8; 176], values: &mut [f32; 256]) {
    let (d, dmin) = (half_at(block, 0), half_at(block, 2));
    let (scales, fifths, quants) = (&block[4..16], &block[16..48], &block[48..]);
    for (sub, values) in values.as_chunks_mut::<32>().0.iter_mut().enumerate() {
        let (scale, minimum) = scale_and_minimum(scales, sub);
        let (step, minimum) = (d * scale, dmin * minimum);
        let bytes = quants[sub / 2 * 32..].iter().zip(fifths);
        for (value, (&byte, &fifth)) in values.iter_mut().zip(bytes) {
            let q = byte >> (4 * (sub % 2)) & 15 | (fifth >> sub & 1) << 4;
            *value = step * f32::from(q) - minimum;
        }
    }
}

/// Eight scales and eight minima of 6 bits in 12 bytes: the first four of each are whole, in the lower bits of the
/// first 8 bytes; the others have their lower four bits in the last 4 bytes and the rest above the first ones.
fn scale_and_minimum(packed: &[u8], sub: usize) -> (f32, f32) {
    let (scale, minimum) = match sub {
        0..4 => (packed[sub] & 63, packed[sub + 4] & 63),
        _ => {
            let lower = packed[sub + 4];
            (lower & 15 | packed[sub - 4] >> 6 << 4, lower >> 4 | packed[sub] >> 6 << 4)
        }
    };
    (f32::from(scale), f32::from(minimum))
}

/// 128 bytes of lower four bits, 64 bytes of upper two, 16 signed scales, `d`: `d * scale * (q - 32)`.
pub(crate) fn q6_k(block: &[u8; 210], values: &mut [f32; 256]) {
    let (lower, upper, scales) = (&block[..128], &block[128..192], &block[192..208]);
    let d = half_at(block, 208);
    for (sub, (values, &scale)) in values.as_chunks_mut::<16>().0.iter_mut().zip(scales).enumerate() {
        let step = d * f32::from(scale.cast_signed());
        // Which quarter of its 128 values the sub-block is in, and where in that quarter of 32 it begins.
        let (half, quarter, begin) = (sub / 8, sub % 8 / 2, sub % 2 * 16);
        let lower = &lower[half * 64 + quarter % 2 * 32 + begin..];
        let upper = &upper[half * 32 + begin..];
        for (value, (&low, &high)) in values.iter_mut().zip(lower.iter().zip(upper)) {
            let q = low >> (quarter / 2 * 4) & 15 | (high >> (2 * quarter) & 3) << 4;
            *value = step * (f32::from(q) - 32.0);
        }
    }
}
