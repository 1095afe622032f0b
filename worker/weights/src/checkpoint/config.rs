//! Configurations as diffusers would have written them, from sizes alone.
//!
//! Numbers of attention heads leave no trace in shapes. The rules here are those of the published families:
//! - UNet of Stable Diffusion 1: 8 heads on every level. Of Stable Diffusion 2: 64 channels a head.
//! - Text encoder: 64 channels a head (CLIP and OpenCLIP alike). One narrower than that is nobody's published model;
//!   it is taken to have 4 heads, as the miniature encoders have that diffusers tests with.

use serde_json::{Value, json};

use super::{
    Family, Prediction,
    layout::{TextLayout, UnetLayout, VaeLayout},
};

const CHANNELS_PER_HEAD: usize = 64;
const SD1_HEADS: usize = 8;
const MINIATURE_TEXT_HEADS: usize = 4;
/// CLIP ViT-L's width; OpenCLIP's encoders here are wider and use the exact activation.
const CLIP_L_WIDTH: usize = 768;

/// `unet/config.json`; or why there can be none.
pub(super) fn unet(layout: &UnetLayout, prediction: &Prediction) -> Result<Value, String> {
    let types = |with: &str, without: &str, depths: &[usize]| -> Vec<String> {
        depths.iter().map(|&depth| (if depth > 0 { with } else { without }).to_owned()).collect()
    };
    let mut up_types = types("CrossAttnUpBlock2D", "UpBlock2D", &layout.up_depths);
    up_types.reverse();
    let mid = layout.mid_depth.map(|depth| match depth {
        0 => "UNetMidBlock2D",
        _ => "UNetMidBlock2DCrossAttn",
    });
    Ok(json!({
        "_class_name": "UNet2DConditionModel",
        "in_channels": layout.in_channels,
        "out_channels": layout.out_channels,
        "block_out_channels": layout.widths,
        "layers_per_block": one_or_list(&layout.layers),
        "transformer_layers_per_block": one_or_list(&depths(layout)?),
        "cross_attention_dim": layout.context.unwrap_or(CLIP_L_WIDTH),
        "attention_head_dim": unet_heads(layout),
        "down_block_types": types("CrossAttnDownBlock2D", "DownBlock2D", &layout.down_depths),
        "up_block_types": up_types,
        "mid_block_type": mid,
        "use_linear_projection": layout.is_linear,
        "time_cond_proj_dim": layout.guidance_waves,
        // Latents of the pictures that the family was trained on: 512 pixels, and 768 for velocity.
        "sample_size": if prediction.is_v { 96 } else { 64 },
    }))
}

/// Transformer layers of each level. Levels without attention take the middle's, which the configuration hangs on the
/// innermost level.
fn depths(layout: &UnetLayout) -> Result<Vec<usize>, String> {
    let last = layout.widths.len().saturating_sub(1);
    let mid = layout.mid_depth.unwrap_or_default();
    let levels = layout.down_depths.iter().zip(&layout.up_depths).enumerate();
    let depth = |(level, (&down, &up)): (usize, (&usize, &usize))| {
        let wanted = [down, up, if level == last { mid } else { 0 }];
        let mut there = wanted.into_iter().filter(|&depth| depth > 0);
        let first = there.next().unwrap_or_else(|| mid.max(1));
        match there.all(|depth| depth == first) {
            true => Ok(first),
            false => {
                Err(format!("level {level} has {down}, {up} and {mid} transformer layers in its places"))
            }
        }
    };
    levels.map(depth).collect()
}

/// Null where no rule gives it.
fn unet_heads(layout: &UnetLayout) -> Value {
    let heads = |&width: &usize| {
        (width > 0 && width.is_multiple_of(CHANNELS_PER_HEAD)).then_some(width / CHANNELS_PER_HEAD)
    };
    match layout.is_linear {
        true => layout
            .widths
            .iter()
            .map(heads)
            .collect::<Option<Vec<_>>>()
            .map_or(Value::Null, |heads| json!(heads)),
        false => json!(SD1_HEADS),
    }
}

fn one_or_list(values: &[usize]) -> Value {
    match values {
        [first, rest @ ..] if rest.iter().all(|value| value == first) => json!(first),
        _ => json!(values),
    }
}

/// `vae/config.json`.
pub(super) fn vae(layout: &VaeLayout) -> Value {
    let blocks = |name: &str| vec![name.to_owned(); layout.widths.len()];
    json!({
        "_class_name": "AutoencoderKL",
        "in_channels": layout.in_channels,
        "out_channels": layout.out_channels,
        "latent_channels": layout.latent_channels,
        "block_out_channels": layout.widths,
        "layers_per_block": layout.layers,
        "down_block_types": blocks("DownEncoderBlock2D"),
        "up_block_types": blocks("UpDecoderBlock2D"),
        "mid_block_add_attention": layout.has_attention,
        "use_quant_conv": layout.has_quant,
        "use_post_quant_conv": layout.has_post_quant,
        "scaling_factor": 0.18215,
    })
}

/// `text_encoder/config.json`.
pub(super) fn text(layout: &TextLayout, family: Family) -> Value {
    let heads = match layout.width / CHANNELS_PER_HEAD {
        heads if heads > 0 && layout.width.is_multiple_of(CHANNELS_PER_HEAD) => heads,
        _ => MINIATURE_TEXT_HEADS,
    };
    json!({
        "model_type": "clip_text_model",
        "vocab_size": layout.vocabulary,
        "hidden_size": layout.width,
        "intermediate_size": layout.inner,
        "num_hidden_layers": layout.layers,
        "num_attention_heads": heads,
        "max_position_embeddings": layout.positions,
        "hidden_act": if family == Family::StableDiffusion2 { "gelu" } else { "quick_gelu" },
    })
}

/// How a model is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// In many steps.
    Diffusion,
    /// In few, as a latent consistency model does whose UNet takes the guidance scale (Luo et al. 2023).
    Consistency,
}

impl Kind {
    /// Of a UNet's configuration.
    pub(super) fn of(unet: &Value) -> Self {
        if unet["time_cond_proj_dim"].is_u64() { Self::Consistency } else { Self::Diffusion }
    }

    pub(super) fn scheduler(self) -> &'static str {
        match self {
            Self::Diffusion => "DDIMScheduler",
            Self::Consistency => "LCMScheduler",
        }
    }

    fn pipeline(self) -> &'static str {
        match self {
            Self::Diffusion => "StableDiffusionPipeline",
            Self::Consistency => "LatentConsistencyModelPipeline",
        }
    }
}

/// `scheduler/scheduler_config.json`: the schedule that both families were trained with.
pub(super) fn scheduler(prediction: &Prediction, kind: Kind) -> Value {
    json!({
        "_class_name": kind.scheduler(),
        "num_train_timesteps": 1000,
        "beta_start": 0.00085,
        "beta_end": 0.012,
        "beta_schedule": "scaled_linear",
        "prediction_type": prediction.name(),
        // A run that never visits the last timestep has no use for its zero signal (Lin et al. 2023).
        "timestep_spacing": if prediction.has_zero_snr { "trailing" } else { "leading" },
        "rescale_betas_zero_snr": prediction.has_zero_snr,
        "steps_offset": 1,
        "clip_sample": false,
        "set_alpha_to_one": false,
    })
}

/// `model_index.json`.
pub(super) fn manifest(kind: Kind) -> Value {
    json!({
        "_class_name": kind.pipeline(),
        "scheduler": ["diffusers", kind.scheduler()],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    })
}

/// `tokenizer/special_tokens_map.json`: what fills a prompt up.
pub(super) fn special_tokens(family: Family) -> Value {
    json!({ "pad_token": if family == Family::StableDiffusion2 { "!" } else { "<|endoftext|>" } })
}
