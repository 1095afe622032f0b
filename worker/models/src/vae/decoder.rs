//! From latents to a picture.

use kernels::{Tensor, ops::Epilogue};

use super::{EPS, VaeConfig, mid::MidBlock, resnet_shape};
use crate::{
    ModelError, Taps,
    layers::{Conv2d, Cut, GroupNorm, Resnet, Strips, Upsample, size_of},
    loader::Loader,
};

pub(super) struct Decoder {
    conv_in: Conv2d,
    mid_block: MidBlock,
    up_blocks: Vec<UpBlock>,
    conv_norm_out: GroupNorm,
    conv_out: Conv2d,
    /// Of the largest activation, for each latent.
    bytes_per_latent: u64,
}

struct UpBlock {
    resnets: Vec<Resnet>,
    upsampler: Option<Upsample>,
}

impl Decoder {
    pub(super) async fn load(at: &Loader<'_>, config: &VaeConfig) -> Result<Self, ModelError> {
        let widths = &config.block_out_channels;
        let outer = widths.first().copied().unwrap_or_default();
        let inner = widths.last().copied().unwrap_or_default();
        let mut up_blocks = Vec::with_capacity(widths.len());
        let mut inputs = inner;
        for (index, &width) in widths.iter().rev().enumerate() {
            let at = at.at("up_blocks").at(index);
            let last = index + 1 == widths.len();
            up_blocks.push(UpBlock::load(&at, config, inputs, width, last).await?);
            inputs = width;
        }
        Ok(Self {
            conv_in: Conv2d::load(&at.at("conv_in"), config.latent_channels, inner).await?,
            mid_block: MidBlock::load(&at.at("mid_block"), config, inner).await?,
            up_blocks,
            conv_norm_out: GroupNorm::load(&at.at("conv_norm_out"), outer, config.norm_num_groups, EPS)
                .await?,
            conv_out: Conv2d::load(&at.at("conv_out"), outer, config.out_channels).await?,
            bytes_per_latent: bytes_per_latent(widths),
        })
    }

    /// Works in strips where a tensor would take more than `largest_bytes`, from the middle on: it is small, and
    /// its attention needs all of it.
    pub(super) async fn forward(
        &self,
        latents: &Tensor,
        largest_bytes: u64,
        taps: &Taps,
    ) -> Result<Tensor, ModelError> {
        let mut hidden = self.mid_block.forward(&self.conv_in.forward(latents)?, taps).await?;
        let [_, width] = size_of(&hidden)?;
        let bytes_per_row = self.bytes_per_latent.saturating_mul(width as u64);
        if let Some(cut) = Cut::of(hidden.shape(), bytes_per_row, 1, largest_bytes) {
            return self.rest_in_strips(Strips::new(hidden, Some(cut))?).await;
        }
        for block in &self.up_blocks {
            for resnet in &block.resnets {
                hidden = resnet.forward(&hidden, None, taps)?;
                hidden.device().checkpoint().await?;
            }
            if let Some(upsampler) = &block.upsampler {
                let [height, width] = size_of(&hidden)?;
                hidden = upsampler.forward(&hidden, [2 * height, 2 * width], taps)?;
            }
        }
        Ok(self.conv_out.forward(self.conv_norm_out.silu_of(&hidden))?)
    }

    /// What follows the middle.
    async fn rest_in_strips(&self, mut hidden: Strips) -> Result<Tensor, ModelError> {
        for block in &self.up_blocks {
            for resnet in &block.resnets {
                hidden = resnet.forward_strips(hidden).await?;
            }
            if let Some(upsampler) = &block.upsampler {
                hidden = upsampler.double_strips(hidden).await?;
            }
        }
        let norm = self.conv_norm_out.of_strips(&hidden).await?;
        let plain = Epilogue::default();
        let output = self.conv_out.forward_strips(hidden, None, plain, |x, _| norm.forward_silu(x)).await?;
        Ok(output.join()?)
    }
}

/// A level doubles the picture before it narrows it, so that its largest activation has the width of the level within.
fn bytes_per_latent(widths: &[usize]) -> u64 {
    let mut within = 0;
    let of_levels = (0_u32..).zip(widths.iter().rev()).map(|(level, &width)| {
        let widest = width.max(std::mem::replace(&mut within, width)) as u64;
        widest.saturating_mul(4).saturating_mul(4_u64.saturating_pow(level))
    });
    of_levels.max().unwrap_or_default()
}

impl UpBlock {
    async fn load(
        at: &Loader<'_>,
        config: &VaeConfig,
        inputs: usize,
        width: usize,
        last: bool,
    ) -> Result<Self, ModelError> {
        let mut resnets = Vec::with_capacity(config.layers_per_block + 1);
        for index in 0..=config.layers_per_block {
            let shape = resnet_shape(config, if index == 0 { inputs } else { width }, width);
            resnets.push(Resnet::load(&at.at("resnets").at(index), shape).await?);
        }
        let upsampler = match last {
            true => None,
            false => Some(Upsample::load(&at.at("upsamplers.0"), width).await?),
        };
        Ok(Self { resnets, upsampler })
    }
}
