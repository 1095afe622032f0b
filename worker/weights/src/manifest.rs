//! `model_index.json`: which parts a diffusers folder has, and how this application should run it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Folder, WeightsError, require_json};

/// Where a checkpoint keeps its manifest.
const PATH: &str = "model_index.json";

/// One part of a pipeline, for example `diffusers`' `UNet2DConditionModel` in the folder `unet`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// The library that defines the class.
    pub library: String,
    /// The class name, which decides how the part's folder is read.
    pub class: String,
}

/// This application's own advice in a model's manifest. Every field may be missing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// Name shown to people.
    pub name: Option<String>,
    /// Width and height in pixels that the model was trained at.
    pub native_size: Option<u32>,
    /// Largest side in pixels at which its pictures still hold together.
    pub max_size: Option<u32>,
    /// Steps to offer first.
    pub default_steps: Option<u32>,
    /// Guidance scale to offer first.
    pub default_guidance: Option<f64>,
    /// How strength becomes steps: `steps` or `all-steps`.
    pub strength_rule: Option<String>,
    /// Under `all-steps`, the share of the sampler's time is `strength^strength_exponent`; 1 without a word.
    pub strength_exponent: Option<f64>,
    /// Sampler to offer first: a name such as `ddim`, `dpmpp-2m` or `flow-euler`.
    pub sampler: Option<String>,
}

/// A parsed `model_index.json`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Manifest {
    /// The pipeline's class, for example `StableDiffusionPipeline`.
    pub class_name: Option<String>,
    /// Parts by folder name; parts that the file sets to null are left out.
    pub components: BTreeMap<String, Component>,
    /// The entry `palimpsest`, where there is one.
    pub profile: Option<Profile>,
}

impl Manifest {
    /// Reads the manifest of a checkpoint.
    ///
    /// # Errors
    /// [`WeightsError::MissingFile`] when there is none, [`WeightsError::BadJson`] when it is not a JSON object or
    /// its `palimpsest` entry does not fit [`Profile`].
    pub async fn read(folder: &dyn Folder) -> Result<Self, WeightsError> {
        let fields: BTreeMap<String, Value> = require_json(folder, PATH).await?;
        Self::from_fields(fields)
            .map_err(|error| WeightsError::BadJson { file: PATH.to_owned(), reason: error.to_string() })
    }

    /// The class of a part, for example `component("unet")`.
    pub fn component(&self, name: &str) -> Option<&Component> {
        self.components.get(name)
    }

    fn from_fields(fields: BTreeMap<String, Value>) -> Result<Self, serde_json::Error> {
        let mut manifest = Self::default();
        for (name, value) in fields {
            match value {
                Value::String(class) if name == "_class_name" => manifest.class_name = Some(class),
                profile if name == "palimpsest" => manifest.profile = serde_json::from_value(profile)?,
                // Parts are pairs; flags such as `requires_safety_checker` and absent parts [null, null] are not.
                Value::Array(pair) => {
                    if let [Value::String(library), Value::String(class)] = pair.as_slice() {
                        let component = Component { library: library.clone(), class: class.clone() };
                        manifest.components.insert(name, component);
                    }
                }
                _ => {}
            }
        }
        Ok(manifest)
    }
}
