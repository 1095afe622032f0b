//! From a picture to the moments of its latents.

use kernels::Tensor;

use super::{EPS, VaeConfig, mid::MidBlock, resnet_shape};
use crate::{
    ModelError, Taps,
    layers::{Conv2d, Downsample, GroupNorm, Resnet, padding},
    loader::Loader,
};

pub(super) struct Encoder {
    conv_in: Conv2d,
    down_blocks: Vec<DownBlock>,
    mid_block: MidBlock,
    conv_norm_out: GroupNorm,
    conv_out: Conv2d,
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
        })
    }

    pub(super) async fn forward(&self, picture: &Tensor, taps: &Taps) -> Result<Tensor, ModelError> {
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
        hidden = self.mid_block.forward(&hidden, taps).await?;
        Ok(self.conv_out.forward(&self.conv_norm_out.forward_silu(&hidden)?)?)
    }
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
