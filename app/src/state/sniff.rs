//! Tells a picture from other files by its first bytes, before anything tries to read it.

/// Bytes that [`is_picture`] looks at.
pub(crate) const HEAD_BYTES: u32 = 12;

/// Whether a file begins like a PNG, a JPEG or a WebP. Its name and media type are not to be trusted, and an SVG
/// must never reach a decoder.
pub(crate) fn is_picture(head: &[u8]) -> bool {
    let webp = head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP");
    head.starts_with(b"\x89PNG\r\n\x1a\n") || head.starts_with(b"\xff\xd8\xff") || webp
}

#[cfg(test)]
mod tests {
    use super::is_picture;

    #[test]
    fn the_three_formats_are_known_by_their_first_bytes() {
        assert!(is_picture(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"));
        assert!(is_picture(b"\xff\xd8\xff\xe0\0\x10JFIF\0\0"));
        assert!(is_picture(b"RIFF\x10\0\0\0WEBPVP8 "));
    }

    #[test]
    fn anything_else_is_not_a_picture() {
        let others: [&[u8]; 6] =
            [b"", b"<svg xmlns=", b"GIF89a", b"RIFF\x10\0\0\0WAVEfmt ", b"\x89PNG", b"plain words"];
        for head in others {
            assert!(!is_picture(head), "{head:?}");
        }
    }
}
