//! The denoiser of Stable Diffusion 1.x and 2.x (diffusers' `UNet2DConditionModel`): "High-Resolution Image
//! Synthesis with Latent Diffusion Models", Rombach et al. 2022.
//!
//! Levels of residual blocks and transformers halve the picture on the way down and double it on the way up;
//! the way up sees what each block of the way down put out.

mod attention;
mod config;
mod down;
mod levels;
mod mid;
mod time;
mod timed;
mod transformer;
mod up;

use kernels::{Device, Tensor, ops::Epilogue};
use weights::{Folder, Tensors, lora::LoraPart};

use crate::{
    Adapters, ModelError, Taps,
    layers::{Conv2d, GroupNorm, ResnetShape, Stack, Stacked},
    loader::Loader,
};
pub use attention::Context;
pub use config::UNetConfig;
use down::DownBlock;
use levels::Level;
use mid::MidBlock;
use time::TimeEmbedding;
use timed::TimeProjections;
use up::UpBlock;

/// The UNet on a device.
pub struct UNet {
    device: Device,
    in_channels: usize,
    time_embedding: TimeEmbedding,
    /// What each residual block makes of the embedding.
    time_projections: Stack,
    conv_in: Conv2d,
    down_blocks: Vec<DownBlock>,
    mid_block: Option<MidBlock>,
    up_blocks: Vec<UpBlock>,
    conv_norm_out: GroupNorm,
    conv_out: Conv2d,
    adapters: Adapters,
}

/// What every block of one forward pass sees.
struct Pass<'a> {
    /// Number of samples in the batch.
    samples: usize,
    /// For each residual block what it adds to the channels of a sample.
    time: &'a Stacked,
    context: &'a Context,
    taps: &'a Taps,
}

impl UNet {
    /// Loads the UNet from a part's folder, for example `unet`.
    ///
    /// # Errors
    /// Any [`ModelError`] about the configuration and the weights.
    pub async fn open(device: &Device, folder: &dyn Folder, part: &str) -> Result<Self, ModelError> {
        let config = UNetConfig::load(folder, &format!("{part}/config.json")).await?;
        let tensors = Tensors::open_in(folder, &format!("{part}/diffusion_pytorch_model")).await?;
        Self::load(device, &tensors, &config).await
    }

    /// Loads the UNet from open tensors.
    ///
    /// # Errors
    /// Any [`ModelError`] about the configuration and the weights.
    pub async fn load(device: &Device, tensors: &Tensors, config: &UNetConfig) -> Result<Self, ModelError> {
        let levels = config.levels()?;
        let at = Loader::new(device, tensors);
        let (Some(outer), Some(inner)) = (levels.first(), levels.last()) else {
            return Err(ModelError::BadSetting {
                file: config::FILE,
                field: "block_out_channels",
                reason: "is empty".to_owned(),
            });
        };
        let (groups, eps) = (config.norm_num_groups, config.norm_eps);
        let projections = TimeProjections::default();
        let down_blocks = load_down(&at, config, &levels, &projections).await?;
        let mid_block = MidBlock::load(&at.at("mid_block"), config, inner, &projections).await?;
        let up_blocks = load_up(&at, config, &levels, &projections).await?;
        Ok(Self {
            device: device.clone(),
            in_channels: config.in_channels,
            time_embedding: TimeEmbedding::load(&at.at("time_embedding"), config).await?,
            conv_in: Conv2d::load(&at.at("conv_in"), config.in_channels, outer.width).await?,
            time_projections: projections.load(config.time_width()).await?,
            down_blocks,
            mid_block,
            up_blocks,
            conv_norm_out: GroupNorm::load(&at.at("conv_norm_out"), outer.width, groups, eps).await?,
            conv_out: Conv2d::load(&at.at("conv_out"), outer.width, config.out_channels).await?,
            adapters: Adapters::new(device, LoraPart::UNet, at.layers().borrow(), at.path()),
        })
    }

    /// Where LoRAs are set into its layers.
    pub fn adapters(&self) -> &Adapters {
        &self.adapters
    }

    /// Prepares prompts `[n, tokens, cross_attention_dim]` for any number of forward passes.
    ///
    /// # Errors
    /// [`ModelError::Kernel`] when the prompts' width is not the model's, when the device fails, or when the work
    /// is cancelled.
    pub async fn context(&self, prompts: &Tensor) -> Result<Context, ModelError> {
        let mut context = Context::default();
        let down = self.down_blocks.iter().flat_map(|block| &block.attentions);
        let mid = self.mid_block.iter().filter_map(|block| Some(&block.attention.as_ref()?.0));
        let up = self.up_blocks.iter().flat_map(|block| &block.attentions);
        for transformer in down.chain(mid).chain(up) {
            for layer in transformer.cross_attentions() {
                layer.prepare(prompts, &mut context)?;
            }
            self.device.checkpoint().await?;
        }
        Ok(context)
    }

    /// As [`context`](Self::context), for a model that takes the guidance scale as an input
    /// ([`UNetConfig::time_cond_proj_dim`]) and needs no second pass for it.
    ///
    /// # Errors
    /// As for [`context`](Self::context), and [`ModelError::BadInput`] for a model that takes none.
    pub async fn guided_context(&self, prompts: &Tensor, guidance_scale: f64) -> Result<Context, ModelError> {
        if !self.time_embedding.takes_guidance() {
            return Err(bad_input(format!("the guidance scale {guidance_scale}: it takes none")));
        }
        Ok(Context { guidance_scale: Some(guidance_scale), ..self.context(prompts).await? })
    }

    /// Predicts the noise (or velocity) in `sample` `[n, h, w, in_channels]`, each sample at its own timestep, as
    /// `[n, h, w, out_channels]`. Any height and width will do.
    ///
    /// # Errors
    /// [`ModelError::BadInput`] when shapes, timesteps and context do not belong together, [`ModelError::Kernel`]
    /// when the device fails or the work is cancelled.
    pub async fn forward(
        &self,
        sample: &Tensor,
        timesteps: &[f64],
        context: &Context,
        taps: &Taps,
    ) -> Result<Tensor, ModelError> {
        let &[samples, _, _, channels] = sample.shape() else {
            return Err(bad_input(format!("a sample of shape {:?}", sample.shape())));
        };
        if channels != self.in_channels || samples != timesteps.len() {
            return Err(bad_input(format!(
                "{samples} samples of {channels} channels with {} timesteps: it has {} channels",
                timesteps.len(),
                self.in_channels
            )));
        }
        let time = self.time_embedding.forward(&self.device, timesteps, context.guidance_scale, taps)?;
        let time = self.time_projections.forward(&time)?;
        let pass = Pass { samples, time: &time, context, taps };

        let followed = Epilogue { statistics: self.conv_norm_out.statistics(), ..Epilogue::default() };
        let mut hidden = self.conv_in.forward_with(sample, followed)?;
        taps.record("conv_in", &hidden);
        let mut skips = vec![hidden.clone()];
        for block in &self.down_blocks {
            hidden = block.forward(&hidden, &pass, &mut skips).await?;
        }
        if let Some(block) = &self.mid_block {
            hidden = block.forward(&hidden, &pass).await?;
        }
        for block in &self.up_blocks {
            hidden = block.forward(&hidden, &pass, &mut skips).await?;
        }
        taps.record_with("conv_norm_out", || self.conv_norm_out.forward(&hidden))?;
        let output = self.conv_out.forward(self.conv_norm_out.silu_of(&hidden))?;
        self.device.checkpoint().await?;
        Ok(output)
    }
}

/// Sizes of one residual block.
fn level_shapes(config: &UNetConfig, inputs: usize, outputs: usize) -> ResnetShape {
    ResnetShape { inputs, outputs, groups: config.norm_num_groups, eps: config.norm_eps }
}

async fn load_down<'a>(
    at: &Loader<'a>,
    config: &UNetConfig,
    levels: &[Level],
    projections: &TimeProjections<'a>,
) -> Result<Vec<DownBlock>, ModelError> {
    let mut blocks = Vec::with_capacity(levels.len());
    let mut inputs = config.time_channels();
    for (index, level) in levels.iter().enumerate() {
        let last = index + 1 == levels.len();
        let at = at.at("down_blocks").at(index);
        blocks.push(DownBlock::load(&at, config, level, inputs, last, projections).await?);
        inputs = level.width;
    }
    Ok(blocks)
}

async fn load_up<'a>(
    at: &Loader<'a>,
    config: &UNetConfig,
    levels: &[Level],
    projections: &TimeProjections<'a>,
) -> Result<Vec<UpBlock>, ModelError> {
    let mut skips = skip_channels(config.time_channels(), levels);
    let mut blocks = Vec::with_capacity(levels.len());
    let mut below = levels.last().map_or(0, |level| level.width);
    for (index, level) in levels.iter().rev().enumerate() {
        let mut taken = skips.split_off(skips.len().saturating_sub(level.layers + 1));
        taken.reverse();
        let last = index + 1 == levels.len();
        let at = at.at("up_blocks").at(index);
        blocks.push(UpBlock::load(&at, config, level, below, &taken, last, projections).await?);
        below = level.width;
    }
    Ok(blocks)
}

/// Channels of the activations that the way down leaves behind, in order.
fn skip_channels(conv_in: usize, levels: &[Level]) -> Vec<usize> {
    let mut channels = vec![conv_in];
    for (index, level) in levels.iter().enumerate() {
        let downsampled = usize::from(index + 1 < levels.len());
        channels.extend(vec![level.width; level.layers + downsampled]);
    }
    channels
}

fn bad_input(what: String) -> ModelError {
    ModelError::BadInput { model: "the UNet", what }
}
