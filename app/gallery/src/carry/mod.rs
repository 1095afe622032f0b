//! Settings in files that somebody else encoded: a browser's canvas, or another tool.
//!
//! A PNG has text chunks, as [`crate::encode_png`] writes them. JPEG and WebP have Exif: `UserComment` with the
//! `parameters` text, where other tools look for it, and `MakerNote`, which the standard leaves to whoever made the
//! picture, with our own JSON.

mod exif;
mod jpeg;
mod png;
mod webp;

use crate::{GalleryError, Settings, parse_parameters, picture, write_parameters};
use exif::Exif;

/// Begins our own note, so that it is not taken for another maker's.
const NOTE: &[u8] = b"palimpsest\0";

/// A PNG, JPEG or WebP file with `settings` in it, in place of such as it has. Its pixels stay as they are.
///
/// # Errors
/// [`GalleryError::NotCarried`] when the file is none of these or is damaged, or the settings do not fit.
pub fn carry_settings(file: &[u8], settings: &Settings) -> Result<Vec<u8>, GalleryError> {
    if file.starts_with(png::SIGNATURE) {
        return png::with_settings(file, settings);
    }
    let json = serde_json::to_vec(settings)?;
    let whole = Exif { comment: Some(write_parameters(settings)), note: Some([NOTE, &json].concat()) };
    if file.starts_with(jpeg::START) {
        // A segment holds 64 KiB: of very long prompts the text alone.
        let short = || jpeg::with_exif(file, &Exif { note: None, ..whole.clone() }.write());
        return jpeg::with_exif(file, &whole.write()).or_else(|_| short());
    }
    webp::with_exif(file, &whole.write())
}

/// Reads the settings that a PNG, JPEG or WebP file carries: our own JSON, else what another tool wrote. `Ok(None)` when
/// it carries none. Of a PNG or JPEG the beginning is enough, in a WebP they stand at the end.
///
/// # Errors
/// [`GalleryError::Decode`] when the file is none of these, [`GalleryError::Json`] when our own text is damaged.
pub fn read_settings(file: &[u8]) -> Result<Option<Settings>, GalleryError> {
    let exif = match file {
        [0xff, 0xd8, 0xff, ..] => jpeg::exif(file),
        [b'R', b'I', b'F', b'F', ..] => webp::exif(file),
        _ => return picture::read_png_settings(file),
    };
    let Some(Exif { comment, note }) = exif.and_then(Exif::read) else { return Ok(None) };
    match note.as_deref().and_then(|note| note.strip_prefix(NOTE)) {
        Some(ours) => Ok(Some(serde_json::from_slice(ours)?)),
        None => Ok(comment.and_then(|text| parse_parameters(&text))),
    }
}

fn not_carried(why: &'static str) -> GalleryError {
    GalleryError::NotCarried { why }
}

#[cfg(test)]
mod tests;
