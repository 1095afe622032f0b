//! The file that a person chose, as a picture to start from.
//!
//! Files are strangers: what they claim is checked before anything large is allocated, and a picture that stops in
//! the middle is refused rather than filled up with grey.

mod complete;
mod edit;
mod write;

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader, Luma, Rgb, RgbImage, Rgba};

pub use edit::{Crop, Edit};
pub(crate) use write::encode_kept_png;
pub use write::{encode_png, thumbnail};

/// Longest side of a source.
pub const MAX_SIDE_PX: u32 = 8192;
/// Most pixels of a source.
pub const MAX_PIXELS: u64 = 40_000_000;

/// Why a file cannot be the source, in one sentence for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// No bytes at all.
    #[error("the file is empty")]
    Empty,
    /// A drawing, not a picture of pixels.
    #[error("the file is an SVG drawing; use a PNG, JPEG or WebP picture")]
    Svg,
    /// Not one of the formats that are read.
    #[error("the file is not a PNG, JPEG or WebP picture")]
    NotAPicture,
    /// More pixels than are allowed.
    #[error(
        "the picture is {width_px}x{height_px}, which is too large: at most {MAX_SIDE_PX} pixels a side and \
         {} megapixels in all are read", MAX_PIXELS / 1_000_000
    )]
    TooLarge {
        /// Width in pixels.
        width_px: u32,
        /// Height in pixels.
        height_px: u32,
    },
    /// The file stops before the picture does.
    #[error("the {format} picture is cut off: the end of the file is missing")]
    CutOff {
        /// Name of the format.
        format: &'static str,
    },
    /// What is to be kept does not lie in the picture.
    #[error("the crop does not lie inside the picture of {width_px}x{height_px}; crop it again")]
    CropOutside {
        /// Width in pixels.
        width_px: u32,
        /// Height in pixels.
        height_px: u32,
    },
    /// The picture cannot be decoded.
    #[error("the {format} picture is damaged: {reason}")]
    Damaged {
        /// Name of the format.
        format: &'static str,
        /// What the decoder said.
        reason: String,
    },
}

/// Decodes a PNG, JPEG or WebP file: upright as its EXIF orientation says, laid over white where it is transparent.
///
/// # Errors
/// A [`SourceError`] that says what is wrong with the file. Size limits are checked before pixels are decoded.
pub fn decode(bytes: &[u8]) -> Result<RgbImage, SourceError> {
    if bytes.is_empty() {
        return Err(SourceError::Empty);
    }
    let reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| SourceError::NotAPicture)?;
    let name = match reader.format() {
        Some(ImageFormat::Png) => "PNG",
        Some(ImageFormat::Jpeg) => "JPEG",
        Some(ImageFormat::WebP) => "WebP",
        _ if looks_like_svg(bytes) => return Err(SourceError::Svg),
        _ => return Err(SourceError::NotAPicture),
    };
    let damaged = |error: image::ImageError| SourceError::Damaged { format: name, reason: error.to_string() };
    let complete = complete::is_complete(name, bytes);
    let mut decoder = match reader.into_decoder() {
        Err(_) if !complete => return Err(SourceError::CutOff { format: name }),
        decoder => decoder.map_err(damaged)?,
    };
    let (width_px, height_px) = decoder.dimensions();
    if width_px.max(height_px) > MAX_SIDE_PX || u64::from(width_px) * u64::from(height_px) > MAX_PIXELS {
        return Err(SourceError::TooLarge { width_px, height_px });
    }
    if !complete {
        return Err(SourceError::CutOff { format: name });
    }
    // Without readable EXIF data a picture is taken as it is.
    let orientation = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    if let Some(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    Ok(over_white(picture))
}

/// As [`decode`], for a mask: its brightness by ITU-R BT.601, as diffusers has it of Pillow (`convert("L")`).
///
/// # Errors
/// As for [`decode`].
pub fn decode_mask(bytes: &[u8]) -> Result<GrayImage, SourceError> {
    let mask = decode(bytes)?;
    Ok(GrayImage::from_fn(mask.width(), mask.height(), |x, y| Luma([brightness(mask.get_pixel(x, y).0)])))
}

/// Pillow's own rounding; grey stays what it is.
fn brightness(rgb: [u8; 3]) -> u8 {
    let [red, green, blue] = rgb.map(u32::from);
    ((19_595 * red + 38_470 * green + 7_471 * blue + 0x8000) >> 16) as u8
}

fn over_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let rgba = picture.into_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let Rgba([r, g, b, a]) = *rgba.get_pixel(x, y);
        let alpha = u32::from(a);
        Rgb([r, g, b].map(|value| ((u32::from(value) * alpha + 255 * (255 - alpha) + 127) / 255) as u8))
    })
}

/// True for text whose first tag, after any XML declaration, is likely `<svg`. Compressed SVG counts too.
fn looks_like_svg(bytes: &[u8]) -> bool {
    let head = bytes.get(..4096).unwrap_or(bytes);
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    text.contains("<svg")
        || (text.trim_start_matches('\u{feff}').trim_start().starts_with("<?xml") && text.contains("svg"))
}

#[cfg(test)]
mod tests;
