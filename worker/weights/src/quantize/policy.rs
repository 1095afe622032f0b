//! Which tensor becomes what.
//!
//! - Norms, biases and other vectors keep their type: they are few, and every number counts in all places.
//! - What a network begins and ends with (`conv_in`, `conv_out`, embeddings of time, size and class, positions) and
//!   the whole autoencoder keep 16 bits: their errors go into the picture unaveraged, and they are small.
//! - Tables of tokens have at least 8 bits; a prompt uses few rows of them.
//! - Values and outputs of attention's and the feed-forward network's (`to_v`, `ff.net.2`) and the first and the last
//!   block of a UNet have the next better type, as llama.cpp's "medium" mixtures do for the same layers.
//! - Values that are not whole blocks of 256 take a type of 32; those that are not even that stay at 16 bits.
//! - What is packed already is not packed anew into more bytes.

use blocks::BlockType;

use super::Target;
use crate::DType;

/// A tensor to decide about.
pub(super) struct Candidate<'a> {
    /// Its name within its part, in diffusers' words.
    pub(super) name: &'a str,
    pub(super) dtype: DType,
    pub(super) shape: &'a [usize],
    /// Whether its part is an autoencoder.
    pub(super) autoencoder: bool,
    /// The last of a UNet's upward blocks, for example `up_blocks.3.`.
    pub(super) last_block: Option<&'a str>,
}

/// Beginnings of names of layers that keep 16 bits.
const HALF: [&str; 12] = [
    "conv_in.",
    "conv_out.",
    "time_embedding.",
    "add_embedding.",
    "class_embedding.",
    "time_text_embed.",
    "x_embedder.",
    "context_embedder.",
    "proj_out.",
    "norm_out.",
    "text_projection.",
    "encoder_hid_proj.",
];

/// The type that the tensor is stored as.
pub(super) fn stored_type(candidate: &Candidate<'_>, target: Target) -> DType {
    let planned = wanted(candidate, target);
    match candidate.dtype {
        // Nothing is won by packing anew what is packed as tightly already.
        DType::Block(_) if bits(candidate.dtype) <= bits(planned) => candidate.dtype,
        _ => planned,
    }
}

fn wanted(candidate: &Candidate<'_>, target: Target) -> DType {
    let Candidate { name, dtype, shape, .. } = *candidate;
    if shape.len() < 2 {
        return if dtype == DType::I8 { DType::F32 } else { dtype };
    }
    let Target::Blocks(block) = target else { return DType::F16 };
    // The range of a bfloat16 is wider than that of a half.
    let half = if dtype == DType::BF16 { DType::BF16 } else { DType::F16 };
    if candidate.autoencoder || is_sensitive(name) {
        return half;
    }
    let block = if name.contains("token_embedding.") || name.starts_with("shared.") {
        BlockType::Q8_0
    } else if wants_better(candidate) {
        better(block)
    } else {
        block
    };
    fitting(block, shape.iter().product()).map_or(half, DType::Block)
}

fn is_sensitive(name: &str) -> bool {
    HALF.iter().any(|layer| name.starts_with(layer)) || name.contains("position_embedding.")
}

fn wants_better(candidate: &Candidate<'_>) -> bool {
    let name = candidate.name;
    name.contains(".to_v.")
        || name.contains(".ff.net.2.")
        || name.starts_with("down_blocks.0.")
        || candidate.last_block.is_some_and(|block| name.starts_with(block))
}

/// One step up.
fn better(block: BlockType) -> BlockType {
    match block {
        BlockType::Q2_K => BlockType::Q4_K,
        BlockType::Q3_K => BlockType::Q5_K,
        BlockType::Q4_K | BlockType::Q5_K => BlockType::Q6_K,
        BlockType::Q4_0 => BlockType::Q5_0,
        BlockType::Q4_1 => BlockType::Q5_1,
        BlockType::Q5_0 | BlockType::Q5_1 | BlockType::Q6_K | BlockType::Q8_0 => BlockType::Q8_0,
    }
}

/// The type itself, or the one of 32 values that loses no more, of which `values` are whole blocks.
fn fitting(block: BlockType, values: usize) -> Option<BlockType> {
    let small = match block {
        BlockType::Q2_K | BlockType::Q3_K => BlockType::Q4_0,
        BlockType::Q4_K => BlockType::Q5_0,
        BlockType::Q5_K => BlockType::Q5_1,
        BlockType::Q6_K => BlockType::Q8_0,
        other => other,
    };
    [block, small].into_iter().find(|block| values > 0 && block.bytes_of(values).is_some())
}

/// Bits of a value, in units that compare.
fn bits(dtype: DType) -> usize {
    match dtype {
        DType::Block(block) => block.bytes() * 8 * 256 / block.values(),
        DType::F32 => 32 * 256,
        _ => 16 * 256,
    }
}
