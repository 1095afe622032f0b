//! A picture as an SVG drawing.

use pipeline::source;
use protocol::{TraceColors, TraceDetail, TraceOptions};
use vectorize::{Colors, Detail, Options};

use crate::error::EngineError;

/// Most pixels of a picture that is drawn: beyond, a drawing is larger than the picture and takes minutes.
const MOST_PIXELS: u64 = 1 << 24;

/// Draws the picture in a file.
///
/// # Errors
/// [`EngineError::Source`] when the file is no picture, [`EngineError::TooLargeToDraw`] when it has too many pixels.
pub fn trace(file: &[u8], options: TraceOptions) -> Result<String, EngineError> {
    let picture = source::decode(file)?;
    let (width_px, height_px) = picture.dimensions();
    let too_large = EngineError::TooLargeToDraw { width_px, height_px };
    if u64::from(width_px) * u64::from(height_px) > MOST_PIXELS {
        return Err(too_large);
    }
    vectorize::trace(picture.as_raw(), width_px, height_px, engine_options(options)).ok_or(too_large)
}

fn engine_options(TraceOptions { colors, detail }: TraceOptions) -> Options {
    Options {
        colors: match colors {
            TraceColors::Few => Colors::Few,
            TraceColors::Some => Colors::Some,
            TraceColors::Many => Colors::Many,
        },
        detail: match detail {
            TraceDetail::Coarse => Detail::Coarse,
            TraceDetail::Medium => Detail::Medium,
            TraceDetail::Fine => Detail::Fine,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHOTO: &[u8] = include_bytes!("../../tests/data/cat.png");

    #[test]
    fn a_file_is_drawn_at_its_own_size_as_was_asked() {
        let of = |colors, detail| trace(PHOTO, TraceOptions { colors, detail }).unwrap();
        let coarse = of(TraceColors::Few, TraceDetail::Coarse);
        assert!(coarse.contains("width=\"451\" height=\"300\""));
        assert!(coarse.len() < of(TraceColors::Few, TraceDetail::Fine).len());
        assert!(coarse.len() < of(TraceColors::Many, TraceDetail::Coarse).len());
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        assert!(matches!(trace(b"<svg/>", TraceOptions::default()), Err(EngineError::Source(_))));
    }
}
