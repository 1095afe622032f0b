//! The model that comes with the application: fetched once, checked, then read from the database.
//!
//! The build script lists its files with their hashes, so the worker knows without a network which version it
//! belongs to. A stored model of another hash is an older version: it is replaced as soon as the new one has
//! arrived whole.

use std::future::Future;

use pipeline::Profile;
use protocol::ModelInfo;
use sampling::{SamplerKind, StrengthRule};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use storage::{Backend, BlobHandle, ModelRecord, Storage, folder_hash};
use weights::MemoryFolder;

use crate::{
    catalogue::{Shelved, model_info},
    clock::now_millis,
    error::EngineError,
};

/// The built-in model's key in the database.
pub const ID: &str = "builtin";

/// One file of the built-in model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ListedFile {
    /// Path in the model's folder.
    pub path: String,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// The part of the model's `model_index.json` that matters here.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
struct ListedManifest {
    #[serde(default)]
    palimpsest: weights::Profile,
}

/// The built-in model's files.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FileList {
    /// Every file of the model.
    pub files: Vec<ListedFile>,
    manifest: Option<ListedManifest>,
}

impl FileList {
    /// The list that this build was made with.
    ///
    /// # Errors
    /// [`EngineError::NoBuiltin`] when it was built without a model.
    pub fn of_this_build() -> Result<Self, EngineError> {
        Self::parse(include_bytes!(concat!(env!("OUT_DIR"), "/builtin_files.json")))
    }

    fn parse(json: &[u8]) -> Result<Self, EngineError> {
        let list = serde_json::from_slice::<Self>(json);
        let list = list.map_err(|error| EngineError::NoBuiltin { reason: error.to_string() })?;
        if list.files.is_empty() {
            return Err(EngineError::NoBuiltin { reason: "it was built without one".to_owned() });
        }
        Ok(list)
    }

    /// What [`ModelRecord::hash`] will be.
    pub fn hash(&self) -> String {
        folder_hash(self.files.iter().map(|file| (file.path.as_str(), file.sha256.as_str())))
    }

    /// Bytes in all.
    pub fn total_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// What the page is told of the model, before it has been fetched.
    pub fn info(&self) -> ModelInfo {
        let stated = self.manifest.clone().unwrap_or_default().palimpsest;
        let native_px = stated.native_size.unwrap_or(128);
        let profile = Profile {
            native_px,
            max_px: stated.max_size.unwrap_or(native_px),
            multiple_px: 8,
            default_steps: stated.default_steps.unwrap_or(20),
            default_guidance: stated.default_guidance.unwrap_or(3.0),
            sampler: SamplerKind::FlowEuler,
            samplers: vec![SamplerKind::FlowEuler],
            strength_rule: StrengthRule::AllSteps,
            strength_exponent: stated.strength_exponent.unwrap_or(1.0),
            has_taesd: false,
            name: stated.name,
        };
        let name = profile.name.clone().unwrap_or_else(|| "Built-in".to_owned());
        model_info(Shelved { id: ID, name: &name, hash: &self.hash(), bytes: self.total_bytes() }, &profile)
    }
}

/// Where files come from.
pub trait Download {
    /// What a file arrives as.
    type Blob;

    /// Fetches a file of the model's folder; `progress` hears bytes as they arrive.
    ///
    /// # Errors
    /// [`EngineError::Network`].
    fn download(
        &self,
        path: &str,
        progress: &mut dyn FnMut(u64),
    ) -> impl Future<Output = Result<Self::Blob, EngineError>>;
}

/// Fetches and stores every file, then lists the model, in place of an older one. `progress` hears bytes done.
///
/// # Errors
/// [`EngineError::Network`], [`EngineError::WrongHash`] when a file is not the listed one (a newer deployment,
/// a proxy's page), [`EngineError::Storage`]. Nothing is left behind, and an older version stays.
pub async fn install<B: Backend>(
    storage: &Storage<B>,
    list: &FileList,
    source: &impl Download<Blob = B::Blob>,
    progress: &mut dyn FnMut(u64),
) -> Result<ModelRecord, EngineError> {
    let mut import = storage.import_model(ID, now_millis()).await?;
    let mut done = 0;
    let mut count = |bytes| {
        done += bytes;
        progress(done);
    };
    for file in &list.files {
        let added = match source.download(&file.path, &mut count).await {
            Ok(blob) => import.add(&file.path, &blob, now_millis(), &mut |_| {}).await.map_err(Into::into),
            Err(error) => Err(error),
        };
        let checked = added.and_then(|stored| check(file, &stored.sha256));
        if let Err(error) = checked {
            import.discard().await?;
            return Err(error);
        }
    }
    // Another tab may have been faster; replacing its folder would pull it away from under that tab's worker.
    if let Some(model) = storage.model(ID).await?.filter(|model| model.hash == list.hash()) {
        import.discard().await?;
        return Ok(model);
    }
    Ok(import.publish("Built-in").await?)
}

/// The stored model: of this version if it is there or can be fetched, else the one before.
///
/// # Errors
/// As [`install`], when there is no older version to fall back on.
pub async fn ready<B: Backend>(
    storage: &Storage<B>,
    list: &FileList,
    source: &impl Download<Blob = B::Blob>,
    progress: &mut dyn FnMut(u64),
) -> Result<ModelRecord, EngineError> {
    let stored = storage.model(ID).await?;
    if let Some(current) = stored.as_ref().filter(|model| model.hash == list.hash()) {
        return Ok(current.clone());
    }
    match (install(storage, list, source, progress).await, stored) {
        (Err(error @ (EngineError::Network { .. } | EngineError::WrongHash { .. })), Some(older)) => {
            log::warn!("an older built-in model stays in use: {error}");
            Ok(older)
        }
        (installed, _) => installed,
    }
}

/// Fetches every file into memory, for a visit in which the database cannot be used.
///
/// # Errors
/// [`EngineError::Network`], [`EngineError::WrongHash`].
pub async fn hold<Blob: BlobHandle>(
    list: &FileList,
    source: &impl Download<Blob = Blob>,
    progress: &mut dyn FnMut(u64),
) -> Result<MemoryFolder, EngineError> {
    let mut folder = MemoryFolder::default();
    let mut done = 0;
    for file in &list.files {
        let mut count = |bytes| {
            done += bytes;
            progress(done);
        };
        let blob = source.download(&file.path, &mut count).await?;
        let bytes = blob.read(0, blob.len_bytes()).await?;
        check(file, &hexadecimal(&Sha256::digest(&bytes)))?;
        folder.insert(&file.path, bytes);
    }
    Ok(folder)
}

fn check(file: &ListedFile, sha256: &str) -> Result<(), EngineError> {
    match sha256 == file.sha256 {
        true => Ok(()),
        false => Err(EngineError::WrongHash { file: file.path.clone() }),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
