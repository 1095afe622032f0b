//! From a picture to the moments of its latents.

use kernels::{Tensor, ops::Epilogue};

use super::{EPS, VaeConfig, mid::MidBlock, resnet_shape};
use crate::{
    ModelError, Taps,
    layers::{Conv2d, Cut, Downsample, GroupNorm, Resnet, Strips, padding, size_of},
    loader::Loader,
};

pub(super) struct Encoder {
    conv_in: Conv2d,
    down_blocks: Vec<DownBlock>,
    mid_block: MidBlock,
    conv_norm_out: GroupNorm,
    conv_out: Conv2d,
    /// Of the largest activation, for each pixel.
    bytes_per_pixel: u64,
}

struct DownBlock {
    resnets: Vec<Resnet>,
    downsampler: Option<Downsample>,
}

impl Encoder {
    pub(super) async fn load(at: &Loader<'_>, config: &VaeConfig) -> Result<Self, ModelError> {
        let widths = &config.block_out_channels;
        let outer = widths.first().copied().unwrap_or_default();
        let inner = widths.last().copied().unwrap_or_default();
        let mut down_blocks = Vec::with_capacity(widths.len());
        let mut inputs = outer;
        for (index, &width) in widths.iter().enumerate() {
            let at = at.at("down_blocks").at(index);
            let last = index + 1 == widths.len();
            down_blocks.push(DownBlock::load(&at, config, inputs, width, last).await?);
            inputs = width;
        }
        // The mean and the logarithm of the variance of each latent.
        let moments = 2 * config.latent_channels;
        Ok(Self {
            conv_in: Conv2d::load(&at.at("conv_in"), config.in_channels, outer).await?,
            down_blocks,
            mid_block: MidBlock::load(&at.at("mid_block"), config, inner).await?,
            conv_norm_out: GroupNorm::load(&at.at("conv_norm_out"), inner, config.norm_num_groups, EPS)
                .await?,
            conv_out: Conv2d::load(&at.at("conv_out"), inner, moments).await?,
            bytes_per_pixel: bytes_per_pixel(widths),
        })
    }

    /// Works in strips where a tensor would take more than `largest_bytes`, up to the middle.
    pub(super) async fn forward(
        &self,
        picture: &Tensor,
        largest_bytes: u64,
        taps: &Taps,
    ) -> Result<Tensor, ModelError> {
        let [_, width] = size_of(picture)?;
        let bytes_per_row = self.bytes_per_pixel.saturating_mul(width as u64);
        let multiple = 1 << self.down_blocks.len().saturating_sub(1);
        let hidden = match Cut::of(picture.shape(), bytes_per_row, multiple, largest_bytes) {
            Some(cut) => self.down_in_strips(Strips::new(picture.clone(), Some(cut))?).await?,
            None => self.down(picture, taps).await?,
        };
        let hidden = self.mid_block.forward(&hidden, taps).await?;
        Ok(self.conv_out.forward(self.conv_norm_out.silu_of(&hidden))?)
    }

    /// What precedes the middle.
    async fn down(&self, picture: &Tensor, taps: &Taps) -> Result<Tensor, ModelError> {
        let mut hidden = self.conv_in.forward(picture)?;
        for block in &self.down_blocks {
            for resnet in &block.resnets {
                hidden = resnet.forward(&hidden, None, taps)?;
                hidden.device().checkpoint().await?;
            }
            if let Some(downsampler) = &block.downsampler {
                hidden = downsampler.forward(&hidden, taps)?;
            }
        }
        Ok(hidden)
    }

    /// As [`down`](Self::down).
    async fn down_in_strips(&self, picture: Strips) -> Result<Tensor, ModelError> {
        let plain = Epilogue::default();
        let mut hidden = self.conv_in.forward_strips(picture, None, plain, |x, _| Ok(x.clone())).await?;
        for block in &self.down_blocks {
            for resnet in &block.resnets {
                hidden = resnet.forward_strips(hidden).await?;
            }
            if let Some(downsampler) = &block.downsampler {
                hidden = downsampler.forward_strips(hidden).await?;
            }
        }
        Ok(hidden.join()?)
    }
}

/// Each level has a quarter of the pixels of the one around it.
fn bytes_per_pixel(widths: &[usize]) -> u64 {
    let of_levels = (0_u32..)
        .zip(widths)
        .map(|(level, &width)| (width as u64).saturating_mul(4).div_ceil(4_u64.saturating_pow(level)));
    of_levels.max().unwrap_or_default()
}

impl DownBlock {
    async fn load(
        at: &Loader<'_>,
        config: &VaeConfig,
        inputs: usize,
        width: usize,
        last: bool,
    ) -> Result<Self, ModelError> {
        let mut resnets = Vec::with_capacity(config.layers_per_block);
        for index in 0..config.layers_per_block {
            let shape = resnet_shape(config, if index == 0 { inputs } else { width }, width);
            resnets.push(Resnet::load(&at.at("resnets").at(index), shape).await?);
        }
        let downsampler = match last {
            true => None,
            false => Some(Downsample::load(&at.at("downsamplers.0"), width, padding::BELOW_AND_RIGHT).await?),
        };
        Ok(Self { resnets, downsampler })
    }
}
