//! Importing a model: files from a person's disk, stored as they are or in fewer bits, opened on trial, and only then
//! listed.

mod packed;
mod scan;
mod sorted;
mod source;

use std::rc::Rc;

use pipeline::Model;
use protocol::Precision;
use storage::{Backend, BlobHandle, Import, ModelRecord, Storage};
use weights::{Checkpoint, Folder, OverlayFolder};

use crate::{builtin, clock::now_millis, error::EngineError, folder::StoredFolder};
pub use sorted::is_wanted;
use source::BlobSource;

/// Watches an import.
pub trait Watch {
    /// So many of so many bytes are stored.
    fn progress(&mut self, done_bytes: u64, total_bytes: u64);

    /// Whether to stop.
    fn is_cancelled(&self) -> bool;
}

/// Stores a model under its name: a folder in diffusers' layout, or files that hold a whole model or parts of one. They
/// must open as a model, and every weight must be a finite number, or nothing is kept.
///
/// # Errors
/// [`EngineError::BadName`], [`EngineError::NotAModel`], [`EngineError::OnlyAPart`], [`EngineError::Cancelled`],
/// [`EngineError::Storage`], and [`EngineError::Pipeline`] with what is wrong with the model.
pub async fn import<B: Backend>(
    storage: &Storage<B>,
    name: &str,
    files: Vec<(String, B::Blob)>,
    precision: Precision,
    watch: &mut dyn Watch,
) -> Result<ModelRecord, EngineError> {
    let name = name.trim();
    if name.is_empty() || name == builtin::ID || storage::is_lora(name) {
        return Err(EngineError::BadName { name: name.to_owned() });
    }
    let files = sorted::sorted(files).await?;
    let mut import = storage.import_model(name, now_millis()).await?;
    let stored = match packed::target(precision) {
        None => fill(&mut import, &files, watch).await,
        Some(target) => packed::fill(&mut import, folder_of(&files), target, watch).await,
    };
    let tried = match stored {
        Ok(()) => try_out(storage, import.folder(), precision, watch).await,
        Err(error) => Err(error),
    };
    if let Err(error) = tried {
        import.discard().await?;
        return Err(error);
    }
    Ok(import.publish(name).await?)
}

/// The chosen files, to be read where they are.
fn folder_of<Blob: BlobHandle>(files: &[(String, Blob)]) -> Rc<dyn Folder> {
    let mut folder = OverlayFolder::new(None);
    for (path, blob) in files {
        folder.insert(path, Rc::new(BlobSource::new(path, blob.clone())));
    }
    Rc::new(folder)
}

async fn fill<B: Backend>(
    import: &mut Import<B>,
    files: &[(String, B::Blob)],
    watch: &mut dyn Watch,
) -> Result<(), EngineError> {
    let total: u64 = files.iter().map(|(_, blob)| blob.len_bytes()).sum();
    let mut done = 0;
    for (path, blob) in files {
        let mut stored = |bytes| {
            done += bytes;
            watch.progress(done, total);
        };
        import.add(path, blob, now_millis(), &mut stored).await?;
        if watch.is_cancelled() {
            return Err(EngineError::Cancelled);
        }
    }
    Ok(())
}

/// Reads every configuration, the header of every weight file, and then every weight: one that is no number would
/// spoil every picture, and the person should hear of it now. Weights that were packed were looked at on their way.
pub(crate) async fn try_out<B: Backend>(
    storage: &Storage<B>,
    folder: &str,
    precision: Precision,
    watch: &dyn Watch,
) -> Result<(), EngineError> {
    let folder = Rc::new(StoredFolder::new(storage.clone(), folder));
    Model::open(folder.clone()).await?;
    if packed::target(precision).is_some() {
        return Ok(());
    }
    let checkpoint = Checkpoint::open(folder).await.map_err(pipeline::PipelineError::from)?;
    scan::every_weight(&checkpoint, watch).await
}

#[cfg(test)]
mod tests;
