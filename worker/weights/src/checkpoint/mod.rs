//! A model, however its files are laid out: as diffusers' folder, as one file, and with parts from other files.

mod config;
mod family;
mod layout;
mod lora;
mod names;
mod prediction;
mod stated;
mod survey;

use std::{collections::BTreeMap, rc::Rc};

use serde_json::Value;

pub use family::Family;
pub use lora::LoraSummary;
pub use prediction::Prediction;
pub use survey::{PartSurvey, Survey};

use crate::{Folder, OverlayFolder, Tensors, WeightsError, bundle, read_json};
use config::Kind;
use stated::Configs;

/// A part of a model that has weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The denoiser.
    Unet,
    /// The autoencoder.
    Vae,
    /// CLIP.
    TextEncoder,
}

impl Part {
    /// The part's folder in diffusers' layout.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Unet => "unet",
            Self::Vae => "vae",
            Self::TextEncoder => "text_encoder",
        }
    }

    /// Where diffusers keeps its configuration.
    fn config(self) -> &'static str {
        match self {
            Self::Unet => "unet/config.json",
            Self::Vae => "vae/config.json",
            Self::TextEncoder => "text_encoder/config.json",
        }
    }
}

/// All parts.
const PARTS: [Part; 3] = [Part::Unet, Part::Vae, Part::TextEncoder];

/// What says that a folder has diffusers' layout.
const MANIFEST: &str = "model_index.json";
/// Whole models in one file.
const SINGLE_FILES: [&str; 3] = ["checkpoint.safetensors", "checkpoint.gguf", "checkpoint.ckpt"];
/// Files in place of a part of the model that they lie beside.
const REPLACEMENTS: [(Part, &[&str]); 2] =
    [(Part::Unet, &["unet.safetensors", "unet.gguf"]), (Part::Vae, &["vae.safetensors", "vae.gguf"])];

/// A model as diffusers would lay it out, whatever the files are. A folder with `model_index.json` is taken as it is;
/// else everything comes from `checkpoint.safetensors` or `checkpoint.gguf`. Either way `unet.safetensors`,
/// `unet.gguf` or `vae.safetensors` beside it replaces that part, and `checkpoint.json` has the last word: an object of
/// settings for each path of a configuration, for example `{"unet/config.json": {"attention_head_dim": 8}}`.
pub struct Checkpoint {
    folder: OverlayFolder,
    /// Parts that do not lie where diffusers would have them.
    parts: BTreeMap<&'static str, Tensors>,
}

impl Checkpoint {
    /// Opens a model: reads configurations and headers, and no weights.
    ///
    /// # Errors
    /// [`WeightsError::MissingFile`] for a folder of neither layout, [`WeightsError::Pickle`],
    /// [`WeightsError::OtherFamily`], [`WeightsError::MissingPart`], [`WeightsError::MissingTensors`] and
    /// [`WeightsError::UnknownLayout`] for single files that are no whole model, and whatever is wrong with the files
    /// themselves.
    pub async fn open(folder: Rc<dyn Folder>) -> Result<Self, WeightsError> {
        let mut opening = Opening { folder, configs: Configs::default(), parts: BTreeMap::new() };
        let single = match opening.folder.open(MANIFEST).await? {
            Some(_) => None,
            None => opening.add_single_file().await?,
        };
        for (part, names) in REPLACEMENTS {
            if let Some((file, tensors)) = open_first(opening.folder.as_ref(), names).await? {
                opening.replace(part, &file, &tensors).await?;
            }
        }
        if let Some(file) = &single
            && let Some(part) = PARTS.into_iter().find(|part| !opening.parts.contains_key(part.folder()))
        {
            return Err(WeightsError::MissingPart { file: file.clone(), part: part.folder() });
        }
        let Opening { folder, mut configs, parts } = opening;
        configs.take_stated(folder.as_ref()).await?;
        let file = single.unwrap_or_else(|| "the replaced part".to_owned());
        let folder = configs.over(folder, &file)?;
        Ok(Self { folder, parts })
    }

    /// The configurations, under diffusers' paths.
    pub fn configs(&self) -> &dyn Folder {
        &self.folder
    }

    /// The tensors of a part, under diffusers' names. `part` is diffusers' folder, for example `unet`.
    ///
    /// # Errors
    /// As for [`Tensors::open_in`].
    pub async fn tensors(&self, part: &str) -> Result<Tensors, WeightsError> {
        match self.parts.get(part) {
            Some(tensors) => Ok(tensors.clone()),
            None if part == Part::TextEncoder.folder() => {
                Tensors::open_in(&self.folder, "text_encoder/model").await
            }
            None => Tensors::open_in(&self.folder, &format!("{part}/diffusion_pytorch_model")).await,
        }
    }
}

/// A model half opened.
struct Opening {
    folder: Rc<dyn Folder>,
    configs: Configs,
    parts: BTreeMap<&'static str, Tensors>,
}

impl Opening {
    /// Returns the file's name, or `None` for a folder that has no such file.
    async fn add_single_file(&mut self) -> Result<Option<String>, WeightsError> {
        let Some((file, tensors)) = open_first(self.folder.as_ref(), &SINGLE_FILES).await? else {
            return Ok(None);
        };
        if bundle::is_bundle(&tensors) {
            self.configs.take_metadata(&file, &tensors)?;
            for part in bundle::PARTS {
                let of_part = tensors.part(&format!("{part}."));
                if of_part.names().next().is_some() {
                    self.parts.insert(part, of_part);
                }
            }
            return Ok(Some(file));
        }
        let survey = Survey::of(&tensors);
        if !matches!(survey.family, Family::StableDiffusion1 | Family::StableDiffusion2)
            && !survey.parts.contains_key(&Part::Unet)
        {
            let (family, needed) = (survey.family, survey.family.needed());
            return Err(WeightsError::OtherFamily { file, family, needed });
        }
        for (part, found) in &survey.parts {
            self.add(*part, &file, &tensors, found)?;
        }
        let prediction = survey.prediction.unwrap_or_default();
        let kind = survey.parts.get(&Part::Unet).map_or(Kind::Diffusion, |unet| Kind::of(&unet.config));
        self.configs.set(MANIFEST, config::manifest(kind));
        self.configs.set(stated::SCHEDULER, config::scheduler(&prediction, kind));
        self.configs.set("tokenizer/special_tokens_map.json", config::special_tokens(survey.family));
        self.configs.take_metadata(&file, &tensors)?;
        Ok(Some(file))
    }

    /// Takes one part from another file.
    async fn replace(&mut self, part: Part, file: &str, tensors: &Tensors) -> Result<(), WeightsError> {
        let survey = Survey::of(tensors);
        let Some(found) = survey.parts.get(&part) else {
            let (family, part) = (survey.family, part.folder());
            return match family {
                Family::Unknown | Family::StableDiffusion1 | Family::StableDiffusion2 => {
                    Err(WeightsError::MissingPart { file: file.to_owned(), part })
                }
                family => {
                    Err(WeightsError::OtherFamily { file: file.to_owned(), family, needed: family.needed() })
                }
            };
        };
        let path = part.config();
        let base = match self.configs.get(path) {
            Some(base) => Some(base.clone()),
            None => read_json::<Value>(self.folder.as_ref(), path).await?,
        };
        self.add(part, file, tensors, found)?;
        if let Some(base) = base {
            self.configs.keep_unseen(part, &base);
        }
        if part == Part::Unet
            && self.configs.get(path).is_some_and(|unet| Kind::of(unet) == Kind::Consistency)
        {
            self.configs.state(stated::SCHEDULER, "_class_name", Kind::Consistency.scheduler().into());
        }
        if part == Part::Unet
            && let Some(prediction) = Prediction::stated(tensors)
        {
            self.configs.state(stated::SCHEDULER, "prediction_type", prediction.name().into());
        }
        Ok(())
    }

    fn add(
        &mut self,
        part: Part,
        file: &str,
        tensors: &Tensors,
        found: &PartSurvey,
    ) -> Result<(), WeightsError> {
        let (file, part_name) = (file.to_owned(), part.folder());
        if let Some(reason) = found.odd.clone() {
            return Err(WeightsError::UnknownLayout { file, part: part_name, reason });
        }
        if let [first, rest @ ..] = found.missing.as_slice() {
            let (first, more) = (first.clone(), rest.len());
            return Err(WeightsError::MissingTensors { file, part: part_name, first, more });
        }
        if found.config.is_null() {
            let reason = "a tiny autoencoder's sizes are told by its configuration only, which the file does not bring";
            return Err(WeightsError::UnknownLayout { file, part: part_name, reason: reason.to_owned() });
        }
        self.configs.set(part.config(), found.config.clone());
        self.parts.insert(part_name, tensors.with_views(&found.views)?);
        Ok(())
    }
}

/// Opens the first file of these that is there.
async fn open_first(folder: &dyn Folder, names: &[&str]) -> Result<Option<(String, Tensors)>, WeightsError> {
    for &name in names {
        if let Some(source) = folder.open(name).await? {
            let label = folder.label(name);
            let tensors = Tensors::open_named(&label, source).await?;
            return Ok(Some((label, tensors)));
        }
    }
    Ok(None)
}
