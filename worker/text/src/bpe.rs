//! Byte-pair merging of one piece (Sennrich et al. 2016).
//!
//! The best pair is found with a heap, so that a pasted word of a hundred thousand letters costs n log n.

use std::{cmp::Reverse, collections::BinaryHeap, ops::Range};

use crate::vocabulary::Vocabulary;

/// A token under construction: a node of a linked list over the piece's bytes.
struct Symbol {
    token: u16,
    bytes: Range<usize>,
    previous: Option<usize>,
    next: Option<usize>,
}

/// A pair that might merge: the merged token (lower is better), the left symbol's place (earlier is better), and
/// the pair as it was when it was found.
type Candidate = Reverse<(u16, usize, (u16, u16))>;

/// The tokens of a piece, each with its bytes.
pub(crate) fn merge(vocabulary: &Vocabulary, piece: &[u8]) -> Vec<(u16, Range<usize>)> {
    let mut symbols: Vec<Symbol> = piece
        .iter()
        .enumerate()
        .map(|(index, &byte)| Symbol {
            token: vocabulary.byte(byte, index + 1 == piece.len()),
            bytes: index..index + 1,
            previous: index.checked_sub(1),
            next: (index + 1 < piece.len()).then_some(index + 1),
        })
        .collect();
    let mut candidates: BinaryHeap<Candidate> =
        (0..symbols.len()).filter_map(|left| candidate(vocabulary, &symbols, left)).collect();
    while let Some(Reverse((merged, left, pair))) = candidates.pop() {
        let Some(right) = symbols[left].next else { continue };
        // A symbol that has merged since keeps its place, but the pair is another one now.
        if symbols[left].bytes.is_empty() || (symbols[left].token, symbols[right].token) != pair {
            continue;
        }
        absorb(&mut symbols, left, right, merged);
        candidates.extend(candidate(vocabulary, &symbols, left));
        candidates
            .extend(symbols[left].previous.and_then(|previous| candidate(vocabulary, &symbols, previous)));
    }
    symbols
        .into_iter()
        .filter(|symbol| !symbol.bytes.is_empty())
        .map(|symbol| (symbol.token, symbol.bytes))
        .collect()
}

fn candidate(vocabulary: &Vocabulary, symbols: &[Symbol], left: usize) -> Option<Candidate> {
    let pair = (symbols[left].token, symbols[symbols[left].next?].token);
    vocabulary.merged(pair.0, pair.1).map(|merged| Reverse((merged, left, pair)))
}

/// Makes `left` the merged token and takes `right` out of the list; an absorbed symbol has no bytes.
fn absorb(symbols: &mut [Symbol], left: usize, right: usize, merged: u16) {
    let (end, after) = (symbols[right].bytes.end, symbols[right].next);
    symbols[right].bytes = end..end;
    symbols[right].next = None;
    symbols[left].token = merged;
    symbols[left].bytes.end = end;
    symbols[left].next = after;
    if let Some(after) = after {
        symbols[after].previous = Some(left);
    }
}
