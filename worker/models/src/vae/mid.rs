//! The middle of encoder and decoder: residual block, attention, residual block.

use kernels::{
    KernelError, Tensor,
    ops::{self, Epilogue},
};

use super::{EPS, VaeConfig, resnet_shape};
use crate::{
    ModelError, Taps,
    layers::{GroupNorm, Linear, Resnet, Stack, size_of},
    loader::Loader,
};

pub(super) struct MidBlock {
    first: Resnet,
    attention: Option<PixelAttention>,
    second: Resnet,
}

impl MidBlock {
    pub(super) async fn load(at: &Loader<'_>, config: &VaeConfig, width: usize) -> Result<Self, ModelError> {
        let shape = resnet_shape(config, width, width);
        let attention = match config.mid_block_add_attention {
            true => Some(PixelAttention::load(&at.at("attentions.0"), width, config.norm_num_groups).await?),
            false => None,
        };
        Ok(Self {
            first: Resnet::load(&at.at("resnets.0"), shape).await?,
            attention,
            second: Resnet::load(&at.at("resnets.1"), shape).await?,
        })
    }

    pub(super) async fn forward(&self, x: &Tensor, taps: &Taps) -> Result<Tensor, ModelError> {
        let mut hidden = self.first.forward(x, None, taps)?;
        if let Some(attention) = &self.attention {
            hidden = attention.forward(&hidden)?;
        }
        hidden.device().checkpoint().await?;
        Ok(self.second.forward(&hidden, None, taps)?)
    }
}

/// Attention of every pixel to every other, with one head.
struct PixelAttention {
    group_norm: GroupNorm,
    /// `to_q`, `to_k` and `to_v`.
    projections: Stack,
    to_out: Linear,
}

impl PixelAttention {
    /// Older files call the projections `query`, `key`, `value` and `proj_attn`.
    async fn load(at: &Loader<'_>, width: usize, groups: usize) -> Result<Self, ModelError> {
        let named =
            |new: &str, old: &str| if at.has(&format!("{old}.weight")) { at.at(old) } else { at.at(new) };
        let projections = [("to_q", "query"), ("to_k", "key"), ("to_v", "value")];
        let projections = projections.map(|(new, old)| (named(new, old), width));
        Ok(Self {
            group_norm: GroupNorm::load(&at.at("group_norm"), width, groups, EPS).await?,
            projections: Stack::load(&projections, width, true).await?,
            to_out: Linear::load(&named("to_out.0", "proj_attn"), width, width).await?,
        })
    }

    /// `x + attention(norm(x))`, x: `[n, h, w, c]`
    fn forward(&self, x: &Tensor) -> Result<Tensor, KernelError> {
        let [height, width] = size_of(x)?;
        let normed = self.group_norm.forward(x)?;
        let (samples, channels) = match *x.shape() {
            [samples, .., channels] => (samples, channels),
            _ => (0, 0),
        };
        let tokens = normed.reshape(&[samples, height * width, channels])?;
        let projected = self.projections.forward(&tokens)?;
        let [q, k, v] = projected.three()?;
        let attended = ops::attention(q, k, v, 1, false)?;
        let added =
            Epilogue { residual: Some(x), statistics: self.group_norm.statistics(), ..Epilogue::default() };
        self.to_out.forward_with(&attended.reshape(x.shape())?, added)
    }
}
