//! CLIP's vocabulary, rebuilt from its list of merges.
//!
//! Ids follow from order alone: 256 bytes, the same 256 bytes at the end of a word, one id per merge, and the two
//! specials. So only the merges are shipped.

use std::{collections::HashMap, io::Read};

use flate2::read::GzDecoder;

/// `merges.txt` of the published tokenizer: a version line, then one pair of tokens a line, best first.
const MERGES_GZ: &[u8] = include_bytes!("../data/merges.txt.gz");

const BYTES: u16 = 256;

/// Marks the token that ends a word in the list of merges.
const WORD_END: &str = "</w>";

/// Start of text.
pub(crate) const BOS: u32 = 49406;
/// End of text, and CLIP's padding.
pub(crate) const EOS: u32 = 49407;

/// Which pairs of tokens become one.
pub(crate) struct Vocabulary {
    /// Left and right token to the merged one; lower ids are merged first.
    merges: HashMap<(u16, u16), u16>,
    /// Token of each byte inside a word.
    bytes: [u16; BYTES as usize],
}

impl Vocabulary {
    /// Unpacks the embedded list.
    ///
    /// # Errors
    /// A damaged list, with what is wrong in it.
    pub(crate) fn load() -> Result<Self, String> {
        let mut text = String::new();
        GzDecoder::new(MERGES_GZ).read_to_string(&mut text).map_err(|error| error.to_string())?;
        let letters = byte_letters();
        let mut ids: HashMap<String, u16> = HashMap::new();
        for (&(_, letter), id) in letters.iter().zip(0..) {
            ids.insert(letter.to_string(), id);
            ids.insert(format!("{letter}{WORD_END}"), BYTES + id);
        }
        let mut merges = HashMap::new();
        for (line, id) in text.lines().skip(1).zip(2 * BYTES..) {
            let (left, right) = line.split_once(' ').ok_or_else(|| format!("{line:?} is no pair"))?;
            let id_of =
                |token: &str| ids.get(token).copied().ok_or_else(|| format!("{token:?} comes too early"));
            merges.insert((id_of(left)?, id_of(right)?), id);
            ids.insert(format!("{left}{right}"), id);
        }
        let mut bytes = [0; BYTES as usize];
        for (&(byte, _), id) in letters.iter().zip(0..) {
            bytes[usize::from(byte)] = id;
        }
        Ok(Self { merges, bytes })
    }

    /// The token of one byte, before any merge.
    pub(crate) fn byte(&self, byte: u8, ends_word: bool) -> u16 {
        let id = self.bytes[usize::from(byte)];
        if ends_word { id + BYTES } else { id }
    }

    /// What two neighbours merge into, if they do. The lower the id, the earlier the merge.
    pub(crate) fn merged(&self, left: u16, right: u16) -> Option<u16> {
        self.merges.get(&(left, right)).copied()
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        2 * usize::from(BYTES) + self.merges.len() + 2
    }
}

/// Every byte and the visible character that stands for it in the list, in the order of their ids (GPT-2's
/// `bytes_to_unicode`): printable Latin-1 as itself, then the rest as characters from U+0100 on.
fn byte_letters() -> Vec<(u8, char)> {
    let printable = |byte: &u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let visible = (0..=u8::MAX).filter(printable).map(|byte| (byte, char::from(byte)));
    let hidden = (0..=u8::MAX).filter(|byte| !printable(byte)).zip('\u{100}'..);
    visible.chain(hidden).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_list_gives_the_published_size_and_ids() {
        let vocabulary = Vocabulary::load().unwrap();
        assert_eq!(vocabulary.len(), 49408);
        assert_eq!(EOS as usize, vocabulary.len() - 1);
        assert_eq!((vocabulary.byte(b'!', false), vocabulary.byte(b'a', true)), (0, 320));
        assert_eq!(vocabulary.byte(b'\n', false), 188 + 10);
        // The first merge is "i n".
        let (i, n) = (vocabulary.byte(b'i', false), vocabulary.byte(b'n', false));
        assert_eq!(vocabulary.merged(i, n), Some(512));
        assert_eq!(vocabulary.merged(n, vocabulary.byte(b'!', false)), None);
    }
}
