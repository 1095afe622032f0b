//! Text chunks of a PNG that is there already.

use super::not_carried;
use crate::{GalleryError, JSON_KEY, PARAMETERS_KEY, Settings, encode_png};

pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Length, kind and check sum of a chunk.
const AROUND_DATA: usize = 12;

/// The chunks of a file, each with all of its bytes; the last may be cut.
fn chunks(file: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = file.get(SIGNATURE.len()..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (head, _) = rest.split_first_chunk::<8>()?;
        let [a, b, c, d, kind @ ..] = *head;
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).ok()?.checked_add(AROUND_DATA)?;
        let (chunk, after) = rest.split_at(length.min(rest.len()));
        rest = after;
        Some((kind, chunk))
    })
}

/// Whether a chunk is a text of settings.
fn is_ours(kind: [u8; 4], chunk: &[u8]) -> bool {
    let text = chunk.get(8..).unwrap_or_default();
    let named = |key: &str| text.strip_prefix(key.as_bytes()).is_some_and(|rest| rest.starts_with(&[0]));
    matches!(&kind, b"tEXt" | b"iTXt" | b"zTXt") && (named(PARAMETERS_KEY) || named(JSON_KEY))
}

pub(super) fn with_settings(file: &[u8], settings: &Settings) -> Result<Vec<u8>, GalleryError> {
    // The encoder writes the chunks, with their check sums, into the smallest of pictures.
    let smallest = encode_png(&[u8::MAX; 4], 1, 1, settings)?;
    let texts = chunks(&smallest).filter(|(kind, chunk)| is_ours(*kind, chunk));
    let texts: Vec<u8> = texts.flat_map(|(_, chunk)| chunk.to_vec()).collect();
    let mut whole = SIGNATURE.to_vec();
    for (at, (kind, chunk)) in chunks(file).enumerate() {
        match (at, &kind) {
            (0, b"IHDR") => whole.extend(chunk.iter().chain(&texts)),
            (0, _) => return Err(not_carried("a PNG begins with its header")),
            _ if is_ours(kind, chunk) => {}
            _ => whole.extend(chunk),
        }
    }
    Ok(whole)
}
