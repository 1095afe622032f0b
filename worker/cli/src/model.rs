//! Files and folders on the command line, presented as one model.

use std::{
    path::{Path, PathBuf},
    rc::Rc,
};

use weights::{ByteSource, DirFolder, Folder, OverlayFolder};

use crate::{builtin, error::CliError};

/// The model of `--model`, with the parts of `--unet` and `--vae`.
pub(crate) async fn folder(
    model: &str,
    unet: Option<&Path>,
    vae: Option<&Path>,
) -> Result<Rc<dyn Folder>, CliError> {
    let mut folder = match model {
        "builtin" => over(builtin::folder()?),
        model => of_path(Path::new(model)).await?,
    };
    for (part, path) in [("unet", unet), ("vae", vae)] {
        if let Some(path) = path {
            let place = format!("{part}.safetensors");
            folder.set_label(&place, name_of(path));
            folder.insert(place, open(path).await?);
        }
    }
    Ok(Rc::new(folder))
}

async fn of_path(path: &Path) -> Result<OverlayFolder, CliError> {
    if path.is_dir() {
        return Ok(over(path.to_owned()));
    }
    if !path.is_file() {
        return Err(CliError::NoModel { path: path.to_owned() });
    }
    let mut folder = OverlayFolder::new(None);
    // Readers look at what the file is; the name only says where it is in the folder.
    folder.set_label("checkpoint.safetensors", name_of(path));
    folder.insert("checkpoint.safetensors", open(path).await?);
    let settings = path.with_extension("checkpoint.json");
    folder.set_label("checkpoint.json", name_of(&settings));
    if settings.is_file() {
        folder.insert("checkpoint.json", open(&settings).await?);
    }
    Ok(folder)
}

/// What messages call a file.
pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn over(path: PathBuf) -> OverlayFolder {
    OverlayFolder::new(Some(Rc::new(DirFolder::new(path))))
}

/// Opens a file anywhere on the disk.
///
/// # Errors
/// [`CliError::NoModel`] when there is none, and [`CliError::Weights`].
pub(crate) async fn open(path: &Path) -> Result<Rc<dyn ByteSource>, CliError> {
    let missing = || CliError::NoModel { path: path.to_owned() };
    let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(missing)?;
    let parent = path.parent().unwrap_or(Path::new(""));
    DirFolder::new(parent).open(name).await?.ok_or_else(missing)
}
