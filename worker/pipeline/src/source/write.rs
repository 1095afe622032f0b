//! Pictures as files.

use std::io::Cursor;

use image::{
    ExtendedColorType, ImageEncoder, RgbImage,
    codecs::png::{CompressionType, FilterType, PngEncoder},
    imageops,
};

use super::SourceError;

/// A PNG file of a picture, written quickly rather than small.
///
/// # Errors
/// [`SourceError::Damaged`] when the picture has no pixels.
pub fn encode_png(picture: &RgbImage) -> Result<Vec<u8>, SourceError> {
    write(picture, CompressionType::Fast)
}

/// A PNG file of a picture that is kept: as small as it becomes without much more time.
///
/// # Errors
/// As for [`encode_png`].
pub(crate) fn encode_kept_png(picture: &RgbImage) -> Result<Vec<u8>, SourceError> {
    write(picture, CompressionType::Default)
}

fn write(picture: &RgbImage, compression: CompressionType) -> Result<Vec<u8>, SourceError> {
    let mut file = Cursor::new(Vec::new());
    let encoder = PngEncoder::new_with_quality(&mut file, compression, FilterType::Adaptive);
    let (width, height) = picture.dimensions();
    encoder
        .write_image(picture.as_raw(), width, height, ExtendedColorType::Rgb8)
        .map_err(|error| SourceError::Damaged { format: "PNG", reason: error.to_string() })?;
    Ok(file.into_inner())
}

/// A picture whose longest side is at most `longest_px`; one that is small already stays as it is.
pub fn thumbnail(picture: &RgbImage, longest_px: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let longest = width.max(height);
    if longest <= longest_px {
        return picture.clone();
    }
    let side = |px: u32| (u64::from(px) * u64::from(longest_px)).div_ceil(u64::from(longest)) as u32;
    imageops::thumbnail(picture, side(width), side(height))
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;
    use crate::source::decode;

    #[test]
    fn a_written_picture_is_read_back_to_the_byte() {
        let picture = RgbImage::from_fn(37, 21, |x, y| Rgb([(7 * x) as u8, (11 * y) as u8, (x * y) as u8]));
        assert_eq!(decode(&encode_png(&picture).unwrap()).as_ref(), Ok(&picture));
        assert_eq!(decode(&encode_kept_png(&picture).unwrap()), Ok(picture));
    }

    #[test]
    fn thumbnails_keep_the_proportions() {
        let size = |width, height| thumbnail(&RgbImage::new(width, height), 160).dimensions();
        assert_eq!(size(3200, 1600), (160, 80));
        assert_eq!(size(1, 8000), (1, 160));
        assert_eq!(size(160, 20), (160, 20));
        let grey = RgbImage::from_pixel(640, 480, Rgb([90, 91, 92]));
        assert!(thumbnail(&grey, 160).pixels().all(|pixel| pixel.0 == [90, 91, 92]));
    }
}
