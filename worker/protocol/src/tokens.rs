//! How prompts fall into what a text encoder takes.

use serde::{Deserialize, Serialize};

/// The tokens of a prompt, for a counter. Places are bytes of the prompt's text, on character borders.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenCount {
    /// Tokens of the whole prompt, without start and end.
    pub tokens: u32,
    /// Tokens that one chunk has room for.
    pub capacity: u32,
    /// Where each chunk begins; a plain prompt has one chunk.
    pub chunk_starts: Vec<u32>,
    /// Where the part begins that is cut off; the text's length when all of it is seen.
    pub seen: u32,
    /// Tokens that are cut off.
    pub cut_off: u32,
}
