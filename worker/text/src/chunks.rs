//! Prompts of any length, in chunks that the text encoder can take one by one.
//!
//! A chunk has room for 75 tokens between start and end. As in the widely used web UI (`tokenize_line` in its
//! `modules/sd_hijack_clip.py`, with its default `comma_padding_backtrack` of 20), a chunk that is full ends behind its
//! last comma, if that is one of its last 20 tokens, and what follows the comma moves to the next chunk; so a phrase
//! is seldom torn. `BREAK` ends a chunk at once, even an empty one. There is always at least one chunk.

use std::ops::Range;

use crate::{ClipTokenizer, Padding, Part, clip::padded, parse_weighted};

/// A comma that ends a word, as every comma before white space or a letter does (`,</w>`).
const COMMA: u32 = 267;

/// A comma among this many last tokens of a full chunk is where the chunk ends.
const BACKTRACK: usize = 20;

/// One token of a weighted prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightedToken {
    /// Its id in the vocabulary.
    pub id: u32,
    /// Its weight, finite; 1 leaves it as it is.
    pub weight: f64,
    /// The bytes of the prompt that it stands for, on character borders. Syntax inside a token belongs to it.
    pub span: Range<usize>,
}

/// What the text encoder takes in one go. The default is an empty chunk.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chunk {
    /// At most [`ClipTokenizer::CAPACITY`], without start and end.
    pub tokens: Vec<WeightedToken>,
}

impl Chunk {
    /// The 77 ids: start, the tokens, end, then `padding`.
    pub fn ids(&self, padding: Padding) -> Vec<u32> {
        padded(self.tokens.iter().map(|token| token.id), padding)
    }

    /// One weight for each of the ids. Start, end and padding have weight 1.
    pub fn weights(&self) -> Vec<f64> {
        let mut weights = vec![1.0];
        weights.extend(self.tokens.iter().take(ClipTokenizer::CAPACITY).map(|token| token.weight));
        weights.resize(ClipTokenizer::LENGTH, 1.0);
        weights
    }
}

/// How a weighted prompt falls into chunks, for a token counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkedFit<'text> {
    /// Tokens of the whole prompt, without start, end and padding.
    pub tokens: usize,
    /// The chunks in their order. Their texts, one after the other, are the prompt.
    pub chunks: Vec<ChunkFit<'text>>,
}

/// One chunk's share of a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkFit<'text> {
    /// Tokens in this chunk, without start, end and padding.
    pub tokens: usize,
    /// The part of the prompt, with its syntax. A character whose tokens fall into two chunks belongs to the later.
    pub text: &'text str,
}

impl ClipTokenizer {
    /// The chunks of a prompt with weights, at least one.
    pub fn chunks(&self, prompt: &str) -> Vec<Chunk> {
        self.split(prompt).finished.into_iter().map(|(chunk, _)| chunk).collect()
    }

    /// What each chunk holds of a prompt with weights, for a token counter.
    pub fn fit_chunks<'text>(&self, prompt: &'text str) -> ChunkedFit<'text> {
        let finished = self.split(prompt).finished;
        let mut starts: Vec<usize> = finished.iter().map(|&(_, start)| start).collect();
        starts.push(prompt.len());
        let chunks: Vec<ChunkFit<'text>> = finished
            .iter()
            .zip(starts.windows(2))
            .map(|((chunk, _), borders)| ChunkFit {
                tokens: chunk.tokens.len(),
                text: match borders {
                    &[start, end] => prompt.get(start..end).unwrap_or_default(),
                    _ => "",
                },
            })
            .collect();
        ChunkedFit { tokens: chunks.iter().map(|chunk| chunk.tokens).sum(), chunks }
    }

    fn split(&self, prompt: &str) -> Splitter {
        let mut splitter = Splitter::default();
        for part in parse_weighted(prompt) {
            let segment = match part {
                Part::Break { span } => {
                    splitter.finish(span.end);
                    continue;
                }
                Part::Text(segment) => segment,
            };
            for token in self.tokens(&segment.text) {
                let span = segment.span_of(token.span);
                splitter.push(WeightedToken { id: token.id, weight: segment.weight, span });
            }
        }
        if !splitter.current.is_empty() || splitter.finished.is_empty() {
            splitter.finish(prompt.len());
        }
        splitter
    }
}

/// Fills chunks token by token.
#[derive(Default)]
struct Splitter {
    /// Full chunks, each with the byte of the prompt where it begins.
    finished: Vec<(Chunk, usize)>,
    current: Vec<WeightedToken>,
    /// Where the current chunk begins.
    next_start: usize,
    /// Place of the current chunk's last comma.
    comma: Option<usize>,
}

impl Splitter {
    fn push(&mut self, token: WeightedToken) {
        let full = self.current.len() >= ClipTokenizer::CAPACITY;
        let near = self.comma.filter(|comma| self.current.len() - comma <= BACKTRACK);
        match near {
            // A comma that finds the chunk full has no text behind it to move.
            Some(comma) if full && token.id != COMMA => {
                let moved = self.current.split_off(comma + 1);
                self.finish(moved.first().unwrap_or(&token).span.start);
                self.current = moved;
            }
            _ if full => self.finish(token.span.start),
            _ if token.id == COMMA => self.comma = Some(self.current.len()),
            _ => {}
        }
        self.current.push(token);
    }

    /// Ends the current chunk; the next one begins at a byte of the prompt.
    fn finish(&mut self, next_start: usize) {
        let chunk = Chunk { tokens: std::mem::take(&mut self.current) };
        self.finished.push((chunk, std::mem::replace(&mut self.next_start, next_start)));
        self.comma = None;
    }
}
