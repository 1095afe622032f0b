//! A source as the page asks about it: whether it can be used, what it looks like, and what is left of it once it
//! has been turned and cut.

use pipeline::source::{self, Crop, Edit};
use protocol::{SourceEdit, SourceReport};
use sha2::{Digest, Sha256};

use crate::error::EngineError;

/// The longest side of a thumbnail.
const THUMBNAIL_PX: u32 = 160;

/// What there is to tell of a source.
#[derive(Debug)]
pub struct Inspected {
    /// In words and numbers.
    pub report: SourceReport,
    /// The edited picture, small, as a PNG file.
    pub thumbnail: Vec<u8>,
    /// The edited picture as a PNG file, when there was something to edit.
    pub edited: Option<Vec<u8>>,
}

/// Decodes a file as it is decoded when a picture is made from it, and edits it.
///
/// # Errors
/// [`EngineError::Source`] when it cannot be used.
pub fn inspect(file: &[u8], edit: SourceEdit) -> Result<Inspected, EngineError> {
    let edit = engine_edit(edit);
    let own = source::decode(file)?;
    let own_px = own.dimensions();
    let picture = edit.apply(own)?;
    let edited = if edit.is_none() { None } else { Some(source::encode_png(&picture)?) };
    Ok(Inspected {
        report: SourceReport { hash: hash(file), own_px, edited_px: picture.dimensions() },
        thumbnail: source::encode_png(&source::thumbnail(&picture, THUMBNAIL_PX))?,
        edited,
    })
}

fn engine_edit(edit: SourceEdit) -> Edit {
    let crop = edit.crop.map(|crop| Crop { x: crop.x, y: crop.y, width: crop.width, height: crop.height });
    Edit { mirrored: edit.mirrored, quarter_turns: edit.quarter_turns, crop }
}

fn hash(file: &[u8]) -> String {
    Sha256::digest(file).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use protocol::CropPx;

    use super::*;

    /// A photo of 451 x 300 pixels.
    const PHOTO: &[u8] = include_bytes!("../../tests/data/cat.png");

    #[test]
    fn an_untouched_source_is_told_of_and_not_written_again() {
        let inspected = inspect(PHOTO, SourceEdit::default()).unwrap();
        assert_eq!((inspected.report.own_px, inspected.report.edited_px), ((451, 300), (451, 300)));
        assert!(inspected.edited.is_none());
        assert_eq!(source::decode(&inspected.thumbnail).unwrap().dimensions(), (160, 107));
        // `sha256sum tests/data/cat.png`
        assert_eq!(inspected.report.hash, "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb");
    }

    #[test]
    fn an_edited_source_is_another_file_of_the_same_original() {
        let crop = Some(CropPx { x: 10, y: 20, width: 100, height: 50 });
        let inspected = inspect(PHOTO, SourceEdit { mirrored: true, quarter_turns: 1, crop }).unwrap();
        let report = &inspected.report;
        assert_eq!((report.own_px, report.edited_px), ((451, 300), (100, 50)));
        assert_eq!(report.hash, inspect(PHOTO, SourceEdit::default()).unwrap().report.hash);
        let edited = source::decode(&inspected.edited.unwrap()).unwrap();
        let own = source::decode(PHOTO).unwrap();
        // Turned clockwise, the pixel at (x, y) was at (y, 299 - x) of the mirrored picture.
        assert_eq!(edited.get_pixel(3, 4), own.get_pixel(450 - (20 + 4), 299 - (10 + 3)));
    }

    #[test]
    fn what_cannot_be_used_is_refused() {
        assert!(matches!(inspect(b"<svg/>", SourceEdit::default()), Err(EngineError::Source(_))));
        let crop = Some(CropPx { x: 400, y: 0, width: 100, height: 50 });
        let outside = inspect(PHOTO, SourceEdit { crop, ..SourceEdit::default() });
        assert!(matches!(outside, Err(EngineError::Source(source::SourceError::CropOutside { .. }))));
    }
}
