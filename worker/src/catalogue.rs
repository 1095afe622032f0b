//! Models and requests, between the page's words and the engine's.

use pipeline::{DecoderChoice, InpaintArea, LoraUse, Profile, SourceFit, source};
use protocol::{ModelId, ModelInfo};

use crate::error::EngineError;

/// What the database knows of a model.
#[derive(Debug, Clone, Copy)]
pub struct Shelved<'a> {
    /// Its key.
    pub id: &'a str,
    /// Its name, for people.
    pub name: &'a str,
    /// SHA-256 over its files' hashes, hexadecimal.
    pub hash: &'a str,
    /// Bytes in all.
    pub bytes: u64,
}

/// What the page is told of a model.
pub fn model_info(shelved: Shelved<'_>, profile: &Profile) -> ModelInfo {
    ModelInfo {
        id: ModelId(shelved.id.to_owned()),
        name: shelved.name.to_owned(),
        hash: shelved.hash.to_owned(),
        bytes: shelved.bytes,
        native_px: profile.native_px,
        max_px: profile.max_px,
        multiple_px: profile.multiple_px,
        default_steps: profile.default_steps,
        default_guidance: profile.default_guidance,
        default_sampler: told_sampler(profile.sampler),
        samplers: profile.samplers.iter().copied().map(told_sampler).collect(),
        default_strength_rule: match profile.strength_rule {
            sampling::StrengthRule::Steps => protocol::StrengthRule::Steps,
            sampling::StrengthRule::AllSteps => protocol::StrengthRule::AllSteps,
        },
    }
}

/// The engine's request for the page's. `source` and `mask` are the files' bytes, `loras` the chosen ones, open.
///
/// # Errors
/// [`EngineError::Source`] when either is not a picture.
pub fn engine_request(
    asked: &protocol::Request,
    source: Option<&[u8]>,
    mask: Option<&[u8]>,
    loras: Vec<LoraUse>,
) -> Result<pipeline::Request, EngineError> {
    Ok(pipeline::Request {
        prompt: asked.prompt.clone(),
        negative_prompt: asked.negative_prompt.clone(),
        prompt_syntax: match asked.prompt_syntax {
            protocol::PromptSyntax::Plain => pipeline::PromptSyntax::Plain,
            protocol::PromptSyntax::Weighted => pipeline::PromptSyntax::Weighted,
        },
        source: source.map(source::decode).transpose()?,
        mask: mask.map(source::decode_mask).transpose()?,
        source_fit: match asked.source_fit {
            protocol::SourceFit::Stretch => SourceFit::Stretch,
            protocol::SourceFit::Crop => SourceFit::Crop,
            protocol::SourceFit::Pad => SourceFit::Pad,
        },
        mask_feather_px: asked.mask_feather_px,
        inpaint_area: match asked.inpaint_area {
            protocol::InpaintArea::Whole => InpaintArea::Whole,
            protocol::InpaintArea::Masked => InpaintArea::Masked { padding_px: asked.inpaint_padding_px },
        },
        strength: asked.strength,
        strength_rule: match asked.strength_rule {
            protocol::StrengthRule::Steps => sampling::StrengthRule::Steps,
            protocol::StrengthRule::AllSteps => sampling::StrengthRule::AllSteps,
        },
        steps: asked.steps as usize,
        guidance_scale: asked.guidance_scale,
        sampler: match asked.sampler {
            protocol::SamplerKind::Ddim => sampling::SamplerKind::Ddim,
            protocol::SamplerKind::Euler => sampling::SamplerKind::Euler,
            protocol::SamplerKind::EulerAncestral => sampling::SamplerKind::EulerAncestral,
            protocol::SamplerKind::Dpmpp2m => sampling::SamplerKind::Dpmpp2m,
            protocol::SamplerKind::Dpmpp2mKarras => sampling::SamplerKind::Dpmpp2mKarras,
            protocol::SamplerKind::UniPc => sampling::SamplerKind::UniPc,
            protocol::SamplerKind::Lcm => sampling::SamplerKind::Lcm,
            protocol::SamplerKind::FlowEuler => sampling::SamplerKind::FlowEuler,
        },
        width_px: asked.width_px,
        height_px: asked.height_px,
        decoder: DecoderChoice::Vae,
        loras,
    })
}

fn told_sampler(kind: sampling::SamplerKind) -> protocol::SamplerKind {
    match kind {
        sampling::SamplerKind::Ddim => protocol::SamplerKind::Ddim,
        sampling::SamplerKind::Euler => protocol::SamplerKind::Euler,
        sampling::SamplerKind::EulerAncestral => protocol::SamplerKind::EulerAncestral,
        sampling::SamplerKind::Dpmpp2m => protocol::SamplerKind::Dpmpp2m,
        sampling::SamplerKind::Dpmpp2mKarras => protocol::SamplerKind::Dpmpp2mKarras,
        sampling::SamplerKind::UniPc => protocol::SamplerKind::UniPc,
        sampling::SamplerKind::Lcm => protocol::SamplerKind::Lcm,
        sampling::SamplerKind::FlowEuler => protocol::SamplerKind::FlowEuler,
    }
}
