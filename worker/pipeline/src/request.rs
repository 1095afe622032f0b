//! What a person asks for.

use image::{GrayImage, RgbImage};
use models::LoraUse;
use sampling::{SamplerKind, StrengthRule};

use crate::{Profile, SourceFit};

/// Which autoencoder stands between pictures and latents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DecoderChoice {
    /// The model's own, in its folder `vae`.
    #[default]
    Vae,
    /// The small and fast one in the folder `taesd` beside it.
    Taesd,
}

/// How prompts are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PromptSyntax {
    /// As mere text, of which the first 75 tokens count: what diffusers' pipelines do.
    #[default]
    Plain,
    /// With weights in brackets and at any length, as the widely used web UI does (see [`text::parse_weighted`] and
    /// [`text::ClipTokenizer::chunks`]).
    Weighted,
}

/// How much of the source is generated anew. Unused without a mask.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum InpaintArea {
    /// The whole picture, at the request's size.
    #[default]
    Whole,
    /// Only the part around the mask, cut from the source at its full resolution and scaled to the request's size;
    /// the result has the source's own size.
    Masked {
        /// Pixels of the source around the mask that the model gets to see; [`InpaintArea::PADDING_PX`] suits most.
        padding_px: u32,
    },
}

impl InpaintArea {
    /// The padding to offer first.
    pub const PADDING_PX: u32 = 32;
}

/// One picture to make. Everything that decides how it looks, except the model and the noise.
#[derive(Debug, Clone)]
pub struct Request {
    /// What to draw.
    pub prompt: String,
    /// What to steer away from; empty for nothing.
    pub negative_prompt: String,
    /// How both prompts are read.
    pub prompt_syntax: PromptSyntax,
    /// The picture to start from, of any size; without one, the picture starts from noise.
    pub source: Option<RgbImage>,
    /// How the source comes to the size asked for. Unused when only the masked part is generated.
    pub source_fit: SourceFit,
    /// Where to repaint the source, of any size: white is repainted, black stays.
    pub mask: Option<GrayImage>,
    /// Over how many pixels of the result the mask's edge fades out, outside of its white; 0 for not at all. Black
    /// pixels that far from white, or further, keep the source's bytes.
    pub mask_feather_px: u32,
    /// Whether all of the source is generated, or only the part around the mask.
    pub inpaint_area: InpaintArea,
    /// How far to go from the source, 0 to 1. Unused without a source.
    pub strength: f64,
    /// How strength becomes steps.
    pub strength_rule: StrengthRule,
    /// Steps of the schedule, 1 or more.
    pub steps: usize,
    /// How strongly to follow the prompt; 1 or less turns guidance off.
    pub guidance_scale: f64,
    /// The sampler.
    pub sampler: SamplerKind,
    /// Width in pixels of the picture to generate.
    pub width_px: u32,
    /// Height in pixels of the picture to generate.
    pub height_px: u32,
    /// Which autoencoder to use.
    pub decoder: DecoderChoice,
    /// LoRAs to add to the model's weights for this picture; one of scale 0 does nothing.
    pub loras: Vec<LoraUse>,
}

impl Request {
    /// What a model's profile suggests: a picture of its native size from the prompt alone.
    pub fn suiting(profile: &Profile, prompt: impl Into<String>) -> Self {
        Self {
            prompt: prompt.into(),
            negative_prompt: String::new(),
            prompt_syntax: PromptSyntax::default(),
            source: None,
            source_fit: SourceFit::default(),
            mask: None,
            mask_feather_px: 0,
            inpaint_area: InpaintArea::default(),
            strength: 1.0,
            strength_rule: profile.strength_rule,
            steps: profile.default_steps as usize,
            guidance_scale: profile.default_guidance,
            sampler: profile.sampler,
            width_px: profile.native_px,
            height_px: profile.native_px,
            decoder: DecoderChoice::default(),
            loras: Vec::new(),
        }
    }

    /// Whether both halves of the guidance are computed, unless the model takes the scale as an input.
    pub fn is_guided(&self) -> bool {
        self.guidance_scale > 1.0
    }
}
