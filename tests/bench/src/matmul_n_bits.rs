//! The quantization behind ONNX Runtime's `MatMulNBits` (symmetric, blocks of 32), in blocks that our kernels read.
//!
//! A block's scale is its value of the largest magnitude over `-2^(bits - 1)`, so it has that value's opposite sign,
//! and integers are `round(x / scale)`. `Q8_0` and `Q4_0` hold the same integers; only the scale is rounded, to 16 bits.

use half::f16;
use kernels::BlockType;

/// Values of a block.
pub(crate) const BLOCK: usize = 32;

/// Packs whole blocks. A rest that is none is dropped: rows are checked before.
pub(crate) fn pack(values: &[f32], block: BlockType) -> Vec<u8> {
    let pack = match block {
        BlockType::Q4_0 => pack_4,
        _ => pack_8,
    };
    values.as_chunks::<BLOCK>().0.iter().flat_map(pack).collect()
}

fn pack_8(values: &[f32; BLOCK]) -> Vec<u8> {
    let (scale, integers) = quantize(values, 8);
    scale.to_le_bytes().into_iter().chain(integers.map(i8::cast_unsigned)).collect()
}

/// Two integers a byte, shifted to 0..=15: the first half of the block is in the low bits.
fn pack_4(values: &[f32; BLOCK]) -> Vec<u8> {
    let (scale, integers) = quantize(values, 4);
    let nibble = |at: usize| (integers[at] + 8).cast_unsigned();
    let bytes = (0..BLOCK / 2).map(|at| nibble(at) | nibble(at + BLOCK / 2) << 4);
    scale.to_le_bytes().into_iter().chain(bytes).collect()
}

fn quantize(values: &[f32; BLOCK], bits: u32) -> (f16, [i8; BLOCK]) {
    let lowest = -f32::from(1_i16 << (bits - 1));
    let largest = values.iter().fold(0.0_f32, |most, &x| if x.abs() > most.abs() { x } else { most });
    let scale = largest / lowest;
    let inverse = if scale == 0.0 { 0.0 } else { scale.recip() };
    let integers = values.map(|x| (x * inverse).round().clamp(lowest, -lowest - 1.0) as i8);
    (f16::from_f32(scale), integers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Vec<f32> {
        (0..3 * BLOCK).map(|at| (at * 7919 % 1009) as f32 / 1009.0 - 0.6).collect()
    }

    /// Half a step, and what rounding the scale adds to the largest integer.
    fn worst(block: BlockType, bits: u32) -> (f32, f32) {
        let values = values();
        let mut decoded = vec![0.0; values.len()];
        block.decode(&pack(&values, block), &mut decoded);
        let worst = values.iter().zip(&decoded).map(|(x, y)| (x - y).abs()).fold(0.0, f32::max);
        (worst, 0.6 / f32::from(1_i16 << (bits - 1)))
    }

    #[test]
    fn no_value_moves_by_more_than_its_step_allows() {
        for (block, bits) in [(BlockType::Q8_0, 8), (BlockType::Q4_0, 4)] {
            let (worst, step) = worst(block, bits);
            // The far end of the range is cut by one step.
            assert!(worst < 1.1 * step && worst > 0.3 * step, "{block}: {worst} of {step}");
        }
    }

    #[test]
    fn the_largest_value_is_kept_and_nothing_stays_nothing() {
        let mut block = [0.25_f32; BLOCK];
        block[5] = -0.5;
        for kind in [BlockType::Q8_0, BlockType::Q4_0] {
            let mut decoded = [f32::NAN; BLOCK];
            kind.decode(&pack(&block, kind), &mut decoded);
            assert_eq!((decoded[5], decoded[6]), (-0.5, 0.25), "{kind}");
            kind.decode(&pack(&[0.0; BLOCK], kind), &mut decoded);
            assert_eq!(decoded, [0.0; BLOCK], "{kind}");
        }
    }
}
