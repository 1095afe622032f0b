//! Prompts to token ids: CLIP's byte-pair tokenizer.
//!
//! Text is normalised ([`ClipTokenizer::tokens`] says how), split into pieces, and each piece's bytes are merged
//! pair by pair in the order that training found (Sennrich et al. 2016; Radford et al. 2021). Every token knows
//! which bytes of the prompt it stands for, so that an interface can show what was cut off.
//!
//! [`parse_weighted`] reads brackets that weigh parts of a prompt, and [`ClipTokenizer::chunks`] makes chunks of a
//! weighted prompt of any length.

mod bpe;
mod chunks;
mod clip;
mod emphasis;
mod normalize;
mod pieces;
mod segment;
mod vocabulary;

pub use chunks::{Chunk, ChunkFit, ChunkedFit, WeightedToken};
pub use clip::{ClipTokenizer, Fit, Padding, Token};
pub use emphasis::{MOST_OPEN, MOST_WEIGHT, parse_weighted};
pub use segment::{Part, Segment};
