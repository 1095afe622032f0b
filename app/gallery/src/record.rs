//! One picture in the gallery and the settings that made it.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{GalleryError, InSheet, Sheet};

/// Fields that this version does not know. They are kept and written again, so that nothing is lost to a person who
/// goes back and forth between versions.
pub type UnknownFields = Map<String, Value>;

/// How a picture was begun.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// From noise and a prompt alone.
    #[default]
    #[serde(rename = "txt2img")]
    TextToImage,
    /// From a source picture and a prompt.
    #[serde(rename = "img2img")]
    ImageToImage,
    /// From a source picture, of which a mask says what is drawn anew.
    #[serde(rename = "inpaint", alias = "inpainting")]
    Inpaint,
}

impl Mode {
    /// Whether a picture made in this way had a source, so that prompt strength means something.
    pub fn has_source(self) -> bool {
        match self {
            Self::TextToImage => false,
            Self::ImageToImage | Self::Inpaint => true,
        }
    }
}

/// A LoRA that a picture was made with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UsedLora {
    /// Its name.
    pub name: String,
    /// SHA-256 over its file's hash, hexadecimal; empty when unknown.
    #[serde(default)]
    pub hash: String,
    /// How much of it: 1 as it was trained.
    pub scale: f64,
}

/// How a picture was drawn as SVG. Names that this version does not know are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SvgChoice {
    /// How many colours: `few`, `some`, `many`.
    #[serde(default)]
    pub colors: String,
    /// How small a thing is still drawn: `coarse`, `medium`, `fine`.
    #[serde(default)]
    pub detail: String,
}

/// Everything that decided a picture except its source's pixels. The field names are those of the image pack
/// format; `sampler` and `strength_rule` are kept as written, so that a name that this version does not know
/// survives.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// With or without a source.
    pub mode: Mode,
    /// The model's key.
    pub model: String,
    /// SHA-256 over the model's files, hexadecimal.
    #[serde(default)]
    pub model_hash: String,
    /// What was asked for.
    pub prompt: String,
    /// What was steered away from.
    #[serde(default)]
    pub negative_prompt: String,
    /// How both were read: `plain` or `weighted`; empty, from earlier versions, is `plain`.
    #[serde(default)]
    pub prompt_syntax: String,
    /// LoRAs that were added to the model.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loras: Vec<UsedLora>,
    /// Seed of the noise.
    pub seed: u64,
    /// Quality steps as chosen.
    pub steps: u32,
    /// Classifier-free guidance scale.
    pub guidance_scale: f64,
    /// 0.1 (subtle) to 1.0 (complete); says nothing in text-to-image.
    pub prompt_strength: f64,
    /// How strength became steps: `steps` or `all-steps`.
    #[serde(default)]
    pub strength_rule: String,
    /// How the source came to the picture's size: `crop` or `pad`; empty where it was scaled to it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source_fit: String,
    /// `ddim`, `dpmpp-2m`, `flow-euler`, ...
    pub sampler: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Width and height in pixels that were generated, where the picture has others: inpainting gives back its source's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated_size: Option<(u32, u32)>,
    /// Pixels over which the mask's edge faded out; of inpainting alone, and so are the next two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask_feather: Option<u32>,
    /// How much of the source was generated anew: `whole`, or `masked` for the part around the mask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inpaint_area: Option<String>,
    /// Pixels around the mask that the model got to see where only that part was generated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inpaint_padding: Option<u32>,
    /// How it was drawn, if it was wanted as SVG.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub svg: Option<SvgChoice>,
    /// Steps that really ran; 0 when unknown.
    #[serde(default)]
    pub executed_steps: u32,
    /// Noise level that denoising began from, in the sampler's own scale.
    #[serde(default)]
    pub start_sigma: f64,
    /// What a later version, or another program, said besides.
    #[serde(flatten)]
    pub other: UnknownFields,
}

/// One picture in the gallery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Unique in the gallery.
    pub id: String,
    /// Milliseconds since 1970 when it was made.
    pub created_millis: f64,
    /// The picture that was its source, if that came from the gallery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The picture whose settings it was made with again, under another seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_of: Option<String>,
    /// Whether it has a star.
    #[serde(default, skip_serializing_if = "is_false")]
    pub favorite: bool,
    /// Names of the collections that it lies in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub collections: Vec<String>,
    /// What made it.
    pub settings: Settings,
    /// The device that made it, for people.
    #[serde(default)]
    pub device: String,
    /// How long it took, in milliseconds.
    #[serde(default)]
    pub duration_millis: f64,
    /// What its columns and rows mean, if it is a sheet of other pictures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<Sheet>,
    /// Its place in a sheet, if it was made for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_sheet: Option<InSheet>,
    /// What a later version said besides.
    #[serde(flatten)]
    pub other: UnknownFields,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl Record {
    /// The record as it is stored.
    ///
    /// # Errors
    /// [`GalleryError::Json`] if a number has no JSON form.
    pub fn to_json(&self) -> Result<String, GalleryError> {
        Ok(serde_json::to_string(self)?)
    }

    /// Reads a stored record. Fields that this version does not know are kept.
    ///
    /// # Errors
    /// [`GalleryError::Json`] when the text is not a record.
    pub fn from_json(json: &str) -> Result<Self, GalleryError> {
        Ok(serde_json::from_str(json)?)
    }

    /// A file name that sorts by subject and is legal everywhere, such as `a-red-apple-42.png`.
    pub fn file_name(&self) -> String {
        const LONGEST_SUBJECT: usize = 48;
        let mut subject = String::new();
        for letter in self.settings.prompt.chars() {
            if subject.len() >= LONGEST_SUBJECT {
                break;
            }
            if letter.is_alphanumeric() {
                subject.extend(letter.to_lowercase());
            } else if !subject.is_empty() && !subject.ends_with('-') {
                subject.push('-');
            }
        }
        let subject = subject.trim_end_matches('-');
        let subject = if subject.is_empty() { "picture" } else { subject };
        format!("{subject}-{}.png", self.settings.seed)
    }
}

/// Orders records newest first; of two made in the same millisecond, the greater id comes first.
pub fn newest_first(a: &Record, b: &Record) -> Ordering {
    b.created_millis.total_cmp(&a.created_millis).then_with(|| b.id.cmp(&a.id))
}
