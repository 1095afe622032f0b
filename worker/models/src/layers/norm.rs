//! Normalisation with learned scale and shift.

use kernels::{KernelError, Tensor, ops};

use super::Strips;
use crate::{ModelError, loader::Loader};

/// Normalises groups of channels over all pixels.
pub(crate) struct GroupNorm {
    gamma: Tensor,
    beta: Tensor,
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
        let gamma = at.vector("weight", channels).await?;
        Ok(Self { gamma, beta: at.vector("bias", channels).await?, groups, eps })
    }

    /// x: `[n, .., channels]`
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor, KernelError> {
        ops::group_norm(x, self.groups, self.eps, &self.gamma, &self.beta, false)
    }

    /// The norm and a SiLU after it, in one pass over the activations.
    pub(crate) fn forward_silu(&self, x: &Tensor) -> Result<Tensor, KernelError> {
        ops::group_norm(x, self.groups, self.eps, &self.gamma, &self.beta, true)
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
            Some(statistics) => ops::group_norm_by(x, statistics, &norm.gamma, &norm.beta, true),
        }
    }
}

/// Normalises each token.
pub(crate) struct LayerNorm {
    gamma: Tensor,
    beta: Tensor,
    eps: f32,
}

impl LayerNorm {
    /// Loads a norm of `channels` channels.
    pub(crate) async fn load(at: &Loader<'_>, channels: usize, eps: f32) -> Result<Self, ModelError> {
        let gamma = at.vector("weight", channels).await?;
        Ok(Self { gamma, beta: at.vector("bias", channels).await?, eps })
    }

    /// x: `[.., channels]`
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor, KernelError> {
        ops::layer_norm(x, self.eps, &self.gamma, &self.beta)
    }
}
