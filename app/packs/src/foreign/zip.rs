//! ZIP files of pictures, each with a `generation.json` beside it. Nothing is ever written to a path: names only say
//! which files belong together. What a file unpacks to is counted as it comes, whatever its header says.

use std::io::{Cursor, Read};

use serde_json::{Map, Value};
use zip::ZipArchive;

use super::{Origin, origin};
use crate::error::in_words;
use crate::limits::{MOST_PICTURE_BYTES, MOST_VALUE_BYTES, MOST_ZIP_BYTES, MOST_ZIP_FILES};
use crate::{Blob, LoadedPack, Pack, PackError, PictureInfo, PictureKey, Role};

/// Extensions of pictures.
const PICTURES: [&str; 4] = ["png", "jpg", "jpeg", "webp"];

struct File {
    /// Its name without folders and extension, in small letters.
    stem: String,
    extension: String,
    bytes: Vec<u8>,
}

pub(super) async fn read<B: Blob>(bytes: Vec<u8>, origin: &Origin) -> Result<LoadedPack<B>, PackError> {
    let files = unpack(bytes)?;
    let configurations: Vec<&File> = files.iter().filter(|file| file.extension == "json").collect();
    if configurations.is_empty() {
        return Err(unusable("it holds no generation.json"));
    }
    let date = origin.date();
    let mut pack = Pack { created: date.clone(), app: "a ZIP file".to_owned(), ..Pack::default() };
    let mut pictures = Vec::new();
    for (index, configuration) in configurations.iter().enumerate() {
        let json = parse(configuration)?;
        // With one configuration, every picture is its own, whatever they are called.
        let alone = configurations.len() == 1;
        let mut infos = Vec::new();
        for role in Role::ALL {
            let Some(file) = files.iter().find(|file| belongs(file, &configuration.stem, role, alone)) else {
                continue;
            };
            let blob = B::from_bytes(&file.bytes)?;
            infos.push((role, PictureInfo::of(&blob, index + 1, role).await?, blob));
        }
        let image = infos.iter().find(|(role, ..)| *role == Role::Image).map(|(_, info, _)| info);
        let image = image.ok_or_else(|| unusable("a generation.json has no picture beside it"))?;
        let id = format!("{}-{index}", &image.sha256[..16]);
        let mut entry = origin::entry(&json, id, image, &date)?;
        for (role, info, blob) in infos {
            entry.set_info(role, info);
            let info_type = entry.info(role).map_or("", |info| info.media_type.as_str());
            pictures.push((PictureKey { entry: index, role }, B::join(&[blob], info_type)?));
        }
        pack.entries.push(entry);
    }
    if pack.entries.len() > 1 {
        pack.title = origin.name.trim_end_matches(".zip").to_owned();
    }
    Ok(LoadedPack { pack, pictures })
}

fn unusable(why: impl Into<String>) -> PackError {
    PackError::Zip(why.into())
}

fn parse(file: &File) -> Result<Map<String, Value>, PackError> {
    serde_json::from_slice(&file.bytes)
        .map_err(|error| unusable(format!("its generation.json is damaged ({error})")))
}

/// Whether a picture has this role beside the configuration of that stem.
fn belongs(file: &File, configuration: &str, role: Role, alone: bool) -> bool {
    if !PICTURES.contains(&file.extension.as_str()) {
        return false;
    }
    let of = |word: &str| match alone {
        true => file.stem.contains(word),
        false => file.stem == format!("{configuration}-{word}"),
    };
    match role {
        Role::Source => of("source"),
        Role::Mask => of("mask"),
        Role::Image if alone => !of("source") && !of("mask"),
        Role::Image => file.stem == configuration,
        Role::Drawing => false,
    }
}

fn unpack(bytes: Vec<u8>) -> Result<Vec<File>, PackError> {
    let damaged = |error: zip::result::ZipError| unusable(format!("it is damaged or encrypted ({error})"));
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > MOST_ZIP_FILES {
        return Err(unusable(format!("it holds more than {MOST_ZIP_FILES} files")));
    }
    let (mut files, mut left_bytes) = (Vec::new(), MOST_ZIP_BYTES);
    for index in 0..archive.len() {
        let mut packed = archive.by_index(index).map_err(damaged)?;
        let path = packed.enclosed_name().ok_or_else(|| unusable("a name in it leads out of it"))?;
        if packed.is_symlink() {
            return Err(unusable("it holds a link"));
        }
        if packed.is_dir() {
            continue;
        }
        let part = |of: Option<&std::ffi::OsStr>| {
            of.and_then(|text| text.to_str()).unwrap_or_default().to_ascii_lowercase()
        };
        let (stem, extension) = (part(path.file_stem()), part(path.extension()));
        let most_bytes = match extension.as_str() {
            "json" => MOST_VALUE_BYTES as u64,
            extension if PICTURES.contains(&extension) => MOST_PICTURE_BYTES,
            // Texts beside the pictures are left packed.
            _ => continue,
        };
        let most_bytes = most_bytes.min(left_bytes);
        let mut bytes = Vec::new();
        (&mut packed).take(most_bytes + 1).read_to_end(&mut bytes).map_err(|error| damaged(error.into()))?;
        if bytes.len() as u64 > most_bytes {
            let most = in_words(MOST_ZIP_BYTES);
            return Err(unusable(format!("it unpacks to more than is read ({most}, less for one file)")));
        }
        left_bytes -= bytes.len() as u64;
        files.push(File { stem, extension, bytes });
    }
    Ok(files)
}
