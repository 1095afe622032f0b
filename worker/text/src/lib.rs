//! Prompts to token ids: CLIP's byte-pair tokenizer.
//!
//! Text is normalised ([`ClipTokenizer::tokens`] says how), split into pieces, and each piece's bytes are merged
//! pair by pair in the order that training found (Sennrich et al. 2016; Radford et al. 2021). Every token knows
//! which bytes of the prompt it stands for, so that an interface can show what was cut off.

mod bpe;
mod clip;
mod normalize;
mod pieces;
mod vocabulary;

pub use clip::{ClipTokenizer, Fit, Token};
