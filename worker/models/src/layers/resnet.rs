//! The residual block of the UNet and of the autoencoder (diffusers' `ResnetBlock2D`).

use kernels::{
    KernelError, Tensor,
    ops::{Columns, Epilogue, Input},
};

use super::{Conv2d, GroupNorm, Linear, Strips};
use crate::{ModelError, Taps, loader::Loader};

/// Sizes of a residual block.
#[derive(Clone, Copy)]
pub(crate) struct ResnetShape {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    pub(crate) groups: usize,
    pub(crate) eps: f32,
}

/// `shortcut(x) + conv2(silu(norm2(conv1(silu(norm1(x))) + time)))`. What `time` is, the UNet computes for all its blocks
/// together.
pub(crate) struct Resnet {
    name: String,
    norm1: GroupNorm,
    conv1: Conv2d,
    norm2: GroupNorm,
    conv2: Conv2d,
    conv_shortcut: Option<Linear>,
}

impl Resnet {
    pub(crate) async fn load(at: &Loader<'_>, shape: ResnetShape) -> Result<Self, ModelError> {
        let ResnetShape { inputs, outputs, groups, eps } = shape;
        // The shortcut is an identity, without weights, where the width stays.
        let conv_shortcut = match inputs == outputs {
            true => None,
            false => Some(Linear::load(&at.at("conv_shortcut"), inputs, outputs).await?),
        };
        Ok(Self {
            name: at.path().to_owned(),
            norm1: GroupNorm::load(&at.at("norm1"), inputs, groups, eps).await?,
            conv1: Conv2d::load(&at.at("conv1"), inputs, outputs).await?,
            norm2: GroupNorm::load(&at.at("norm2"), outputs, groups, eps).await?,
            conv2: Conv2d::load(&at.at("conv2"), outputs, outputs).await?,
            conv_shortcut,
        })
    }

    /// x: `[n, h, w, inputs]` to `[n, h, w, outputs]`; time: what is added to each sample's channels, `[n, outputs]`
    pub(crate) fn forward<'a>(
        &self,
        x: impl Into<Input<'a>>,
        time: Option<Columns<'_>>,
        taps: &Taps,
    ) -> Result<Tensor, KernelError> {
        let x = x.into();
        let statistics = self.norm2.statistics();
        let per_sample = Epilogue { per_sample: time, statistics, ..Epilogue::default() };
        let hidden = self.conv1.forward_with(self.norm1.silu_of(x), per_sample)?;
        let shortcut = match &self.conv_shortcut {
            Some(projection) => &projection.forward(x)?,
            None => x.x,
        };
        let residual = Epilogue { residual: Some(shortcut), statistics, ..Epilogue::default() };
        let output = self.conv2.forward_with(self.norm2.silu_of(&hidden), residual)?;
        taps.record(&self.name, &output);
        Ok(output)
    }

    /// As [`forward`](Self::forward) without a time embedding, on strips.
    pub(crate) async fn forward_strips(&self, x: Strips) -> Result<Strips, KernelError> {
        let norm1 = self.norm1.of_strips(&x).await?;
        let plain = Epilogue::default();
        let hidden = self.conv1.forward_strips(x.clone(), None, plain, |x, _| norm1.forward_silu(x)).await?;
        let norm2 = self.norm2.of_strips(&hidden).await?;
        let shortcut = match &self.conv_shortcut {
            Some(projection) => x.map(|x| projection.forward(x)).await?,
            None => x,
        };
        self.conv2.forward_strips(hidden, Some(shortcut), plain, |x, _| norm2.forward_silu(x)).await
    }
}
