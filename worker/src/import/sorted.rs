//! What the chosen files are, and under which names the engine looks for them.

use std::rc::Rc;

use pipeline::PipelineError;
use storage::BlobHandle;
use weights::{Part, Survey, Tensors, WeightsError};

use super::source::BlobSource;
use crate::error::EngineError;

/// What says that the files are a folder in diffusers' layout.
const MANIFEST: &str = "model_index.json";
/// The parts of a checkpoint that the engine reads.
const PARTS: [&str; 6] = ["scheduler", "text_encoder", "tokenizer", "unet", "vae", "taesd"];
/// Kinds of files that it reads.
const KINDS: [&str; 4] = [".json", ".safetensors", ".gguf", ".txt"];
/// Files of settings that lie beside a file of weights, under the name that the engine reads.
const SETTINGS: &str = "checkpoint.json";

/// Whether a file of a diffusers folder is stored: other parts (a safety checker) and other formats of the same
/// weights would only take room.
pub fn is_wanted(path: &str) -> bool {
    let known_kind = KINDS.iter().any(|kind| path.ends_with(kind));
    match path.split('/').collect::<Vec<_>>().as_slice() {
        [MANIFEST] => true,
        [part, name] => known_kind && PARTS.contains(part) && !name.is_empty(),
        _ => false,
    }
}

/// The files that are stored, by the paths that the engine looks for.
pub(super) async fn sorted<Blob: BlobHandle>(
    files: Vec<(String, Blob)>,
) -> Result<Vec<(String, Blob)>, EngineError> {
    if files.iter().any(|(path, _)| path == MANIFEST) {
        return Ok(files.into_iter().filter(|(path, _)| is_wanted(path)).collect());
    }
    let mut sorted: Vec<(String, Blob)> = Vec::new();
    for (name, blob) in files {
        let path = match name.ends_with(SETTINGS) {
            true => SETTINGS.to_owned(),
            false => path_of(&name, &blob).await?,
        };
        if sorted.iter().any(|(taken, _)| *taken == path) {
            return Err(EngineError::TwoOfAKind { name });
        }
        sorted.push((path, blob));
    }
    if sorted.iter().any(|(path, _)| path.starts_with("checkpoint.") && path != SETTINGS) {
        return Ok(sorted);
    }
    match sorted.iter().find_map(|(path, _)| path.split_once('.').map(|(part, _)| part)) {
        Some("unet") => Err(EngineError::OnlyAPart { part: "UNet" }),
        Some("vae") => Err(EngineError::OnlyAPart { part: "VAE" }),
        _ => Err(EngineError::NotAModel),
    }
}

/// The path of a file of weights, by what is in it.
async fn path_of<Blob: BlobHandle>(name: &str, blob: &Blob) -> Result<String, EngineError> {
    // Readers go by what a file is; the ending is for people.
    let ending = if name.to_ascii_lowercase().ends_with(".gguf") { "gguf" } else { "safetensors" };
    let source = Rc::new(BlobSource::new(name, blob.clone()));
    let tensors = Tensors::open_named(name, source).await.map_err(PipelineError::from)?;
    let survey = Survey::of(&tensors);
    let parts: Vec<Part> = survey.parts.into_keys().collect();
    let stem = match parts.as_slice() {
        [Part::Unet] => "unet",
        [Part::Vae] => "vae",
        [] => {
            let (file, family) = (name.to_owned(), survey.family);
            let other = WeightsError::OtherFamily { file, family, needed: family.needed() };
            return Err(PipelineError::from(other).into());
        }
        _ => "checkpoint",
    };
    Ok(format!("{stem}.{ending}"))
}
