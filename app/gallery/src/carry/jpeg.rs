//! Exif in a JPEG: the segment APP1, at its beginning.

use super::not_carried;
use crate::GalleryError;

/// Start of image, and the first byte of the marker that follows.
pub(super) const START: &[u8] = &[0xff, 0xd8, 0xff];
const APP0: u8 = 0xe0;
const APP1: u8 = 0xe1;
/// The picture's data begins.
const START_OF_SCAN: u8 = 0xda;
/// Before Exif's bytes in its segment.
const NAME: &[u8] = b"Exif\0\0";

/// The segments before the picture's data: each one's marker, and all of its bytes from the marker on.
fn segments(file: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = file.get(2..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (&[0xff, marker, high, low], _) = rest.split_first_chunk::<4>()? else { return None };
        if marker == START_OF_SCAN {
            return None;
        }
        let (segment, after) = rest.split_at_checked(usize::from(u16::from_be_bytes([high, low])) + 2)?;
        rest = after;
        Some((marker, segment))
    })
}

fn exif_of(marker: u8, segment: &[u8]) -> Option<&[u8]> {
    (marker == APP1).then(|| segment.get(4..)?.strip_prefix(NAME)).flatten()
}

/// Exif's bytes, if there are any.
pub(super) fn exif(file: &[u8]) -> Option<&[u8]> {
    segments(file).find_map(|(marker, segment)| exif_of(marker, segment))
}

/// Puts Exif in, in place of such as is there.
pub(super) fn with_exif(file: &[u8], exif: &[u8]) -> Result<Vec<u8>, GalleryError> {
    let length = u16::try_from(exif.len() + NAME.len() + 2);
    let length = length.map_err(|_| not_carried("the settings are longer than a JPEG can carry"))?;
    let new = [&[0xff, APP1][..], &length.to_be_bytes(), NAME, exif].concat();
    let mut whole = file.get(..2).unwrap_or_default().to_vec();
    let mut kept = whole.len();
    let mut new = Some(new);
    for (marker, segment) in segments(file) {
        // JFIF's own segment comes first, where there is one.
        if marker != APP0 {
            whole.extend(new.take().unwrap_or_default());
        }
        if exif_of(marker, segment).is_none() {
            whole.extend(segment);
        }
        kept += segment.len();
    }
    whole.extend(new.unwrap_or_default());
    whole.extend(file.get(kept..).unwrap_or_default());
    Ok(whole)
}
