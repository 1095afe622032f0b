//! What a file is, told by its first bytes: its name and media type are not to be trusted.

/// Bytes that [`kind_of`] needs at most: the chunk that says whether a PNG moves stands before its pixels, but may
/// follow a colour profile.
pub const HEAD_BYTES: u32 = 64 * 1024;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A picture that is read. Of one that moves, the first frame is.
    Picture {
        /// Whether there are further frames.
        moves: bool,
    },
    /// A drawing. It must never reach a decoder: it can hold scripts, and grow beyond any memory.
    Svg,
    /// A page, often what a site sent in place of a picture.
    Html,
    /// GIF.
    Gif,
    /// HEIC or HEIF, as phones take them.
    Heic,
    /// AVIF.
    Avif,
    /// TIFF, which most raw photos are too.
    Tiff,
    /// BMP.
    Bmp,
    /// JPEG XL.
    JpegXl,
    /// A document.
    Pdf,
    /// Anything else.
    Unknown,
}

/// Tells a file by its first bytes.
pub fn kind_of(head: &[u8]) -> Kind {
    match head {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, chunks @ ..] => {
            Kind::Picture { moves: png_moves(chunks) }
        }
        [0xff, 0xd8, 0xff, ..] => Kind::Picture { moves: false },
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', chunks @ ..] => {
            Kind::Picture { moves: webp_moves(chunks) }
        }
        [b'G', b'I', b'F', b'8', ..] => Kind::Gif,
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Kind::Tiff,
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => Kind::Bmp,
        [0xff, 0x0a, ..] | [0, 0, 0, 12, b'J', b'X', b'L', b' ', ..] => Kind::JpegXl,
        [b'%', b'P', b'D', b'F', ..] => Kind::Pdf,
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => media_kind(brand),
        _ => text_kind(head),
    }
}

/// An animated PNG announces its frames before the pixels of the first.
fn png_moves(mut chunks: &[u8]) -> bool {
    const AROUND_DATA_BYTES: usize = 12;
    while let Some((&[a, b, c, d, ref name @ ..], _)) = chunks.split_first_chunk::<8>() {
        match name {
            b"acTL" => return true,
            b"IDAT" => return false,
            _ => {}
        }
        let len = (u32::from_be_bytes([a, b, c, d]) as usize).saturating_add(AROUND_DATA_BYTES);
        let Some(rest) = chunks.get(len..) else { return false };
        chunks = rest;
    }
    false
}

/// The extended header's flags say whether a WebP moves.
fn webp_moves(chunks: &[u8]) -> bool {
    const ANIMATION: u8 = 1 << 1;
    matches!(chunks, [b'V', b'P', b'8', b'X', _, _, _, _, flags, ..] if flags & ANIMATION != 0)
}

/// The major brand of an ISO media file.
fn media_kind(brand: &[u8]) -> Kind {
    match brand.get(..4) {
        Some(b"avif" | b"avis") => Kind::Avif,
        Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1") => Kind::Heic,
        _ => Kind::Unknown,
    }
}

/// Markup, in any encoding of which ASCII is a part.
fn text_kind(head: &[u8]) -> Kind {
    const LOOKED_AT_BYTES: usize = 4096;
    let text = head.get(..LOOKED_AT_BYTES).unwrap_or(head).to_ascii_lowercase();
    let holds = |word: &[u8]| text.windows(word.len()).any(|part| part == word);
    let begins_as_markup = || {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
        text.trim_ascii_start().starts_with(b"<")
    };
    if !begins_as_markup() {
        Kind::Unknown
    } else if holds(b"<!doctype html") || holds(b"<html") {
        // Before SVG: pages hold drawings.
        Kind::Html
    } else if holds(b"<svg") {
        Kind::Svg
    } else {
        Kind::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        for (name, data) in chunks {
            file.extend((data.len() as u32).to_be_bytes());
            file.extend(*name);
            file.extend(*data);
            file.extend([0; 4]);
        }
        file
    }

    #[test]
    fn pictures_that_are_read_are_known_by_their_first_bytes() {
        let still = Kind::Picture { moves: false };
        assert_eq!(kind_of(&png(&[(b"IHDR", &[0; 13]), (b"IDAT", &[0; 9])])), still);
        assert_eq!(kind_of(b"\xff\xd8\xff\xe0\0\x10JFIF\0\0"), still);
        assert_eq!(kind_of(b"RIFF\x10\0\0\0WEBPVP8 "), still);
    }

    #[test]
    fn pictures_that_move_are_told_from_still_ones() {
        let moving = Kind::Picture { moves: true };
        let profile = vec![1; 3000];
        assert_eq!(kind_of(&png(&[(b"IHDR", &[0; 13]), (b"iCCP", &profile), (b"acTL", &[0; 8])])), moving);
        let late = png(&[(b"IHDR", &[0; 13]), (b"IDAT", &[0; 9]), (b"acTL", &[0; 8])]);
        assert_eq!(
            kind_of(&late),
            Kind::Picture { moves: false },
            "only an announcement before the pixels counts"
        );
        assert_eq!(kind_of(b"RIFF\x10\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0"), moving);
        assert_eq!(kind_of(b"RIFF\x10\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0"), Kind::Picture { moves: false });
    }

    #[test]
    fn a_chunk_of_absurd_length_ends_the_search() {
        let mut file = png(&[(b"IHDR", &[0; 13])]);
        file.extend([0xff, 0xff, 0xff, 0xff, b'a', b'a', b'a', b'a']);
        assert_eq!(kind_of(&file), Kind::Picture { moves: false });
    }

    #[test]
    fn other_files_are_told_apart() {
        let cases: [(&[u8], Kind); 18] = [
            (b"", Kind::Unknown),
            (b"plain words", Kind::Unknown),
            (b"\x89PNG", Kind::Unknown),
            (b"RIFF\x10\0\0\0WAVEfmt ", Kind::Unknown),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Kind::Svg),
            (b"\xef\xbb\xbf\n <?xml version='1.0'?><!DOCTYPE svg><SVG/>", Kind::Svg),
            (b"<!DOCTYPE html><html><svg/></html>", Kind::Html),
            (b"  <HTML>", Kind::Html),
            (b"<note>no picture</note>", Kind::Unknown),
            (b"words about <svg", Kind::Unknown),
            (b"GIF89a", Kind::Gif),
            (b"\0\0\0\x18ftypheic", Kind::Heic),
            (b"\0\0\0\x18ftypavif", Kind::Avif),
            (b"\0\0\0\x18ftypmp42", Kind::Unknown),
            (b"II*\0\x08\0\0\0", Kind::Tiff),
            (b"BM\x36\0\0\0\0\0\0\0\x36", Kind::Bmp),
            (b"\xff\x0a\xfa", Kind::JpegXl),
            (b"%PDF-1.7", Kind::Pdf),
        ];
        for (head, kind) in cases {
            assert_eq!(kind_of(head), kind, "{}", String::from_utf8_lossy(head));
        }
    }
}
