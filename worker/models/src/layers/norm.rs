//! Normalisation with learned scale and shift.

use kernels::{
    KernelError, Tensor,
    ops::{self, Input, Norm, Statistics},
};

use super::Strips;
use crate::{ModelError, loader::Loader};

/// Normalises groups of channels over all pixels.
pub(crate) struct GroupNorm {
    /// Scale, then shift: `[2, channels]`
    affine: Tensor,
    groups: usize,
    eps: f32,
}

impl GroupNorm {
    /// Loads a norm of `channels` channels in `groups` groups.
    pub(crate) async fn load(
        at: &Loader<'_>,
        channels: usize,
        groups: usize,
        eps: f32,
    ) -> Result<Self, ModelError> {
        Ok(Self { affine: at.affine(channels).await?, groups, eps })
    }

    /// What a layer before it may find out along the way.
    pub(crate) fn statistics(&self) -> Option<Statistics> {
        Some(Statistics::Groups(self.groups))
    }

    /// x: `[n, .., channels]`
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor, KernelError> {
        ops::group_norm(x, self.groups, self.eps, &self.affine, false)
    }

    /// The norm and a SiLU after it, in one pass over the activations.
    pub(crate) fn forward_silu(&self, x: &Tensor) -> Result<Tensor, KernelError> {
        ops::group_norm(x, self.groups, self.eps, &self.affine, true)
    }

    /// The norm in front of a layer.
    pub(crate) fn of<'a>(&'a self, input: impl Into<Input<'a>>) -> Input<'a> {
        input.into().normalised(self.norm(false))
    }

    /// The norm and a SiLU in front of a layer.
    pub(crate) fn silu_of<'a>(&'a self, input: impl Into<Input<'a>>) -> Input<'a> {
        input.into().normalised(self.norm(true))
    }

    fn norm(&self, silu: bool) -> Norm<'_> {
        Norm::Groups { groups: self.groups, affine: &self.affine, eps: self.eps, silu }
    }
}

/// A norm with the statistics of the picture that it normalises, strip by strip.
pub(crate) struct NormOfStrips<'a> {
    norm: &'a GroupNorm,
    /// `None` for a picture in one piece.
    statistics: Option<Tensor>,
}

impl GroupNorm {
    /// Takes the statistics of a picture in strips.
    pub(crate) async fn of_strips(&self, x: &Strips) -> Result<NormOfStrips<'_>, KernelError> {
        let statistics = match x.whole() {
            Some(_) => None,
            None => Some(x.statistics(self.groups, self.eps).await?),
        };
        Ok(NormOfStrips { norm: self, statistics })
    }
}

impl NormOfStrips<'_> {
    /// As [`GroupNorm::forward_silu`], on rows of the picture.
    pub(crate) fn forward_silu(&self, x: &Tensor) -> Result<Tensor, KernelError> {
        let norm = self.norm;
        match &self.statistics {
            None => norm.forward_silu(x),
            Some(statistics) => ops::group_norm_by(x, statistics, &norm.affine, true),
        }
    }
}

/// Normalises each token.
pub(crate) struct LayerNorm {
    /// Scale, then shift: `[2, channels]`
    affine: Tensor,
    eps: f32,
}

impl LayerNorm {
    /// Loads a norm of `channels` channels.
    pub(crate) async fn load(at: &Loader<'_>, channels: usize, eps: f32) -> Result<Self, ModelError> {
        Ok(Self { affine: at.affine(channels).await?, eps })
    }

    /// What a layer before it may find out along the way.
    pub(crate) fn statistics(&self) -> Option<Statistics> {
        Some(Statistics::Rows)
    }

    /// x: `[.., channels]`
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor, KernelError> {
        ops::layer_norm(x, self.eps, &self.affine)
    }

    /// The norm in front of a layer.
    pub(crate) fn of<'a>(&'a self, x: &'a Tensor) -> Input<'a> {
        Input::from(x).normalised(Norm::Rows { affine: &self.affine, eps: self.eps })
    }
}
