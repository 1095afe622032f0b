//! Number formats by their numbers in `enum ggml_type` (`ggml.h`).

use blocks::BlockType;
use safetensors::Dtype;

use crate::DType;

/// A number format, and how its values are grouped into bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct GgmlType {
    pub(super) dtype: DType,
    /// Values of one block; 1 for plain numbers.
    pub(super) block_values: u64,
    /// Bytes of one block.
    pub(super) block_bytes: u64,
}

/// Block types that are known by name and size only (`ggml-common.h`): number, name, values, bytes.
const UNSUPPORTED: [(u32, &str, u64, u64); 14] = [
    (9, "Q8_1", 32, 36),
    (15, "Q8_K", 256, 292),
    (16, "IQ2_XXS", 256, 66),
    (17, "IQ2_XS", 256, 74),
    (18, "IQ3_XXS", 256, 98),
    (19, "IQ1_S", 256, 50),
    (20, "IQ4_NL", 32, 18),
    (21, "IQ3_S", 256, 110),
    (22, "IQ2_S", 256, 82),
    (23, "IQ4_XS", 256, 136),
    (29, "IQ1_M", 256, 56),
    (34, "TQ1_0", 256, 54),
    (35, "TQ2_0", 256, 66),
    (39, "MXFP4", 32, 17),
];

/// The number format of this number; `None` for unknown ones.
pub(super) fn of(id: u32) -> Option<GgmlType> {
    if let Some(block) = BlockType::from_ggml_id(id) {
        let (block_values, block_bytes) = (block.values() as u64, block.bytes() as u64);
        return Some(GgmlType { dtype: DType::Block(block), block_values, block_bytes });
    }
    if let Some(&(_, name, block_values, block_bytes)) = UNSUPPORTED.iter().find(|known| known.0 == id) {
        return Some(GgmlType { dtype: DType::Unsupported(name), block_values, block_bytes });
    }
    let (dtype, block_bytes) = match id {
        0 => (DType::F32, 4),
        1 => (DType::F16, 2),
        // Here there are no scales beside plain integers, so they are not weights.
        24 => (DType::Other(Dtype::I8), 1),
        25 => (DType::Other(Dtype::I16), 2),
        26 => (DType::Other(Dtype::I32), 4),
        27 => (DType::Other(Dtype::I64), 8),
        28 => (DType::Other(Dtype::F64), 8),
        30 => (DType::BF16, 2),
        _ => return None,
    };
    Some(GgmlType { dtype, block_values: 1, block_bytes })
}

/// The number of a format that can be written, and its block; `None` for the others.
pub(super) fn id_of(dtype: DType) -> Option<(u32, GgmlType)> {
    let id = match dtype {
        DType::F32 => 0,
        DType::F16 => 1,
        DType::BF16 => 30,
        DType::Block(block) => block.ggml_id(),
        DType::I8 | DType::Unsupported(_) | DType::Other(_) => return None,
    };
    of(id).map(|found| (id, found))
}
