//! A picture that says how it was made, in our own words or in those of other tools.

use gallery::{Mode, read_settings};

use super::Origin;
use crate::{Blob, Entry, LoadedPack, Pack, PackError, PictureInfo, PictureKey, Role};

pub(super) async fn read<B: Blob>(
    file: &B,
    bytes: &[u8],
    origin: &Origin,
) -> Result<LoadedPack<B>, PackError> {
    let info = PictureInfo::of(file, 1, Role::Image).await?;
    let mut settings = read_settings(bytes).ok().flatten().ok_or(PackError::NoSettings)?;
    // Not every tool writes the size down; the picture itself has one.
    if settings.width == 0 || settings.height == 0 {
        (settings.width, settings.height) = (info.width, info.height);
    }
    // The file holds the result alone: what it was made from is somewhere else, and the entry cannot repeat it.
    let kind = match info.media_type.as_str() {
        "image/jpeg" => "a JPEG",
        "image/webp" => "a WebP",
        _ => "a PNG",
    };
    let source = if settings.mode == Mode::TextToImage { "" } else { ", without its source" };
    let app = format!("{kind}{source}");
    // Of the same picture it is the same entry.
    let mut entry = Entry::of(info.sha256[..16].to_owned(), origin.date(), &settings)?;
    entry.image = Some(info);
    let key = PictureKey { entry: 0, role: Role::Image };
    let pack = Pack { created: origin.date(), app, entries: vec![entry], ..Pack::default() };
    Ok(LoadedPack { pack, pictures: vec![(key, file.clone())] })
}
