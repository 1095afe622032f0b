//! Sources that need a closer look: turned by their EXIF data, or with more than one frame.

use std::io::Cursor;

use image::{ImageFormat, RgbImage};
use png::{BitDepth, ColorType, Encoder};

use crate::Outcome;

/// A JPEG file whose EXIF data says that it is upright once it is turned to the right.
///
/// # Errors
/// When the picture cannot be written.
pub fn turned_jpeg(picture: &RgbImage) -> Outcome<Vec<u8>> {
    // One tag, "orientation" (0x0112), of value 6.
    const EXIF: &[u8] = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let mut jpeg = Cursor::new(Vec::new());
    picture.write_to(&mut jpeg, ImageFormat::Jpeg)?;
    let jpeg = jpeg.into_inner();
    let (start, rest) = jpeg.split_at_checked(2).ok_or("a JPEG of no bytes")?;
    let length = u16::try_from(EXIF.len() + 2)?.to_be_bytes();
    Ok([start, &[0xff, 0xe1], &length, EXIF, rest].concat())
}

/// An animated PNG file of these frames, all of one size.
///
/// # Errors
/// When there is no frame, or one cannot be written.
pub fn animated_png(frames: &[RgbImage]) -> Outcome<Vec<u8>> {
    let first = frames.first().ok_or("an animation of no frames")?;
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, first.width(), first.height());
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_animated(u32::try_from(frames.len())?, 0)?;
    let mut writer = encoder.write_header()?;
    for frame in frames {
        writer.write_image_data(frame.as_raw())?;
    }
    writer.finish()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use image::{ImageDecoder, ImageReader, Rgb};

    use super::*;

    #[test]
    fn the_files_are_what_they_say() {
        let picture = RgbImage::from_fn(40, 24, |x, y| Rgb([x as u8, y as u8, 9]));
        let jpeg = turned_jpeg(&picture).unwrap();
        let reader = ImageReader::new(Cursor::new(&jpeg)).with_guessed_format().unwrap();
        assert_eq!(reader.into_decoder().unwrap().orientation().unwrap().to_exif(), 6);
        let other = image::imageops::flip_vertical(&picture);
        let png = animated_png(&[picture.clone(), other]).unwrap();
        assert_eq!(image::load_from_memory(&png).unwrap().to_rgb8(), picture);
        assert!(png.windows(4).any(|name| name == b"acTL"));
    }
}
