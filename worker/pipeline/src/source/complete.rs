//! Whether a picture file has its end.
//!
//! Decoders are forgiving: a JPEG cut in half decodes to half a picture and grey. The containers say where they
//! end, so that is looked at first.

/// True when the file reaches the end that its format marks.
pub(super) fn is_complete(format: &str, bytes: &[u8]) -> bool {
    match format {
        "PNG" => png(bytes),
        "JPEG" => jpeg(bytes).is_some(),
        _ => webp(bytes),
    }
}

/// Chunks of a length, a type and a checksum, up to `IEND`.
fn png(bytes: &[u8]) -> bool {
    const SIGNATURE_BYTES: usize = 8;
    const AROUND_DATA_BYTES: usize = 12;
    let mut rest = bytes.get(SIGNATURE_BYTES..).unwrap_or_default();
    while let Some((&[a, b, c, d, ref kind @ ..], _)) = rest.split_first_chunk::<8>() {
        let chunk_bytes = (u32::from_be_bytes([a, b, c, d]) as usize).saturating_add(AROUND_DATA_BYTES);
        let Some(after) = rest.get(chunk_bytes..) else { return false };
        if kind == b"IEND" {
            return true;
        }
        rest = after;
    }
    false
}

/// Marker segments, with entropy-coded data after each start of scan, up to the end-of-image marker (ITU T.81,
/// annex B). Returns what follows that marker.
fn jpeg(bytes: &[u8]) -> Option<&[u8]> {
    const END_OF_IMAGE: u8 = 0xd9;
    let mut rest = bytes.strip_prefix(&[0xff, 0xd8])?;
    loop {
        // Coded data holds 0xff only before 0 or in a restart marker, so that the next other marker is a real one.
        let at = rest.windows(2).position(|pair| matches!(pair, [0xff, 1..=0xcf | 0xd8..=0xfe]))?;
        let &[_, marker, ref after @ ..] = rest.get(at..)? else { return None };
        if marker == END_OF_IMAGE {
            return Some(after);
        }
        let (&length, _) = after.split_first_chunk::<2>()?;
        let segment = usize::from(u16::from_be_bytes(length));
        rest = after.get(segment..)?;
    }
}

/// A RIFF container that states its length.
fn webp(bytes: &[u8]) -> bool {
    const HEADER_BYTES: u64 = 8;
    let stated = bytes.get(4..8).and_then(|length| length.first_chunk::<4>());
    stated.is_some_and(|&length| u64::from(u32::from_le_bytes(length)) + HEADER_BYTES <= bytes.len() as u64)
}
