//! Brackets that give parts of a prompt more or less weight.
//!
//! The syntax is that of the widely used web UI (AUTOMATIC1111's stable-diffusion-webui, `parse_prompt_attention` in
//! `modules/prompt_parser.py`):
//!
//! | written | means |
//! | --- | --- |
//! | `(text)` | weight times 1.1 |
//! | `(text:1.3)` | weight times 1.3: a sign, digits and points, white space around them allowed |
//! | `[text]` | weight divided by 1.1 |
//! | `\(` `\)` `\[` `\]` `\\` | the character itself; a backslash before anything else is left out |
//! | `BREAK` | a word of its own, in capitals: what follows begins a new chunk |
//!
//! Brackets nest, and their factors multiply. Round and square ones are paired apart from each other. A bracket that
//! is never closed reaches to the end of the prompt, and one that closes nothing is text.
//!
//! Where the web UI fails or has no answer, this is what happens:
//! - A number is read as the nearest f64, however many digits it has. `.` and `1.2.3` are no numbers: the colon and
//!   they are text, and the bracket after them closes as `(text)` does.
//! - A weight is held within ±[`MOST_WEIGHT`] after every factor, so that it is always finite. There is no way to
//!   write an infinite weight or one that is no number: letters are text.
//! - A bracket inside [`MOST_OPEN`] open ones of its kind is text. This bounds the work on a hostile prompt.
//! - `BREAK` means the same inside brackets, where the web UI takes it for a word of negative weight.

use std::ops::Range;

use crate::segment::{Part, Piece, join};

/// Largest size of a weight, of either sign.
pub const MOST_WEIGHT: f64 = 100.0;

/// How many brackets of one kind can be open at a place.
pub const MOST_OPEN: usize = 100;

/// The factor of a pair of round brackets without a number. Square ones divide by it.
const STEP: f64 = 1.1;

const BREAK: &str = "BREAK";

/// What ends a stretch of plain text.
const SYNTAX: [char; 6] = ['\\', '(', ')', '[', ']', ':'];

/// Takes a prompt apart into text of one weight each and breaks. Neighbours of equal weight are one part, so that a
/// prompt without weights is one part however it is bracketed; no part is empty.
pub fn parse_weighted(prompt: &str) -> Vec<Part> {
    let mut parser = Parser { prompt, pieces: Vec::new(), round: Vec::new(), square: Vec::new() };
    let mut at = 0;
    while let Some(rest) = prompt.get(at..).filter(|rest| !rest.is_empty()) {
        at += parser.take(at, rest);
    }
    for opened in std::mem::take(&mut parser.round) {
        parser.multiply(opened, STEP);
    }
    for opened in std::mem::take(&mut parser.square) {
        parser.multiply(opened, STEP.recip());
    }
    join(prompt, parser.pieces)
}

struct Parser<'text> {
    prompt: &'text str,
    pieces: Vec<Piece>,
    /// For each open round bracket, the first piece inside it.
    round: Vec<usize>,
    /// The same for square brackets.
    square: Vec<usize>,
}

impl Parser<'_> {
    /// Reads one item of syntax from `rest`, which begins at byte `at` of the prompt, and returns its bytes.
    fn take(&mut self, at: usize, rest: &str) -> usize {
        let next = self.pieces.len();
        match rest.as_bytes() {
            [b'\\', b'(' | b')' | b'[' | b']' | b'\\', ..] => {
                self.pieces.push(Piece::text(at..at + 2, at + 1..at + 2));
                return 2;
            }
            [b'\\', ..] => {}
            [b'(', ..] if self.round.len() < MOST_OPEN => self.round.push(next),
            [b'[', ..] if self.square.len() < MOST_OPEN => self.square.push(next),
            [b':', ..] => return self.take_number(at, rest),
            [b')', ..] if let Some(opened) = self.round.pop() => self.multiply(opened, STEP),
            [b']', ..] if let Some(opened) = self.square.pop() => self.multiply(opened, STEP.recip()),
            [b'(' | b')' | b'[' | b']', ..] => self.pieces.push(Piece::text(at..at + 1, at..at + 1)),
            _ => {
                let length = rest.find(SYNTAX).unwrap_or(rest.len());
                self.push_text(at..at + length);
                return length;
            }
        }
        1
    }

    /// A colon: the end of a bracket with a number, or text.
    fn take_number(&mut self, at: usize, rest: &str) -> usize {
        match number_and_bracket(rest) {
            Some((factor, length)) if let Some(opened) = self.round.pop() => {
                self.multiply(opened, factor);
                length
            }
            _ => {
                self.pieces.push(Piece::text(at..at + 1, at..at + 1));
                1
            }
        }
    }

    /// Plain text, in which there may be breaks.
    fn push_text(&mut self, range: Range<usize>) {
        let mut start = range.start;
        while let Some(found) = self.next_break(start..range.end) {
            self.pieces.push(Piece::text(start..found.start, start..found.start));
            start = found.end;
            self.pieces.push(Piece::Break { span: found });
        }
        self.pieces.push(Piece::text(start..range.end, start..range.end));
    }

    /// The first break in a range of the prompt that is one stretch of text, with the white space around it.
    fn next_break(&self, range: Range<usize>) -> Option<Range<usize>> {
        let text = self.prompt.get(range.clone())?;
        let is_word = |char: char| char.is_alphanumeric() || char == '_';
        text.match_indices(BREAK).find_map(|(at, _)| {
            let (before, after) = (text.get(..at)?, text.get(at + BREAK.len()..)?);
            if before.ends_with(is_word) || after.starts_with(is_word) {
                return None;
            }
            let end = text.len() - after.trim_start().len();
            Some(range.start + before.trim_end().len()..range.start + end)
        })
    }

    /// Multiplies the weights from a piece on.
    fn multiply(&mut self, from: usize, factor: f64) {
        for piece in self.pieces.iter_mut().skip(from) {
            if let Piece::Text { weight, .. } = piece {
                *weight = (*weight * factor).clamp(-MOST_WEIGHT, MOST_WEIGHT);
            }
        }
    }
}

/// The number in `:NUMBER)`, held within the range of weights, and how many bytes all of it takes.
fn number_and_bracket(text: &str) -> Option<(f64, usize)> {
    let inside = text.strip_prefix(':')?.trim_start();
    let unsigned = inside.strip_prefix(['+', '-']).unwrap_or(inside);
    let after = unsigned.trim_start_matches(|char: char| char.is_ascii_digit() || char == '.');
    let number: f64 = inside.get(..inside.len() - after.len())?.parse().ok()?;
    let rest = after.trim_start().strip_prefix(')')?;
    Some((number.clamp(-MOST_WEIGHT, MOST_WEIGHT), text.len() - rest.len()))
}
