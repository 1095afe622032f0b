//! From latents to a picture.

use kernels::Tensor;

use super::{EPS, VaeConfig, mid::MidBlock, resnet_shape};
use crate::{
    ModelError, Taps,
    layers::{Conv2d, GroupNorm, Resnet, Upsample, size_of},
    loader::Loader,
};

pub(super) struct Decoder {
    conv_in: Conv2d,
    mid_block: MidBlock,
    up_blocks: Vec<UpBlock>,
    conv_norm_out: GroupNorm,
    conv_out: Conv2d,
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
        })
    }

    pub(super) async fn forward(&self, latents: &Tensor, taps: &Taps) -> Result<Tensor, ModelError> {
        let mut hidden = self.mid_block.forward(&self.conv_in.forward(latents)?, taps).await?;
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
        Ok(self.conv_out.forward(&self.conv_norm_out.forward_silu(&hidden)?)?)
    }
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
