//! The catalogue: models that can be downloaded, where their files lie, and how each wants to be used.
//!
//! It is `models.json` beside the page. Whoever hosts the page may write their own; what the engine relies on is
//! checked here, once, when it is read.

mod check;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{ModelId, SamplerKind, StrengthRule};

/// What [`Catalogue::format`] must be.
const FORMAT: &str = "palimpsest-catalogue";
/// The version that is read here.
const VERSION: u32 = 1;

/// Configurations by path, as far as a model's own files leave them open or wrong.
pub type Settings = BTreeMap<String, Map<String, Value>>;

/// `models.json`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Catalogue {
    /// `palimpsest-catalogue`.
    pub format: String,
    /// 1.
    pub version: u32,
    /// Origins that files come from, redirects included: what the page's security policy lets it talk to. `*.` stands
    /// for every subdomain. Files beside the page need none.
    pub hosts: Vec<String>,
    /// The models, in the order in which they are shown.
    pub models: Vec<Entry>,
}

/// A model, with what only the engine needs.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Entry {
    /// The model.
    #[serde(flatten)]
    pub model: CatalogueModel,
    /// What to lay over the configurations that are inferred from its files.
    #[serde(default)]
    pub settings: Settings,
}

/// A model that can be downloaded, or, without files, one that comes with the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CatalogueModel {
    /// The key that it will be stored under.
    pub id: ModelId,
    /// Its name, for people.
    pub name: String,
    /// What it descends from, for people: LoRAs fit within a family.
    pub family: String,
    /// What it is the choice for.
    pub role: Option<Role>,
    /// One sentence about it.
    pub about: String,
    /// Under what terms it may be used.
    pub licence: Licence,
    /// Its files.
    #[serde(default)]
    pub files: Vec<CatalogueFile>,
    /// How it wants to be used; without, as its own files say.
    #[serde(default)]
    pub profile: Option<CatalogueProfile>,
    /// Sentences on how to prompt it.
    #[serde(default)]
    pub tips: Vec<String>,
}

/// What a model is the choice for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A picture in a few steps.
    Fast,
    /// The usual one.
    Balanced,
    /// The most detail, with patience.
    Best,
    /// A style of its own.
    Style,
}

/// Terms of use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licence {
    /// The licence's name.
    pub name: String,
    /// Where it can be read.
    pub url: String,
}

/// A file of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueFile {
    /// Path in the model's folder, such as `checkpoint.safetensors` or `unet/config.json`.
    pub path: String,
    /// Where it lies: `https://…`, or an address relative to the page.
    pub url: String,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256, hexadecimal; without one only the length can be checked.
    pub sha256: Option<String>,
}

/// How a model wants to be used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CatalogueProfile {
    /// The side in pixels that it was trained at.
    pub native_px: u32,
    /// The largest side in pixels that makes sense.
    pub max_px: u32,
    /// Quality steps.
    pub steps: u32,
    /// Guidance scale.
    pub guidance: f64,
    /// Sampler.
    pub sampler: SamplerKind,
    /// How strength becomes steps.
    pub strength_rule: StrengthRule,
}

impl CatalogueModel {
    /// Bytes of all files.
    pub fn total_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

/// Why a catalogue cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// It is not JSON of this shape.
    #[error("the catalogue models.json cannot be read: {reason}")]
    Unreadable {
        /// What the parser says.
        reason: String,
    },
    /// It is of another version.
    #[error("the catalogue models.json is of version {version}, which this page does not know")]
    Version {
        /// Its version.
        version: u32,
    },
    /// An entry makes no sense.
    #[error("the catalogue models.json is wrong about {model}: {reason}")]
    Entry {
        /// The model's key.
        model: String,
        /// What is wrong.
        reason: String,
    },
}

impl Catalogue {
    /// Reads and checks a catalogue.
    ///
    /// # Errors
    /// [`CatalogueError`]. One wrong entry refuses the whole: its author must hear of it.
    pub fn parse(json: &str) -> Result<Self, CatalogueError> {
        let unreadable = |reason: String| CatalogueError::Unreadable { reason };
        let header: Header = serde_json::from_str(json).map_err(|error| unreadable(error.to_string()))?;
        match (header.format == FORMAT, header.version) {
            (false, _) => return Err(unreadable(format!("its format is not {FORMAT:?}"))),
            (true, VERSION) => {}
            (true, version) => return Err(CatalogueError::Version { version }),
        }
        let catalogue: Self = serde_json::from_str(json).map_err(|error| unreadable(error.to_string()))?;
        check::check(&catalogue)?;
        Ok(catalogue)
    }

    /// A model's entry.
    pub fn entry(&self, id: &ModelId) -> Option<&Entry> {
        self.models.iter().find(|entry| entry.model.id == *id)
    }
}

/// What can be read of any version.
#[derive(Deserialize)]
struct Header {
    format: String,
    version: u32,
}

#[cfg(test)]
mod tests;
