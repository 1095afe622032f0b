//! Text as CLIP saw it in training, with the way back to the prompt.
//!
//! The published tokenizer normalises to NFC, folds white space and lowers case, one character at a time: a Greek
//! sigma at a word's end stays an inner one. (The first release also repaired HTML entities; the tokenizer that
//! checkpoints carry does not.)

use std::ops::Range;

use unicode_normalization::{
    IsNormalized, UnicodeNormalization, char::canonical_combining_class, is_nfc_quick,
};

/// One normalised character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mapped {
    /// The character.
    pub(crate) char: char,
    /// The bytes of the original text that it comes from, shared by all that come from one cluster.
    pub(crate) span: Range<usize>,
}

/// Normalises `text`, which starts at byte `offset` of the prompt.
pub(crate) fn normalize(text: &str, offset: usize) -> Vec<Mapped> {
    let mut mapped = Vec::with_capacity(text.len());
    let mut start = 0;
    for (end, char) in text.char_indices().skip(1) {
        if starts_cluster(char) {
            push_cluster(&mut mapped, text, start..end, offset);
            start = end;
        }
    }
    push_cluster(&mut mapped, text, start..text.len(), offset);
    mapped
}

/// Whether nothing before `char` can compose with it (Unicode Annex 15, section 9.1: a stable boundary).
fn starts_cluster(char: char) -> bool {
    canonical_combining_class(char) == 0 && is_nfc_quick(std::iter::once(char)) == IsNormalized::Yes
}

fn push_cluster(mapped: &mut Vec<Mapped>, text: &str, range: Range<usize>, offset: usize) {
    let span = range.start + offset..range.end + offset;
    let cluster = text.get(range).unwrap_or_default();
    let lowered = cluster.chars().nfc().flat_map(char::to_lowercase);
    mapped.extend(lowered.map(|char| Mapped { char, span: span.clone() }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normalized(text: &str) -> String {
        normalize(text, 0).iter().map(|mapped| mapped.char).collect()
    }

    #[test]
    fn clusters_give_what_the_whole_text_gives() {
        for text in
            ["cafe\u{301}", "\u{1112}\u{1161}\u{11ab}", "q\u{307}\u{323}", "\u{915}\u{93c}", "\u{301}x", ""]
        {
            assert_eq!(normalized(text), text.nfc().collect::<String>(), "{text:?}");
        }
        assert_eq!(normalized("ÀΣ İ"), "àσ i\u{307}");
    }

    #[test]
    fn characters_know_their_bytes() {
        let mapped = normalize("ae\u{301}!", 10);
        assert_eq!(mapped.len(), 3);
        assert_eq!(mapped[1], Mapped { char: 'é', span: 11..14 });
        assert_eq!(mapped[2].span, 14..15);
    }
}
