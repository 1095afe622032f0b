//! Models of the catalogue: downloaded, opened on trial, and only then listed.

use downloads::{DownloadError, Progress, Transport, fetch};
use protocol::{
    DownloadState, Precision,
    catalogue::{CatalogueFile, CatalogueProfile, Entry},
};
use serde_json::{Value, json};
use storage::{Backend, ModelRecord, PlannedFile, Storage};

use crate::{
    clock::now_millis,
    error::EngineError,
    import::{self, try_out},
    report::report,
};

/// Where a model keeps what is laid over its configurations.
const SETTINGS: &str = "checkpoint.json";
/// The configuration that has our own profile.
const MANIFEST: &str = "model_index.json";

/// Watches a download.
pub trait Watch {
    /// How far it has come; called often.
    fn tell(&self, state: DownloadState);

    /// Whether to stop and keep what has arrived.
    fn is_paused(&self) -> bool;
}

/// Downloads what has not arrived of a model, opens it on trial and lists it.
///
/// # Errors
/// [`EngineError::Download`] when it has to stop; what has arrived is kept. [`EngineError::Pipeline`] when the files are
/// those of the catalogue and yet no model that the engine can run; then nothing of them is kept.
pub async fn install<B: Backend, T: Transport>(
    storage: &Storage<B>,
    entry: &Entry,
    transport: &T,
    watch: &dyn Watch,
) -> Result<ModelRecord, EngineError> {
    let model = &entry.model;
    if model.files.is_empty() {
        return Err(EngineError::NotInCatalogue { id: model.id.0.clone() });
    }
    let files: Vec<PlannedFile> = model.files.iter().map(planned).collect();
    let download = storage.download(&model.id.0, &files, now_millis()).await?;
    fetch(&download, transport, &Arrival(watch)).await?;
    watch.tell(DownloadState::Opening);
    download.add(SETTINGS, settings(entry).to_string().as_bytes()).await?;
    match try_out(storage, download.folder(), Precision::AsItIs, &Trial(watch)).await {
        Ok(()) => Ok(download.publish(&model.name).await?),
        Err(EngineError::Cancelled) => Err(DownloadError::Paused.into()),
        Err(error) => {
            storage.discard_download(&model.id.0).await?;
            Err(error)
        }
    }
}

/// What the page is told of an installation that has ended early.
pub fn stopped(error: &EngineError, done_bytes: u64, total_bytes: u64) -> DownloadState {
    match error {
        EngineError::Download(DownloadError::Paused) => {
            DownloadState::Paused { done_bytes, total_bytes, report: None }
        }
        error => DownloadState::Paused { done_bytes, total_bytes, report: Some(report(error)) },
    }
}

fn planned(file: &CatalogueFile) -> PlannedFile {
    let CatalogueFile { path, url, bytes, sha256 } = file.clone();
    PlannedFile { path, url, bytes, sha256 }
}

/// What the catalogue says beyond the files: settings that they leave open, and the profile.
fn settings(entry: &Entry) -> Value {
    let mut settings = entry.settings.clone();
    if let Some(profile) = &entry.model.profile {
        let manifest = settings.entry(MANIFEST.to_owned()).or_default();
        manifest.insert("palimpsest".to_owned(), manifest_profile(&entry.model.name, profile));
    }
    Value::Object(settings.into_iter().map(|(path, fields)| (path, Value::Object(fields))).collect())
}

fn manifest_profile(name: &str, profile: &CatalogueProfile) -> Value {
    json!({
        "name": name,
        "native_size": profile.native_px,
        "max_size": profile.max_px,
        "default_steps": profile.steps,
        "default_guidance": profile.guidance,
        "strength_rule": profile.strength_rule,
        "sampler": profile.sampler,
    })
}

/// A download as the page hears of it.
struct Arrival<'a>(&'a dyn Watch);

impl downloads::Watch for Arrival<'_> {
    fn progress(&self, progress: Progress) {
        self.0.tell(match progress {
            Progress::Arriving { done_bytes, total_bytes } => {
                DownloadState::Arriving { done_bytes, total_bytes }
            }
            Progress::Checking { done_bytes, total_bytes } => {
                DownloadState::Checking { done_bytes, total_bytes }
            }
        });
    }

    fn is_paused(&self) -> bool {
        self.0.is_paused()
    }
}

/// The look at every weight, which can be stopped as well.
struct Trial<'a>(&'a dyn Watch);

impl import::Watch for Trial<'_> {
    fn progress(&mut self, _: u64, _: u64) {}

    fn is_cancelled(&self) -> bool {
        self.0.is_paused()
    }
}

#[cfg(test)]
mod tests;
