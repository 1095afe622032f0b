//! A model to be made smaller: its parts, and the configurations that travel with them.

use std::{collections::BTreeMap, rc::Rc};

use crate::{Checkpoint, Folder, Manifest, Survey, Tensors, WeightsError, bundle, read_bytes};

/// Names of the weight file in the folder of one part, without its ending.
const STEMS: [&str; 2] = ["diffusion_pytorch_model", "model"];
/// What a file that is a model, or a part of one, is called in the folder that presents it.
const SINGLE_FILE: &str = "checkpoint.safetensors";
/// Configurations that belong to no part with weights.
const OTHER_CONFIGS: [&str; 4] = [
    "model_index.json",
    "scheduler/scheduler_config.json",
    "tokenizer/special_tokens_map.json",
    "tokenizer/tokenizer_config.json",
];

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
    /// Opens a model in any layout that [`Checkpoint`] knows, or one part of a model: its folder in diffusers' layout,
    /// or a file that holds that part only.
    ///
    /// # Errors
    /// Those of [`Checkpoint::open`] and of opening files, for what is neither.
    pub async fn open(folder: Rc<dyn Folder>) -> Result<Self, WeightsError> {
        if let Some(tensors) = open_part(folder.as_ref()).await? {
            let mut source = Self::new();
            source.parts.push(Part { prefix: String::new(), tensors });
            source.add_config(folder.as_ref(), "config.json").await?;
            return Ok(source);
        }
        match Checkpoint::open(folder.clone()).await {
            Ok(checkpoint) => Self::of_checkpoint(&checkpoint).await,
            Err(error) => match Self::of_single_part(folder.as_ref()).await? {
                Some(source) => Ok(source),
                None => Err(error),
            },
        }
    }

    fn new() -> Self {
        let (parts, configs) = (Vec::new(), BTreeMap::new());
        Self { parts, configs, architecture: "diffusion".to_owned(), name: None }
    }

    /// A whole model.
    async fn of_checkpoint(checkpoint: &Checkpoint) -> Result<Self, WeightsError> {
        let mut source = Self::new();
        let configs = checkpoint.configs();
        for part in bundle::PARTS {
            let config = format!("{part}/config.json");
            // Not every model has a tiny autoencoder beside its own.
            if configs.open(&config).await?.is_some() {
                source
                    .parts
                    .push(Part { prefix: format!("{part}."), tensors: checkpoint.tensors(part).await? });
                source.add_config(configs, &config).await?;
            }
        }
        for path in OTHER_CONFIGS {
            source.add_config(configs, path).await?;
        }
        let manifest = Manifest::read(configs).await?;
        source.architecture = architecture(manifest.class_name.as_deref().unwrap_or_default()).to_owned();
        source.name = manifest.profile.and_then(|profile| profile.name);
        Ok(source)
    }

    /// A file of one sound part, under diffusers' names; `None` for anything else.
    async fn of_single_part(folder: &dyn Folder) -> Result<Option<Self>, WeightsError> {
        let Some(file) = folder.open(SINGLE_FILE).await? else { return Ok(None) };
        let tensors = Tensors::open_named(&folder.label(SINGLE_FILE), file).await?;
        let survey = Survey::of(&tensors);
        let parts: Vec<_> = survey.parts.values().collect();
        let [part] = parts.as_slice() else { return Ok(None) };
        if part.odd.is_some() || !part.missing.is_empty() {
            return Ok(None);
        }
        let tensors = tensors.with_views(&part.views)?;
        Ok(Some(Self { parts: vec![Part { prefix: String::new(), tensors }], ..Self::new() }))
    }

    /// Bytes of all its tensors.
    pub fn bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.tensors.bytes()).sum()
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

/// The weights that lie in the folder itself, as in the folder of one part; `None` when there are none.
async fn open_part(folder: &dyn Folder) -> Result<Option<Tensors>, WeightsError> {
    for stem in STEMS {
        match Tensors::open_in(folder, stem).await {
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
