//! A model to be made smaller: its parts, and the configurations that travel with them.

use std::collections::BTreeMap;

use crate::{Folder, Manifest, Tensors, WeightsError, read_bytes};

/// Folders of a diffusers checkpoint that hold weights, in the order in which they are used.
const PARTS: [&str; 6] = ["text_encoder", "text_encoder_2", "unet", "transformer", "vae", "taesd"];
/// Names of weight files in them, without their endings.
const STEMS: [&str; 2] = ["diffusion_pytorch_model", "model"];
/// Configurations that belong to no part with weights.
const OTHER_CONFIGS: [&str; 2] = ["model_index.json", "scheduler/scheduler_config.json"];

/// One part of a model.
pub struct Part {
    /// What stands before its tensors' names in the new file: `unet.`, or nothing for a model of one part.
    pub prefix: String,
    /// Its tensors.
    pub tensors: Tensors,
}

/// A model to be made smaller.
pub struct Source {
    /// Its parts.
    pub parts: Vec<Part>,
    /// JSON texts by their path in a diffusers folder.
    pub configs: BTreeMap<String, String>,
    /// `general.architecture`: a family of models.
    pub architecture: String,
    /// `general.name`: what people call it.
    pub name: Option<String>,
}

impl Source {
    /// Opens a folder in diffusers' layout, or the folder of one part of it.
    ///
    /// # Errors
    /// [`WeightsError::MissingFile`] when it holds no weights, and those of opening its files.
    pub async fn open(folder: &dyn Folder) -> Result<Self, WeightsError> {
        let mut source = Self {
            parts: Vec::new(),
            configs: BTreeMap::new(),
            architecture: "diffusion".to_owned(),
            name: None,
        };
        for part in PARTS {
            if let Some(tensors) = open_part(folder, &format!("{part}/")).await? {
                source.parts.push(Part { prefix: format!("{part}."), tensors });
                source.add_config(folder, &format!("{part}/config.json")).await?;
            }
        }
        if source.parts.is_empty() {
            let missing = || WeightsError::MissingFile { file: format!("unet/{}.safetensors", STEMS[0]) };
            let tensors = open_part(folder, "").await?.ok_or_else(missing)?;
            source.parts.push(Part { prefix: String::new(), tensors });
            source.add_config(folder, "config.json").await?;
            return Ok(source);
        }
        for path in OTHER_CONFIGS {
            source.add_config(folder, path).await?;
        }
        if source.configs.contains_key("model_index.json") {
            let manifest = Manifest::read(folder).await?;
            source.architecture = architecture(manifest.class_name.as_deref().unwrap_or_default()).to_owned();
            source.name = manifest.profile.and_then(|profile| profile.name);
        }
        Ok(source)
    }

    async fn add_config(&mut self, folder: &dyn Folder, path: &str) -> Result<(), WeightsError> {
        let Some(bytes) = read_bytes(folder, path).await? else { return Ok(()) };
        let bad = |reason: String| WeightsError::BadJson { file: path.to_owned(), reason };
        let text = String::from_utf8(bytes).map_err(|error| bad(error.to_string()))?;
        serde_json::from_str::<serde::de::IgnoredAny>(&text).map_err(|error| bad(error.to_string()))?;
        self.configs.insert(path.to_owned(), text);
        Ok(())
    }
}

/// The weights in a folder, whose path ends in `/`; `None` when there are none.
async fn open_part(folder: &dyn Folder, path: &str) -> Result<Option<Tensors>, WeightsError> {
    for stem in STEMS {
        let stem = format!("{path}{stem}");
        match Tensors::open_in(folder, &stem).await {
            Ok(tensors) => return Ok(Some(tensors)),
            // Not a lost shard, which has another name.
            Err(WeightsError::MissingFile { file }) if file == format!("{stem}.safetensors") => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// A family by the pipeline's class; the names are those of ComfyUI-GGUF where it has one.
fn architecture(class: &str) -> &'static str {
    match class {
        _ if class.starts_with("StableDiffusionXL") => "sdxl",
        _ if class.starts_with("StableDiffusion3") => "sd3",
        _ if class.starts_with("StableDiffusion") => "sd1",
        _ if class.starts_with("Flux") => "flux",
        _ => "diffusion",
    }
}
