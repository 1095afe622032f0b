//! The tiny autoencoder's residual block.

use kernels::KernelError;

use super::RELU;
use crate::{
    ModelError,
    layers::{Conv2d, Strips},
    loader::Loader,
};

/// `relu(conv(relu(conv(relu(conv(x))))) + x)`
pub(super) struct Block {
    conv_0: Conv2d,
    conv_2: Conv2d,
    conv_4: Conv2d,
}

impl Block {
    /// The gaps in the numbers are the ReLUs between the convolutions, which have no weights.
    pub(super) async fn load(at: &Loader<'_>, width: usize) -> Result<Self, ModelError> {
        Ok(Self {
            conv_0: Conv2d::load(&at.at("conv.0"), width, width).await?,
            conv_2: Conv2d::load(&at.at("conv.2"), width, width).await?,
            conv_4: Conv2d::load(&at.at("conv.4"), width, width).await?,
        })
    }

    pub(super) async fn forward(&self, x: Strips) -> Result<Strips, KernelError> {
        let hidden = self.conv_0.forward_strips(x.clone(), None, RELU, |x, _| Ok(x.clone())).await?;
        let hidden = self.conv_2.forward_strips(hidden, None, RELU, |x, _| Ok(x.clone())).await?;
        self.conv_4.forward_strips(hidden, Some(x), RELU, |x, _| Ok(x.clone())).await
    }
}
