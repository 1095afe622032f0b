//! Where one piece of text ends and the next begins; merges never cross such a border.
//!
//! The published rule is the regular expression
//! `<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`,
//! written out here because a regular-expression engine weighs more than this whole crate.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use crate::normalize::Mapped;

const CONTRACTIONS: [&str; 7] = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

/// What is left of a special token once it is mere text: the parts that a second rule cuts it into.
const SPECIAL_TEXTS: [[&str; 3]; 2] = [["<|", "startoftext", "|>"], ["<|", "endoftext", "|>"]];

/// Ranges of `text` that are pieces; white space is in none.
pub(crate) fn pieces(text: &[Mapped]) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    while let Some((first, rest)) = text.get(start..).and_then(<[Mapped]>::split_first) {
        let here = &text[start..];
        let run = |class: fn(char) -> bool| 1 + rest.iter().take_while(|next| class(next.char)).count();
        let special = SPECIAL_TEXTS.iter().find(|parts| starts_with(here, &parts.concat()));
        let contraction = CONTRACTIONS.iter().find(|contraction| starts_with(here, contraction));
        let lengths = match (first.char, special, contraction) {
            (white, ..) if white.is_whitespace() => {
                start += 1;
                continue;
            }
            (_, Some(parts), _) => parts.map(str::len).to_vec(),
            (_, _, Some(contraction)) => vec![contraction.len()],
            (letter, ..) if is_letter(letter) => vec![run(is_letter)],
            (number, ..) if number.is_numeric() => vec![1],
            _ => vec![run(is_symbol)],
        };
        for length in lengths {
            pieces.push(start..start + length);
            start += length;
        }
    }
    pieces
}

fn starts_with(text: &[Mapped], prefix: &str) -> bool {
    let mut chars = text.iter().map(|mapped| mapped.char);
    prefix.chars().all(|wanted| chars.next() == Some(wanted))
}

/// `\p{L}`. Rust's alphabetic is wider: letter-like numbers, vowel signs, and letters in circles and squares.
fn is_letter(char: char) -> bool {
    let enclosed = matches!(
        char,
        '\u{24B6}'..='\u{24E9}' | '\u{1F130}'..='\u{1F149}' | '\u{1F150}'..='\u{1F169}' | '\u{1F170}'..='\u{1F189}'
    );
    char.is_alphabetic() && !char.is_numeric() && !is_combining_mark(char) && !enclosed
}

fn is_symbol(char: char) -> bool {
    !char.is_whitespace() && !char.is_numeric() && !is_letter(char)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::normalize;

    fn split(text: &str) -> Vec<String> {
        let mapped = normalize(text, 0);
        pieces(&mapped)
            .into_iter()
            .map(|piece| mapped[piece].iter().map(|mapped| mapped.char).collect())
            .collect()
    }

    #[test]
    fn text_splits_where_the_published_rule_does() {
        assert_eq!(split("It's 42, they'll"), ["it", "'s", "4", "2", ",", "they", "'ll"]);
        assert_eq!(split("don't--'s"), ["don", "'t", "--'", "s"]);
        assert_eq!(split("हिन्दी"), ["ह", "ि", "न", "्", "द", "ी"]);
        assert_eq!(split("x² Ⅷ Ⓐ"), ["x", "²", "ⅷ", "ⓐ"]);
        assert_eq!(split("<|EndOfText|>!!"), ["<|", "endoftext", "|>", "!!"]);
        assert_eq!(split("!<|endoftext|>!"), ["!<|", "endoftext", "|>!"]);
        assert_eq!(split(" \t\n\u{3000}"), [""; 0]);
    }
}
