//! A weight file whose bytes are made up when they are read.

use std::ops::Range;

use serde_json::{Map, Value, json};
use weights::{ByteSource, LocalBoxFuture, WeightsError};

use crate::Shapes;

/// What the numbers of a made-up file look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// Random `F16` of either sign, 0.0001 to 0.03.
    RandomF16,
    /// Random `F32` of either sign, 0.008 to 0.03.
    RandomF32,
    /// `F32` zeros, as a sparse file has them.
    ZeroF32,
}

/// A weight file that exists only while it is read: a header, and behind it numbers.
#[derive(Debug, Clone)]
pub(crate) struct MadeUpFile {
    header: Vec<u8>,
    numbers: Numbers,
    bytes: u64,
}

impl MadeUpFile {
    /// A safetensors file.
    pub(crate) fn new(shapes: &Shapes, numbers: Numbers) -> Self {
        let (dtype, size) = match numbers {
            Numbers::RandomF16 => ("F16", 2),
            Numbers::RandomF32 | Numbers::ZeroF32 => ("F32", 4),
        };
        let mut entries = Map::new();
        let mut end = 0;
        for (name, shape) in shapes.tensors() {
            let begin = end;
            end += shape.iter().map(|&axis| axis as u64).product::<u64>() * size;
            entries
                .insert(name.clone(), json!({"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}));
        }
        let mut json = Value::Object(entries).to_string().into_bytes();
        // Numbers begin at a multiple of eight, so that no word straddles two reads.
        json.resize(json.len().next_multiple_of(8), b' ');
        let mut header = (json.len() as u64).to_le_bytes().to_vec();
        header.append(&mut json);
        Self::behind(header, end, numbers)
    }

    /// A file with this header, a multiple of eight bytes, and so many bytes of numbers.
    pub(crate) fn behind(header: Vec<u8>, number_bytes: u64, numbers: Numbers) -> Self {
        let bytes = header.len() as u64 + number_bytes;
        Self { header, numbers, bytes }
    }

    /// Fills `out` with the bytes from `start` on, all of them behind the header.
    fn make_up(&self, start: u64, out: &mut [u8]) {
        let word = match self.numbers {
            Numbers::RandomF16 => halves,
            Numbers::RandomF32 => singles,
            Numbers::ZeroF32 => return,
        };
        let first_word = start / 8;
        let skipped = (start % 8) as usize;
        let mut words = (first_word..).map(word);
        // The first and the last word may be asked for in part.
        let head = (8 - skipped).min(out.len());
        let (first, rest) = out.split_at_mut(head);
        if let Some(word) = words.next() {
            first.copy_from_slice(&word[skipped..skipped + head]);
        }
        for (to, word) in rest.chunks_mut(8).zip(words) {
            to.copy_from_slice(&word[..to.len()]);
        }
    }
}

/// Four halves; magnitudes are cut to 2^-13 .. 2^-5.
fn halves(place: u64) -> [u8; 8] {
    // Sign, three bits of exponent and ten of fraction are random; 2 is added to the exponent above them.
    ((random(place) & 0x9fff_9fff_9fff_9fff) + 0x0800_0800_0800_0800).to_le_bytes()
}

/// Two singles; magnitudes are cut to 2^-7 .. 2^-5.
fn singles(place: u64) -> [u8; 8] {
    // Sign, one bit of exponent and 23 of fraction are random; 120 is added to the exponent above them.
    ((random(place) & 0x80ff_ffff_80ff_ffff) + 0x3c00_0000_3c00_0000).to_le_bytes()
}

/// SplitMix64 (Steele, Lea and Flood 2014) of a place.
fn random(place: u64) -> u64 {
    let mixed = place.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

impl ByteSource for MadeUpFile {
    fn len_bytes(&self) -> u64 {
        self.bytes
    }

    fn read(&self, range: Range<u64>) -> LocalBoxFuture<'_, Result<Vec<u8>, WeightsError>> {
        Box::pin(async move {
            let length = usize::try_from(range.end.saturating_sub(range.start)).ok();
            let Some(length) = length.filter(|_| range.end <= self.bytes) else {
                let reason = format!("bytes {range:?} of {}", self.bytes);
                return Err(WeightsError::Unreadable { file: "a made-up file".to_owned(), reason });
            };
            let mut out = vec![0; length];
            let start = usize::try_from(range.start).unwrap_or(usize::MAX);
            let from_header = self.header.get(start..).unwrap_or_default();
            let copied = from_header.len().min(length);
            out[..copied].copy_from_slice(&from_header[..copied]);
            self.make_up(range.start + copied as u64, &mut out[copied..]);
            Ok(out)
        })
    }
}

#[cfg(test)]
mod tests {
    use pollster::block_on;

    use super::*;

    fn file() -> MadeUpFile {
        let mut shapes = Shapes::default();
        shapes.layer("a", &[3, 5]);
        MadeUpFile::new(&shapes, Numbers::RandomF16)
    }

    #[test]
    fn a_range_reads_the_same_as_a_part_of_the_whole() {
        let file = file();
        let whole = block_on(file.read(0..file.len_bytes())).unwrap();
        for start in 0..whole.len() {
            for end in start..=whole.len() {
                assert_eq!(block_on(file.read(start as u64..end as u64)).unwrap(), whole[start..end]);
            }
        }
        assert!(block_on(file.read(0..file.len_bytes() + 1)).is_err());
    }

    #[test]
    fn numbers_are_finite_small_and_of_both_signs() {
        for place in 0..10_000 {
            for half in halves(place).as_chunks::<2>().0 {
                let exponent = u16::from_le_bytes(*half) >> 10 & 31;
                assert!((2..=9).contains(&exponent), "{exponent}");
            }
            for single in singles(place).as_chunks::<4>().0 {
                let magnitude = f32::from_le_bytes(*single).abs();
                assert!((0.0078125..0.03125).contains(&magnitude), "{magnitude}");
            }
        }
        for word in [halves, singles] {
            assert!((0..100).any(|place| word(place)[7] & 0x80 != 0));
            assert!((0..100).any(|place| word(place)[7] & 0x80 == 0));
        }
    }
}
