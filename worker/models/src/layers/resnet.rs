//! The residual block of the UNet and of the autoencoder (diffusers' `ResnetBlock2D`).

use kernels::{KernelError, Tensor, ops::Epilogue};

use super::{Conv2d, GroupNorm, Linear, Strips};
use crate::{ModelError, Taps, loader::Loader};

/// Sizes of a residual block.
#[derive(Clone, Copy)]
pub(crate) struct ResnetShape {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    /// Width of the time embedding; the autoencoder has none.
    pub(crate) time: Option<usize>,
    pub(crate) groups: usize,
    pub(crate) eps: f32,
}

/// `shortcut(x) + conv2(silu(norm2(conv1(silu(norm1(x))) + time)))`
pub(crate) struct Resnet {
    name: String,
    norm1: GroupNorm,
    conv1: Conv2d,
    time_emb_proj: Option<Linear>,
    norm2: GroupNorm,
    conv2: Conv2d,
    conv_shortcut: Option<Linear>,
}

impl Resnet {
    pub(crate) async fn load(at: &Loader<'_>, shape: ResnetShape) -> Result<Self, ModelError> {
        let ResnetShape { inputs, outputs, time, groups, eps } = shape;
        let time_emb_proj = match time {
            Some(width) => Some(Linear::load(&at.at("time_emb_proj"), width, outputs).await?),
            None => None,
        };
        // The shortcut is an identity, without weights, where the width stays.
        let conv_shortcut = match inputs == outputs {
            true => None,
            false => Some(Linear::load(&at.at("conv_shortcut"), inputs, outputs).await?),
        };
        Ok(Self {
            name: at.path().to_owned(),
            norm1: GroupNorm::load(&at.at("norm1"), inputs, groups, eps).await?,
            conv1: Conv2d::load(&at.at("conv1"), inputs, outputs).await?,
            time_emb_proj,
            norm2: GroupNorm::load(&at.at("norm2"), outputs, groups, eps).await?,
            conv2: Conv2d::load(&at.at("conv2"), outputs, outputs).await?,
            conv_shortcut,
        })
    }

    /// x: `[n, h, w, inputs]` to `[n, h, w, outputs]`; time: `silu(embedding)` `[n, width]`
    pub(crate) fn forward(
        &self,
        x: &Tensor,
        time: Option<&Tensor>,
        taps: &Taps,
    ) -> Result<Tensor, KernelError> {
        let time = match (&self.time_emb_proj, time) {
            (Some(projection), Some(time)) => Some(projection.forward(time)?),
            _ => None,
        };
        let per_sample = Epilogue { per_sample: time.as_ref(), ..Epilogue::default() };
        let hidden = self.conv1.forward_with(&self.norm1.forward_silu(x)?, per_sample)?;
        let hidden = self.norm2.forward_silu(&hidden)?;
        let shortcut = match &self.conv_shortcut {
            Some(projection) => &projection.forward(x)?,
            None => x,
        };
        let residual = Epilogue { residual: Some(shortcut), ..Epilogue::default() };
        let output = self.conv2.forward_with(&hidden, residual)?;
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
