//! `unet/config.json`.

use serde::Deserialize;
use weights::Folder;

use crate::{
    ModelError,
    settings::{Known, NumberOrList},
};

pub(super) const FILE: &str = "unet/config.json";

/// Sizes of the UNet, under diffusers' names (`UNet2DConditionModel`) and with its defaults.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct UNetConfig {
    /// Channels of the latents, and of the mask with them in inpainting models.
    pub in_channels: usize,
    /// Channels of the prediction.
    pub out_channels: usize,
    /// Width of each level, outermost first.
    pub block_out_channels: Vec<usize>,
    /// Residual blocks of each down block; up blocks have one more.
    pub layers_per_block: NumberOrList,
    /// Transformer layers after each residual block of a cross-attention block.
    pub transformer_layers_per_block: NumberOrList,
    /// Width of the prompt's tokens.
    pub cross_attention_dim: NumberOrList,
    /// The *number* of attention heads, despite its name: published configurations say it so, and diffusers
    /// keeps reading them so.
    pub attention_head_dim: NumberOrList,
    /// `CrossAttnDownBlock2D` or `DownBlock2D`, outermost first.
    pub down_block_types: Vec<String>,
    /// `CrossAttnUpBlock2D` or `UpBlock2D`, innermost first.
    pub up_block_types: Vec<String>,
    /// `UNetMidBlock2DCrossAttn`, `UNetMidBlock2D`, or nothing in the middle.
    pub mid_block_type: Option<String>,
    /// Groups of every group norm.
    pub norm_num_groups: usize,
    /// Epsilon of the residual blocks' norms.
    pub norm_eps: f32,
    /// Whether the time embedding starts with the cosines.
    pub flip_sin_to_cos: bool,
    /// Shortens the sinusoids' range of frequencies.
    pub freq_shift: f64,
    /// Width and height of the latents it was trained at. Any size is taken.
    pub sample_size: Option<NumberOrList>,
    /// The version of diffusers that wrote the file.
    #[serde(rename = "_diffusers_version")]
    pub diffusers_version: Option<String>,
    /// Width of the time embedding; four times the outermost level's by default.
    pub time_embedding_dim: Option<usize>,
    /// Width of the guidance scale's sinusoids, in a model that takes the scale as an input instead of being guided
    /// by a second pass ("On Distillation of Guided Diffusion Models", Meng et al. 2023).
    pub time_cond_proj_dim: Option<usize>,
}

impl Default for UNetConfig {
    fn default() -> Self {
        let names = |names: [&str; 4]| names.map(str::to_owned).to_vec();
        let (down, up) = ("CrossAttnDownBlock2D", "CrossAttnUpBlock2D");
        Self {
            in_channels: 4,
            out_channels: 4,
            block_out_channels: vec![320, 640, 1280, 1280],
            layers_per_block: NumberOrList::Number(2),
            transformer_layers_per_block: NumberOrList::Number(1),
            cross_attention_dim: NumberOrList::Number(1280),
            attention_head_dim: NumberOrList::Number(8),
            down_block_types: names([down, down, down, "DownBlock2D"]),
            up_block_types: names(["UpBlock2D", up, up, up]),
            mid_block_type: Some("UNetMidBlock2DCrossAttn".to_owned()),
            norm_num_groups: 32,
            norm_eps: 1e-5,
            flip_sin_to_cos: true,
            freq_shift: 0.0,
            sample_size: None,
            diffusers_version: None,
            time_embedding_dim: None,
            time_cond_proj_dim: None,
        }
    }
}

const KNOWN: Known = Known {
    file: FILE,
    read: &[
        "in_channels",
        "out_channels",
        "block_out_channels",
        "layers_per_block",
        "transformer_layers_per_block",
        "cross_attention_dim",
        "attention_head_dim",
        "down_block_types",
        "up_block_types",
        "mid_block_type",
        "norm_num_groups",
        "norm_eps",
        "flip_sin_to_cos",
        "freq_shift",
        "time_embedding_dim",
        "time_cond_proj_dim",
        // The projections' weights have the same numbers either way.
        "use_linear_projection",
        "sample_size",
        // Without meaning here: attention always accumulates in f32.
        "upcast_attention",
        "dropout",
        // Of additional embeddings, which `addition_embed_type` switches.
        "addition_embed_type_num_heads",
    ],
    fixed: &[
        ("act_fn", "\"silu\""),
        ("attention_type", "\"default\""),
        ("conv_in_kernel", "3"),
        ("conv_out_kernel", "3"),
        ("downsample_padding", "1"),
        ("mid_block_scale_factor", "1"),
        ("resnet_out_scale_factor", "1"),
        ("resnet_time_scale_shift", "\"default\""),
        ("time_embedding_type", "\"positional\""),
    ],
};

impl UNetConfig {
    /// Reads a configuration and looks at every setting in it.
    ///
    /// # Errors
    /// [`ModelError::Weights`] when the file is missing or not JSON, [`ModelError::Unsupported`] for a setting
    /// that is not implemented, [`ModelError::BadSetting`] for settings that contradict each other.
    pub async fn load(folder: &dyn Folder, path: &str) -> Result<Self, ModelError> {
        let config: Self = KNOWN.load(folder, path).await?;
        config.levels()?;
        Ok(config)
    }

    /// The longer side of the latents it was trained at. Before version 0.9, diffusers wrote less than the 64 that it
    /// was (`is_unet_sample_size_less_64` in its `pipeline_stable_diffusion.py`).
    pub fn trained_size(&self) -> usize {
        const LEAST_BEFORE_0_9: usize = 64;
        let stated = self.sample_size.as_ref().and_then(NumberOrList::largest).unwrap_or(LEAST_BEFORE_0_9);
        let version = self.diffusers_version.as_deref().unwrap_or_default();
        let minor = version.strip_prefix("0.").and_then(|rest| rest.split('.').next()?.parse::<u32>().ok());
        if minor.is_some_and(|minor| minor < 9) { stated.max(LEAST_BEFORE_0_9) } else { stated }
    }

    /// Width of the sinusoids.
    pub(super) fn time_channels(&self) -> usize {
        self.block_out_channels.first().copied().unwrap_or_default()
    }

    /// Width of the time embedding.
    pub(super) fn time_width(&self) -> usize {
        self.time_embedding_dim.unwrap_or(4 * self.time_channels())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_files_say_too_small_a_size() {
        let trained = |json: &str| serde_json::from_str::<UNetConfig>(json).unwrap().trained_size();
        assert_eq!(trained(r#"{"sample_size": 32, "_diffusers_version": "0.6.0.dev0"}"#), 64);
        assert_eq!(trained(r#"{"sample_size": 96, "_diffusers_version": "0.8.0"}"#), 96);
        assert_eq!(trained(r#"{"sample_size": 32, "_diffusers_version": "0.10.2"}"#), 32);
        assert_eq!(trained(r#"{"sample_size": 32}"#), 32);
        assert_eq!(trained("{}"), 64);
    }
}
