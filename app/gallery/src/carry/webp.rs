//! Exif in a WebP: a chunk at its end, announced in the chunk `VP8X` at its beginning (RFC 9649).

use super::not_carried;
use crate::GalleryError;

const CHUNK_HEAD: usize = 8;
const RIFF_HEAD: usize = 12;
/// Flags of `VP8X`.
const HAS_EXIF: u8 = 0b0000_1000;
const HAS_ALPHA: u8 = 0b0001_0000;

/// The chunks, each one's kind and data.
fn chunks(file: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = file.get(RIFF_HEAD..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (head, data) = rest.split_first_chunk::<CHUNK_HEAD>()?;
        let [kind @ .., a, b, c, d] = *head;
        let length = usize::try_from(u32::from_le_bytes([a, b, c, d])).ok()?;
        let (data, after) = data.split_at_checked(length)?;
        // Chunks begin at even places.
        rest = after.get(length % 2..).unwrap_or_default();
        Some((kind, data))
    })
}

/// Exif's bytes, if there are any.
pub(super) fn exif(file: &[u8]) -> Option<&[u8]> {
    let (_, exif) = chunks(file).find(|(kind, _)| kind == b"EXIF")?;
    // As in a JPEG, says many a writer.
    Some(exif.strip_prefix(b"Exif\0\0").unwrap_or(exif))
}

/// `VP8X` for a file that has none: its size and flags as its one chunk of pixels has them.
fn announcement(kind: [u8; 4], data: &[u8]) -> Option<[u8; 10]> {
    let (width, height, flags) = match &kind {
        // Three bytes of the frame's tag, three that never change, then 14 bits for each side.
        b"VP8 " => {
            let [w0, w1, h0, h1] = *data.get(6..)?.first_chunk::<4>()?;
            let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
            (side(w0, w1).checked_sub(1)?, side(h0, h1).checked_sub(1)?, 0)
        }
        // A signature, then 14 bits for each side less one, and a bit that tells of transparency.
        b"VP8L" => {
            let bits = u32::from_le_bytes(*data.get(1..)?.first_chunk::<4>()?);
            let alpha = if bits >> 28 & 1 == 1 { HAS_ALPHA } else { 0 };
            (bits & 0x3fff, bits >> 14 & 0x3fff, alpha)
        }
        _ => return None,
    };
    let ([w0, w1, w2, _], [h0, h1, h2, _]) = (width.to_le_bytes(), height.to_le_bytes());
    Some([flags, 0, 0, 0, w0, w1, w2, h0, h1, h2])
}

fn add(file: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) -> Result<(), GalleryError> {
    let length = u32::try_from(data.len()).map_err(|_| not_carried("the file is too large for a WebP"))?;
    file.extend(kind.iter().chain(&length.to_le_bytes()).chain(data));
    file.extend(std::iter::repeat_n(0, data.len() % 2));
    Ok(())
}

/// Puts Exif in, in place of such as is there.
pub(super) fn with_exif(file: &[u8], exif: &[u8]) -> Result<Vec<u8>, GalleryError> {
    let mut parts = chunks(file).filter(|(kind, _)| kind != b"EXIF").peekable();
    if !file.starts_with(b"RIFF") || file.get(8..RIFF_HEAD) != Some(b"WEBP") {
        return Err(not_carried("the file is no PNG, JPEG or WebP"));
    }
    let (kind, data) = *parts.peek().ok_or_else(|| not_carried("the WebP is damaged"))?;
    let mut head = match &kind {
        b"VP8X" => parts.next().and_then(|(_, data)| data.first_chunk::<10>().copied()),
        _ => announcement(kind, data),
    }
    .ok_or_else(|| not_carried("the WebP is damaged"))?;
    head[0] |= HAS_EXIF;
    let mut body = b"WEBP".to_vec();
    add(&mut body, *b"VP8X", &head)?;
    for (kind, data) in parts {
        add(&mut body, kind, data)?;
    }
    add(&mut body, *b"EXIF", exif)?;
    let mut whole = Vec::new();
    add(&mut whole, *b"RIFF", &body)?;
    Ok(whole)
}
