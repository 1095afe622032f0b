//! `config.json` of an `AutoencoderTiny`.

use serde::Deserialize;
use weights::Folder;

use crate::{ModelError, settings::Known};

const FILE: &str = "the tiny autoencoder's config.json";

/// Sizes of the tiny autoencoder, under diffusers' names (`AutoencoderTiny`) and with its defaults.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct TaesdConfig {
    /// Channels of the picture.
    pub in_channels: usize,
    /// Channels of the decoded picture.
    pub out_channels: usize,
    /// Channels of the latents.
    pub latent_channels: usize,
    /// Width of each level of the encoder; all the same.
    pub encoder_block_out_channels: Vec<usize>,
    /// Width of each level of the decoder; all the same.
    pub decoder_block_out_channels: Vec<usize>,
    /// Blocks of each level of the encoder, outermost first. Each level but the first halves the picture.
    pub num_encoder_blocks: Vec<usize>,
    /// Blocks of each level of the decoder, innermost first.
    pub num_decoder_blocks: Vec<usize>,
}

impl Default for TaesdConfig {
    fn default() -> Self {
        Self {
            in_channels: 3,
            out_channels: 3,
            latent_channels: 4,
            encoder_block_out_channels: vec![64; 4],
            decoder_block_out_channels: vec![64; 4],
            num_encoder_blocks: vec![1, 3, 3, 3],
            num_decoder_blocks: vec![3, 3, 3, 1],
        }
    }
}

const KNOWN: Known = Known {
    file: FILE,
    read: &[
        "in_channels",
        "out_channels",
        "latent_channels",
        "encoder_block_out_channels",
        "decoder_block_out_channels",
        "num_encoder_blocks",
        "num_decoder_blocks",
        // A copy of the decoder's, kept by diffusers for other code.
        "block_out_channels",
        // Of latents in 8-bit files, which are not used here.
        "latent_magnitude",
        "latent_shift",
        // Of the latents' scale, which belongs to the pipeline.
        "scaling_factor",
        "shift_factor",
        "latents_mean",
        "latents_std",
        "force_upcast",
    ],
    fixed: &[("act_fn", "\"relu\""), ("upsample_fn", "\"nearest\""), ("upsampling_scaling_factor", "2")],
};

impl TaesdConfig {
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
        1 << self.num_decoder_blocks.len().saturating_sub(1)
    }

    pub(super) fn encoder_width(&self) -> usize {
        self.encoder_block_out_channels.first().copied().unwrap_or_default()
    }

    pub(super) fn decoder_width(&self) -> usize {
        self.decoder_block_out_channels.first().copied().unwrap_or_default()
    }

    pub(super) fn check(&self) -> Result<(), ModelError> {
        let (encoder, decoder) = (&self.num_encoder_blocks, &self.num_decoder_blocks);
        check_widths(&self.encoder_block_out_channels, "encoder_block_out_channels", encoder.len())?;
        check_widths(&self.decoder_block_out_channels, "decoder_block_out_channels", decoder.len())?;
        if encoder.len() == decoder.len() {
            return Ok(());
        }
        let reason = format!("has {} levels, but the encoder has {}", decoder.len(), encoder.len());
        Err(ModelError::BadSetting { file: FILE, field: "num_decoder_blocks", reason })
    }
}

/// The architecture has no layer that could change the width from one level to the next.
fn check_widths(widths: &[usize], field: &'static str, levels: usize) -> Result<(), ModelError> {
    let first = widths.first().copied().unwrap_or_default();
    if first > 0 && widths.len() == levels && widths.iter().all(|&width| width == first) {
        return Ok(());
    }
    let reason = format!("must be {levels} times the same width, not {widths:?}");
    Err(ModelError::BadSetting { file: FILE, field, reason })
}
