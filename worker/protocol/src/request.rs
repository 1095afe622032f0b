//! Everything that decides what a picture looks like, except the source's pixels.

use serde::{Deserialize, Serialize};

use crate::SourceFit;

/// A model's key in the database: `builtin`, or the name given at import.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ModelId(pub String);

impl ModelId {
    /// The model that is part of the application.
    pub fn builtin() -> Self {
        Self("builtin".to_owned())
    }
}

/// A LoRA's key in the database.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LoraId(pub String);

/// A LoRA to add to the model's weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoraChoice {
    /// Which.
    pub id: LoraId,
    /// How much of it: 1 as it was trained, 0 not at all.
    pub scale: f64,
}

/// How latents move from noise to picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SamplerKind {
    /// Denoising diffusion implicit models, eta 0 (Song et al. 2020).
    Ddim,
    /// Euler's method on the probability-flow ODE (Karras et al. 2022).
    Euler,
    /// Euler's method towards less noise than asked for, and fresh noise on top.
    EulerAncestral,
    /// DPM-Solver++ with two predictions a step (Lu et al. 2022).
    #[serde(rename = "dpmpp-2m")]
    Dpmpp2m,
    /// The same over the noise levels of Karras et al. 2022.
    #[serde(rename = "dpmpp-2m-karras")]
    Dpmpp2mKarras,
    /// A predictor and a corrector (Zhao et al. 2023).
    #[serde(rename = "unipc")]
    UniPc,
    /// Latent consistency models, in few steps (Luo et al. 2023).
    Lcm,
    /// Euler's method on a rectified flow.
    FlowEuler,
}

/// How prompt strength becomes steps (see ARCHITECTURE.md, "Prompt strength").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StrengthRule {
    /// `min(int(steps * strength), steps)` steps run, exactly as diffusers' img2img counts them.
    Steps,
    /// The chosen number of steps always runs, from a start sigma that grows with strength.
    AllSteps,
}

/// How prompts are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PromptSyntax {
    /// As mere text, of which the first 75 tokens count.
    #[default]
    Plain,
    /// With weights in brackets and at any length.
    Weighted,
}

/// How much of a masked source is generated anew. Unused without a mask.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InpaintArea {
    /// The whole picture.
    #[default]
    Whole,
    /// Only the part around the mask, cut from the source at its full resolution.
    Masked,
}

/// One picture to make.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Which model.
    pub model: ModelId,
    /// What to draw.
    pub prompt: String,
    /// What to steer away from; empty for nothing.
    pub negative_prompt: String,
    /// How both prompts are read.
    #[serde(default)]
    pub prompt_syntax: PromptSyntax,
    /// Prompt strength, 0.1 (subtle) to 1.0 (complete). Unused without a source.
    pub strength: f64,
    /// How strength becomes steps.
    pub strength_rule: StrengthRule,
    /// Quality steps, 1 or more.
    pub steps: u32,
    /// Classifier-free guidance scale; 1 turns guidance off.
    pub guidance_scale: f64,
    /// The sampler.
    pub sampler: SamplerKind,
    /// Seed of the noise.
    pub seed: u64,
    /// Width of the picture in pixels, a multiple of 8.
    pub width_px: u32,
    /// Height of the picture in pixels, a multiple of 8.
    pub height_px: u32,
    /// How the source comes to this size. Unused without a source, and when only the masked part is generated.
    #[serde(default)]
    pub source_fit: SourceFit,
    /// Pixels over which the mask's edge fades out, outside of its white; 0 for not at all.
    pub mask_feather_px: u32,
    /// How much of a masked source is generated anew.
    pub inpaint_area: InpaintArea,
    /// Pixels around the mask that the model gets to see when only that part is generated.
    pub inpaint_padding_px: u32,
    /// LoRAs, in any order.
    pub loras: Vec<LoraChoice>,
}
