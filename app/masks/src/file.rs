//! A mask as a PNG file.

use std::io::Cursor;

use png::{BitDepth, ColorType, Compression, Decoder, Encoder, Filter, Transformations};

use crate::{geometry::Size, mask::Mask};

/// Most pixels of a file that is read as a mask.
pub const MOST_PIXELS: u64 = 16_777_216;

/// Why a file is no mask, or a mask no file; each is a sentence for a person.
#[derive(Debug, thiserror::Error)]
pub enum MaskError {
    /// Not a PNG at all.
    #[error("a mask is a PNG picture, and this file is none")]
    NotPng,
    /// More pixels than are read.
    #[error("the mask has {width_px} × {height_px} pixels; at most {} megapixels are read", MOST_PIXELS / 1_000_000)]
    TooLarge {
        /// Width in pixels.
        width_px: u32,
        /// Height in pixels.
        height_px: u32,
    },
    /// A PNG that cannot be read to its end.
    #[error("the mask's file is damaged or cut off: {0}")]
    Damaged(String),
    /// It could not be written.
    #[error("the mask could not be written as PNG: {0}")]
    Encode(#[from] png::EncodingError),
}

/// Writes a mask as a grey PNG: white is drawn anew.
///
/// # Errors
/// [`MaskError::Encode`], which the encoder gives for nothing that a [`Mask`] can hold.
pub fn encode(mask: &Mask) -> Result<Vec<u8>, MaskError> {
    let mut file = Vec::new();
    let Size { width_px, height_px } = mask.size();
    let mut encoder = Encoder::new(&mut file, width_px, height_px);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    // Large areas of one value become small at any level.
    encoder.set_compression(Compression::Fast);
    // The rows of a mask differ little from those above, and trying every filter takes several times as long.
    encoder.set_filter(Filter::Up);
    encoder.write_header()?.write_image_data(mask.values())?;
    Ok(file)
}

/// Reads a PNG of any kind as a mask: its brightness counts, laid over white where it is transparent, as the engine
/// reads masks too.
///
/// # Errors
/// [`MaskError`]; its size is checked before any pixel is decoded.
pub fn decode(bytes: &[u8]) -> Result<Mask, MaskError> {
    if !bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Err(MaskError::NotPng);
    }
    let damaged = |error: png::DecodingError| MaskError::Damaged(error.to_string());
    let mut decoder = Decoder::new(Cursor::new(bytes));
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(Transformations::normalize_to_color8());
    let (width_px, height_px) = decoder.read_header_info().map_err(damaged)?.size();
    if u64::from(width_px) * u64::from(height_px) > MOST_PIXELS {
        return Err(MaskError::TooLarge { width_px, height_px });
    }
    let mut reader = decoder.read_info().map_err(damaged)?;
    let length = reader.output_buffer_size().ok_or(MaskError::TooLarge { width_px, height_px })?;
    let mut pixels = vec![0; length];
    reader.next_frame(&mut pixels).map_err(damaged)?;
    let values = match reader.output_color_type().0 {
        ColorType::GrayscaleAlpha => {
            pixels.chunks_exact(2).map(|pixel| over_white(pixel[0], pixel[1])).collect()
        }
        ColorType::Rgb => pixels.chunks_exact(3).map(|pixel| luma(pixel[0], pixel[1], pixel[2])).collect(),
        ColorType::Rgba => pixels
            .chunks_exact(4)
            .map(|pixel| over_white(luma(pixel[0], pixel[1], pixel[2]), pixel[3]))
            .collect(),
        // A palette has been expanded to colours.
        ColorType::Grayscale | ColorType::Indexed => pixels,
    };
    let wrong = || MaskError::Damaged("its pixels do not fill its size".to_owned());
    Mask::from_values(Size::new(width_px, height_px), values).ok_or_else(wrong)
}

fn over_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

/// Brightness by ITU-R BT.601, rounded as Pillow does, which is what diffusers reads masks with. Grey stays what it is.
fn luma(red: u8, green: u8, blue: u8) -> u8 {
    let [red, green, blue] = [red, green, blue].map(u32::from);
    ((19_595 * red + 38_470 * green + 7_471 * blue + 0x8000) >> 16) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::noise;

    fn png(color: ColorType, depth: BitDepth, size: (u32, u32), data: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, size.0, size.1);
        encoder.set_color(color);
        encoder.set_depth(depth);
        if color == ColorType::Indexed {
            encoder.set_palette(vec![0, 0, 0, 255, 255, 255, 0, 255, 0]);
        }
        encoder.write_header().unwrap().write_image_data(data).unwrap();
        file
    }

    #[test]
    fn a_mask_comes_back_from_its_file() {
        for size in [Size::new(1, 1), Size::new(451, 300), Size::new(7, 2048)] {
            let mask = noise(size, 2);
            assert_eq!(decode(&encode(&mask).unwrap()).unwrap(), mask);
        }
    }

    #[test]
    fn the_file_is_grey_and_small() {
        let file = encode(&Mask::black(Size::new(2048, 2048))).unwrap();
        assert!(file.len() < 40_000, "{} bytes for a black mask", file.len());
        let reader = Decoder::new(Cursor::new(&file)).read_info().unwrap();
        assert_eq!(reader.output_color_type(), (ColorType::Grayscale, BitDepth::Eight));
    }

    #[test]
    fn brightness_counts_in_every_kind_of_png() {
        use BitDepth::{Eight, One, Sixteen};
        use ColorType::{Grayscale, GrayscaleAlpha, Indexed, Rgb, Rgba};
        let cases: [(ColorType, BitDepth, &[u8], [u8; 2]); 7] = [
            (Grayscale, Eight, &[0, 200], [0, 200]),
            (Grayscale, One, &[0b0100_0000], [0, 255]),
            (Grayscale, Sixteen, &[0, 0, 200, 7], [0, 200]),
            (GrayscaleAlpha, Eight, &[0, 255, 10, 0], [0, 255]),
            (Rgb, Eight, &[0, 255, 0, 255, 255, 255], [150, 255]),
            (Rgba, Eight, &[0, 0, 0, 255, 0, 0, 0, 127], [0, 128]),
            (Indexed, Eight, &[2, 1], [150, 255]),
        ];
        for (color, depth, data, values) in cases {
            let mask = decode(&png(color, depth, (2, 1), data)).unwrap();
            assert_eq!(mask.values(), values, "{color:?} {depth:?}");
        }
    }

    #[test]
    fn what_is_no_mask_is_refused_with_a_reason() {
        for other in [&b""[..], b"GIF89a", b"\x89PNG", b"<svg xmlns='http://www.w3.org/2000/svg'/>"] {
            assert!(matches!(decode(other), Err(MaskError::NotPng)), "{other:?}");
        }
        let whole = encode(&noise(Size::new(20, 20), 3)).unwrap();
        for cut in 8..whole.len() - 16 {
            assert!(matches!(decode(&whole[..cut]), Err(MaskError::Damaged(_))), "cut at {cut}");
        }
        let mut flipped = whole.clone();
        flipped[60] ^= 0x10;
        assert!(matches!(decode(&flipped), Err(MaskError::Damaged(_))));
    }

    #[test]
    fn a_large_file_is_refused_by_its_header() {
        let mut file = encode(&Mask::black(Size::new(1, 1))).unwrap();
        file[16..24].copy_from_slice(&[0, 0, 0x40, 0, 0, 0, 0x40, 1]);
        // The header's own checksum, over its name and fields.
        let crc = file[12..29].iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
            })
        });
        file[29..33].copy_from_slice(&(!crc).to_be_bytes());
        let error = decode(&file).unwrap_err();
        assert!(matches!(error, MaskError::TooLarge { width_px: 16_384, height_px: 16_385 }), "{error}");
        assert!(error.to_string().contains("16384 × 16385"), "{error}");
    }
}
