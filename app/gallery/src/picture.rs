//! PNG files that carry their settings.

use std::io::Cursor;

use png::{BitDepth, ColorType, Compression, Decoder, Encoder};

use crate::{GalleryError, Settings, parse_parameters, write_parameters};

/// The text chunk that other tools read.
pub const PARAMETERS_KEY: &str = "parameters";
/// The text chunk with our own JSON.
pub const JSON_KEY: &str = "palimpsest";

/// Writes a PNG from RGBA8 pixels, row by row from the top left. A wholly opaque picture becomes RGB.
///
/// # Errors
/// [`GalleryError::PixelCount`] when `rgba` does not hold `width_px * height_px` pixels.
pub fn encode_png(
    rgba: &[u8],
    width_px: u32,
    height_px: u32,
    settings: &Settings,
) -> Result<Vec<u8>, GalleryError> {
    let expected = u64::from(width_px) * u64::from(height_px) * 4;
    if rgba.len() as u64 != expected {
        return Err(GalleryError::PixelCount { width_px, height_px, expected, got: rgba.len() });
    }
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, width_px, height_px);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Balanced);
    add_texts(&mut encoder, settings)?;
    if rgba.chunks_exact(4).all(|pixel| pixel[3] == u8::MAX) {
        encoder.set_color(ColorType::Rgb);
        let rgb: Vec<u8> = rgba.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
        encoder.write_header()?.write_image_data(&rgb)?;
    } else {
        encoder.set_color(ColorType::Rgba);
        encoder.write_header()?.write_image_data(rgba)?;
    }
    Ok(file)
}

fn add_texts(encoder: &mut Encoder<'_, &mut Vec<u8>>, settings: &Settings) -> Result<(), GalleryError> {
    let parameters = write_parameters(settings);
    // A tEXt chunk is Latin-1; other tools fall back to iTXt for the rest of Unicode, and read both.
    if parameters.chars().all(|letter| u32::from(letter) <= 0xff) {
        encoder.add_text_chunk(PARAMETERS_KEY.to_owned(), parameters)?;
    } else {
        encoder.add_itxt_chunk(PARAMETERS_KEY.to_owned(), parameters)?;
    }
    encoder.add_itxt_chunk(JSON_KEY.to_owned(), serde_json::to_string(settings)?)?;
    Ok(())
}

/// See [`crate::read_settings`].
pub(crate) fn read_png_settings(png: &[u8]) -> Result<Option<Settings>, GalleryError> {
    let reader = Decoder::new(Cursor::new(png)).read_info()?;
    let info = reader.info();
    if let Some(ours) = info.utf8_text.iter().find(|chunk| chunk.keyword == JSON_KEY) {
        return Ok(Some(serde_json::from_str(&ours.get_text()?)?));
    }
    let plain = info.uncompressed_latin1_text.iter().find(|chunk| chunk.keyword == PARAMETERS_KEY);
    if let Some(plain) = plain {
        return Ok(parse_parameters(&plain.text));
    }
    match info.utf8_text.iter().find(|chunk| chunk.keyword == PARAMETERS_KEY) {
        Some(unicode) => Ok(parse_parameters(&unicode.get_text()?)),
        None => Ok(None),
    }
}
