//! `vae/config.json` of an `AutoencoderKL`.

use serde::Deserialize;
use weights::Folder;

use crate::{ModelError, settings::Known};

const FILE: &str = "vae/config.json";

/// Sizes of the autoencoder, under diffusers' names (`AutoencoderKL`) and with its defaults.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct VaeConfig {
    /// Channels of the picture.
    pub in_channels: usize,
    /// Channels of the decoded picture.
    pub out_channels: usize,
    /// Channels of the latents.
    pub latent_channels: usize,
    /// Width of each level, outermost first. Each level but the last halves the picture.
    pub block_out_channels: Vec<usize>,
    /// Residual blocks of each level of the encoder; the decoder has one more.
    pub layers_per_block: usize,
    /// Groups of every group norm.
    pub norm_num_groups: usize,
    /// Whether a 1x1 convolution follows the encoder.
    pub use_quant_conv: bool,
    /// Whether a 1x1 convolution precedes the decoder.
    pub use_post_quant_conv: bool,
    /// Whether the middle attends to itself.
    pub mid_block_add_attention: bool,
    /// One `DownEncoderBlock2D` for each level.
    pub down_block_types: Vec<String>,
    /// One `UpDecoderBlock2D` for each level.
    pub up_block_types: Vec<String>,
}

impl Default for VaeConfig {
    fn default() -> Self {
        Self {
            in_channels: 3,
            out_channels: 3,
            latent_channels: 4,
            block_out_channels: vec![64],
            layers_per_block: 1,
            norm_num_groups: 32,
            use_quant_conv: true,
            use_post_quant_conv: true,
            mid_block_add_attention: true,
            down_block_types: vec!["DownEncoderBlock2D".to_owned()],
            up_block_types: vec!["UpDecoderBlock2D".to_owned()],
        }
    }
}

const KNOWN: Known = Known {
    file: FILE,
    read: &[
        "in_channels",
        "out_channels",
        "latent_channels",
        "block_out_channels",
        "layers_per_block",
        "norm_num_groups",
        "use_quant_conv",
        "use_post_quant_conv",
        "mid_block_add_attention",
        "down_block_types",
        "up_block_types",
        // Of the latents' scale, which belongs to the pipeline.
        "scaling_factor",
        "shift_factor",
        "latents_mean",
        "latents_std",
        // Without meaning here: everything is computed in f32, and any picture size is taken.
        "force_upcast",
        "sample_size",
    ],
    fixed: &[("act_fn", "\"silu\"")],
};

impl VaeConfig {
    /// Reads a configuration and looks at every setting in it.
    ///
    /// # Errors
    /// [`ModelError::Weights`] when the file is missing or not JSON, [`ModelError::Unsupported`] for a setting
    /// that is not implemented, [`ModelError::BadSetting`] for settings that contradict each other.
    pub async fn load(folder: &dyn Folder, path: &str) -> Result<Self, ModelError> {
        let config: Self = KNOWN.load(folder, path).await?;
        config.check()?;
        Ok(config)
    }

    /// Pixels per latent, in either direction.
    pub fn scale_factor(&self) -> usize {
        1 << self.block_out_channels.len().saturating_sub(1)
    }

    pub(crate) fn check(&self) -> Result<(), ModelError> {
        let levels = self.block_out_channels.len();
        check_types(&self.down_block_types, "down_block_types", "DownEncoderBlock2D", levels)?;
        check_types(&self.up_block_types, "up_block_types", "UpDecoderBlock2D", levels)?;
        let groups = self.norm_num_groups;
        let fits = |width: &usize| groups > 0 && *width > 0 && width.is_multiple_of(groups);
        if levels == 0 || !self.block_out_channels.iter().all(fits) {
            let reason = format!("{:?} must be multiples of {groups} groups", self.block_out_channels);
            return Err(ModelError::BadSetting { file: FILE, field: "block_out_channels", reason });
        }
        Ok(())
    }
}

fn check_types(types: &[String], field: &'static str, known: &str, levels: usize) -> Result<(), ModelError> {
    if let Some(other) = types.iter().find(|name| *name != known) {
        let value = format!("{other:?}");
        return Err(ModelError::Unsupported { file: FILE, field: field.to_owned(), value });
    }
    if types.len() == levels {
        return Ok(());
    }
    let reason = format!("has {} entries, but block_out_channels has {levels}", types.len());
    Err(ModelError::BadSetting { file: FILE, field, reason })
}
