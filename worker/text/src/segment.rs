//! Text of one weight, and where each of its bytes stands in the prompt.

use std::ops::Range;

/// One part of a weighted prompt.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Text of one weight; never empty.
    Text(Segment),
    /// What follows begins a new chunk.
    Break {
        /// The bytes of the prompt that the word takes, with the white space around it.
        span: Range<usize>,
    },
}

/// Text of one weight, free of syntax.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// What the tokenizer is to see.
    pub text: String,
    /// Finite, within ±[`MOST_WEIGHT`](crate::MOST_WEIGHT); 1 leaves the text as it is.
    pub weight: f64,
    /// The bytes of the prompt that the text was taken from, with the backslashes and brackets in between.
    pub span: Range<usize>,
    /// Where text that lies in one piece begins: in `text`, and in the prompt. Sorted; the first is `text`'s start.
    origins: Vec<(usize, usize)>,
}

impl Segment {
    /// The bytes of the prompt that a range of `text` was taken from.
    pub fn span_of(&self, range: Range<usize>) -> Range<usize> {
        let start = self.in_prompt(range.start);
        // The end is found from the last byte inside: the next one may lie behind a bracket.
        let end = range.end.checked_sub(1).filter(|&last| last >= range.start);
        start..end.map_or(start, |last| self.in_prompt(last) + 1)
    }

    fn in_prompt(&self, at: usize) -> usize {
        let next = self.origins.partition_point(|&(in_text, _)| in_text <= at);
        let origin = next.checked_sub(1).and_then(|index| self.origins.get(index));
        origin.map_or(self.span.start, |&(in_text, in_prompt)| in_prompt + (at - in_text))
    }
}

/// What the parser finds, before neighbours are joined.
pub(crate) enum Piece {
    Text { span: Range<usize>, text: Range<usize>, weight: f64 },
    Break { span: Range<usize> },
}

impl Piece {
    /// Text of weight 1. `span`: the bytes that it takes in the prompt; `text`: those of them that it says.
    pub(crate) fn text(span: Range<usize>, text: Range<usize>) -> Self {
        Self::Text { span, text, weight: 1.0 }
    }
}

/// Joins neighbours of equal weight and leaves out empty ones.
pub(crate) fn join(prompt: &str, pieces: Vec<Piece>) -> Vec<Part> {
    let mut parts = Vec::new();
    for piece in pieces {
        let (span, text, weight) = match piece {
            Piece::Break { span } => {
                parts.push(Part::Break { span });
                continue;
            }
            Piece::Text { span, text, weight } => (span, text, weight),
        };
        let said = prompt.get(text.clone()).unwrap_or_default();
        if said.is_empty() {
            continue;
        }
        match parts.last_mut() {
            Some(Part::Text(last)) if last.weight == weight => {
                last.origins.push((last.text.len(), text.start));
                last.text.push_str(said);
                last.span.end = span.end;
            }
            _ => {
                let origins = vec![(0, text.start)];
                parts.push(Part::Text(Segment { text: said.to_owned(), weight, span, origins }));
            }
        }
    }
    parts
}
