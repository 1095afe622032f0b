//! Which weight files of a folder are the model's.

use std::{
    fs,
    path::{Path, PathBuf},
};

use weights::{DirFolder, Manifest};

use crate::error::CliError;

/// The tiny autoencoder beside a model, which manifests do not name.
const TINY: &str = "taesd";

/// Weight files of a folder, in the order of their names: those in the folders of the parts that its `model_index.json`
/// names, and beside them the paths of all others. Without a manifest every file counts.
pub(super) async fn of_model(path: &Path) -> Result<(Vec<PathBuf>, Vec<String>), CliError> {
    let all = weight_files(path)?;
    let Ok(manifest) = Manifest::read(&DirFolder::new(path)).await else { return Ok((all, Vec::new())) };
    let is_part = |file: &PathBuf| {
        let folder = file.parent().and_then(|folder| folder.strip_prefix(path).ok()?.to_str());
        folder.is_some_and(|folder| folder == TINY || manifest.component(folder).is_some())
    };
    let (of_model, others): (Vec<_>, Vec<_>) = all.into_iter().partition(is_part);
    Ok((of_model, others.iter().map(|file| below(path, file)).collect()))
}

/// A file's path in the folder.
pub(super) fn below(folder: &Path, file: &Path) -> String {
    file.strip_prefix(folder).unwrap_or(file).display().to_string()
}

/// Weight files in a folder and in the folders in it, in the order of their names.
fn weight_files(path: &Path) -> Result<Vec<PathBuf>, CliError> {
    let list = |path: &Path| -> Result<Vec<PathBuf>, CliError> {
        let unreadable = |reason| CliError::Unreadable { path: path.to_owned(), reason };
        let entries = fs::read_dir(path).map_err(unreadable)?;
        entries.map(|entry| entry.map(|entry| entry.path()).map_err(unreadable)).collect()
    };
    let mut files = Vec::new();
    for entry in list(path)? {
        files.extend(if entry.is_dir() { list(&entry)? } else { vec![entry] });
    }
    files.retain(|file| {
        let extension = file.extension().and_then(|extension| extension.to_str());
        extension.is_some_and(|extension| ["safetensors", "gguf"].contains(&extension))
    });
    files.sort();
    Ok(files)
}
