//! Files of other kinds, told by their bytes: each becomes a pack.

mod origin;
mod picture;
mod zip;

use crate::error::in_words;
use crate::limits::{MOST_PICTURE_BYTES, MOST_ZIP_BYTES};
use crate::{Blob, LoadedPack, PackError, date_of_millis, reader};

/// What is known of a file besides its bytes; other kinds of file tell no date and no name for themselves.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The file's name, for people.
    pub name: String,
    /// Milliseconds since 1970 when it was changed last.
    pub modified_millis: f64,
}

impl Origin {
    fn date(&self) -> String {
        date_of_millis(self.modified_millis)
    }
}

/// Reads a pack, a ZIP file of pictures with their `generation.json`, or a PNG, JPEG or WebP that carries its settings. `progress`
/// hears how many bytes of the file have been read.
///
/// # Errors
/// [`PackError`]; then nothing of the file has been taken.
pub async fn read<B: Blob>(
    file: &B,
    origin: &Origin,
    progress: &mut dyn FnMut(u64),
) -> Result<LoadedPack<B>, PackError> {
    let head = file.read(0, file.len_bytes().min(12)).await?;
    let is_webp = head.starts_with(b"RIFF") && head.ends_with(b"WEBP");
    if is_webp || head.starts_with(b"\x89PNG\r\n\x1a\n") || head.starts_with(b"\xff\xd8\xff") {
        let bytes = whole(file, MOST_PICTURE_BYTES).await?;
        return picture::read(file, &bytes, origin).await;
    }
    // An empty ZIP file begins with its end.
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        let bytes = whole(file, MOST_ZIP_BYTES).await?;
        return zip::read(bytes, origin).await;
    }
    reader::read_pack(file, progress).await
}

async fn whole<B: Blob>(file: &B, most_bytes: u64) -> Result<Vec<u8>, PackError> {
    match file.len_bytes() {
        bytes if bytes > most_bytes => Err(PackError::TooLarge(in_words(most_bytes))),
        bytes => Ok(file.read(0, bytes).await?),
    }
}
