//! Folders that hold Python's pickles, which are refused: reading one can run what it holds. Files are told by their
//! first bytes, see `content`.

use crate::{Folder, WeightsError};

/// Refuses a folder that has a part's weights only as a pickle, under one of the names that libraries give it.
///
/// # Errors
/// [`WeightsError::Pickle`], and [`WeightsError::Unreadable`].
pub(crate) async fn refuse_beside(folder: &dyn Folder, stem: &str) -> Result<(), WeightsError> {
    let parent = stem.rsplit_once('/').map_or(String::new(), |(parent, _)| format!("{parent}/"));
    let names = ["pytorch_model.bin", "diffusion_pytorch_model.bin"];
    let variants = ["pytorch_model.fp16.bin", "diffusion_pytorch_model.fp16.bin"];
    for name in names.into_iter().chain(variants) {
        let path = format!("{parent}{name}");
        if folder.open(&path).await?.is_some() {
            return Err(WeightsError::Pickle { file: path });
        }
    }
    Ok(())
}
