//! Headers of tar files, as POSIX.1-1988 lays them out (`ustar`): 512 bytes of text fields before each file.
//!
//! | bytes | field |
//! | --- | --- |
//! | 0..100 | name |
//! | 100..124 | mode, owner, group: octal |
//! | 124..136 | length in bytes: 11 octal digits |
//! | 136..148 | time of last change: octal seconds |
//! | 148..156 | checksum: the sum of all bytes, with spaces in this field |
//! | 156 | kind: `0` for a file |
//! | 257..265 | `ustar`, NUL, `00` |
//!
//! A file is filled up with zeros to a multiple of 512, and two blocks of zeros end the archive.

/// Bytes of a header, and of which every file's room is a multiple.
pub(crate) const BLOCK: u64 = 512;
/// What ends an archive.
pub(crate) const END: [u8; 1024] = [0; 1024];

const NAME: usize = 100;
const LENGTH: std::ops::Range<usize> = 124..136;
const CHECKSUM: std::ops::Range<usize> = 148..156;
const KIND: usize = 156;
const MAGIC: std::ops::Range<usize> = 257..265;
/// Eleven octal digits.
const MOST_BYTES: u64 = (1 << 33) - 1;

/// A file's header; `None` when its name or length has no room in one.
pub(crate) fn header(name: &str, bytes: u64) -> Option<[u8; BLOCK as usize]> {
    if name.is_empty() || name.len() > NAME || bytes > MOST_BYTES {
        return None;
    }
    let mut block = [0; BLOCK as usize];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[100..124].copy_from_slice(b"0000644\x000000000\x000000000\x00");
    block[LENGTH].copy_from_slice(format!("{bytes:011o}\0").as_bytes());
    block[136..148].copy_from_slice(b"00000000000\0");
    block[KIND] = b'0';
    block[MAGIC].copy_from_slice(b"ustar\x0000");
    let sum = checksum(&block);
    block[CHECKSUM].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Some(block)
}

/// Zeros from the end of a file to the next header.
pub(crate) fn padding(bytes: u64) -> usize {
    (BLOCK - bytes % BLOCK) as usize % BLOCK as usize
}

/// A header's name and length; `None` for anything else.
pub(crate) fn parse(block: &[u8]) -> Option<(String, u64)> {
    let block: &[u8; BLOCK as usize] = block.try_into().ok()?;
    let octal = |field: &[u8]| {
        let text = std::str::from_utf8(field).ok()?;
        u64::from_str_radix(text.trim_end_matches(['\0', ' ']), 8).ok()
    };
    if &block[257..262] != b"ustar"
        || octal(&block[CHECKSUM])? != u64::from(checksum(block))
        || block[KIND] != b'0'
    {
        return None;
    }
    let name = block[..NAME].split(|byte| *byte == 0).next()?;
    Some((String::from_utf8(name.to_vec()).ok()?, octal(&block[LENGTH])?))
}

fn checksum(block: &[u8; BLOCK as usize]) -> u32 {
    let counted = |(at, byte): (usize, &u8)| u32::from(if CHECKSUM.contains(&at) { b' ' } else { *byte });
    block.iter().enumerate().map(counted).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_back() {
        let block = header("picture_blobs/000001.png", 1234).unwrap();
        assert_eq!(parse(&block), Some(("picture_blobs/000001.png".to_owned(), 1234)));
        for at in [0, 5, 124, 135, 148, 156, 257] {
            let mut changed = block;
            changed[at] ^= 1;
            assert_eq!(parse(&changed), None, "byte {at}");
        }
        assert_eq!(parse(&block[1..]), None);
        assert_eq!(parse(&[0; 512]), None);
    }

    #[test]
    fn what_has_no_room_has_no_header() {
        assert!(header(&"n".repeat(100), MOST_BYTES).is_some());
        assert!(header(&"n".repeat(101), 1).is_none() && header("n", MOST_BYTES + 1).is_none());
        assert!(header("", 1).is_none());
    }

    #[test]
    fn files_fill_whole_blocks() {
        assert_eq!([0, 1, 511, 512, 513].map(padding), [0, 511, 1, 0, 511]);
    }
}
