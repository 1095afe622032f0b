//! What a shader must know about the type of a weight: see `weight.wgsl` and `block.wgsl`.

use crate::{BlockType, DType};

/// All types of weights.
pub(super) fn all() -> impl Iterator<Item = DType> {
    let plain = [DType::F32, DType::F16, DType::BF16, DType::I8];
    plain.into_iter().chain(BlockType::ALL.map(DType::Block))
}

/// The names to define.
pub(super) fn defines(weight: DType) -> Vec<&'static str> {
    match weight {
        DType::F32 => vec!["WEIGHT_F32"],
        DType::F16 => vec!["WEIGHT_F16"],
        DType::BF16 => vec!["WEIGHT_BF16"],
        DType::I8 => vec!["WEIGHT_I8"],
        DType::Block(block) => [&["WEIGHT_BLOCK"], block_defines(block)].concat(),
    }
}

/// The family of a block type, and which of the family's parts it has.
fn block_defines(block: BlockType) -> &'static [&'static str] {
    match block {
        BlockType::Q4_0 | BlockType::Q4_1 => &["BLOCK_LEGACY"],
        BlockType::Q5_0 | BlockType::Q5_1 => &["BLOCK_LEGACY", "FIFTH_BITS"],
        BlockType::Q8_0 => &["BLOCK_LEGACY", "EIGHT_BITS"],
        BlockType::Q2_K => &["BLOCK_K_SHORT"],
        BlockType::Q3_K => &["BLOCK_K_SHORT", "THIRD_BITS"],
        BlockType::Q4_K => &["BLOCK_K_LONG"],
        BlockType::Q5_K => &["BLOCK_K_LONG", "FIFTH_BITS"],
        BlockType::Q6_K => &["BLOCK_Q6_K"],
    }
}

/// The constants to define.
pub(super) fn constants(weight: DType) -> Vec<(&'static str, u32)> {
    let DType::Block(block) = weight else { return vec![] };
    let words = block.bytes().div_ceil(4);
    // Both are below 257.
    vec![
        ("BLOCK_VALUES", block.values() as u32),
        ("BLOCK_WORDS", words as u32),
        ("ZERO_POINT", zero_point(block)),
    ]
}

/// The unsigned integer that stands for zero.
fn zero_point(block: BlockType) -> u32 {
    match block {
        BlockType::Q4_0 => 8,
        BlockType::Q5_0 => 16,
        BlockType::Q8_0 => 128,
        BlockType::Q3_K => 4,
        BlockType::Q6_K => 32,
        BlockType::Q4_1 | BlockType::Q5_1 | BlockType::Q2_K | BlockType::Q4_K | BlockType::Q5_K => 0,
    }
}
