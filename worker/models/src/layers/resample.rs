//! Halving and doubling of pictures between the levels of a network.

use kernels::{
    KernelError, Tensor,
    ops::{self, Epilogue, Input},
};

use super::{Conv2d, Strips, size_of};
use crate::{ModelError, Taps, loader::Loader};

/// Zeros around a picture before it is halved, at top, left, bottom and right.
pub(crate) mod padding {
    /// The UNet's.
    pub(crate) const EVEN: [usize; 4] = [1; 4];
    /// The autoencoder's: below and on the right only.
    pub(crate) const BELOW_AND_RIGHT: [usize; 4] = [0, 0, 1, 1];
}

/// A convolution that steps two pixels at a time.
pub(crate) struct Downsample {
    name: String,
    conv: Conv2d,
}

impl Downsample {
    pub(crate) async fn load(
        at: &Loader<'_>,
        channels: usize,
        padding: [usize; 4],
    ) -> Result<Self, ModelError> {
        let conv = Conv2d::load(&at.at("conv"), channels, channels).await?.halving(padding);
        Ok(Self { name: at.path().to_owned(), conv })
    }

    pub(crate) fn forward(&self, x: &Tensor, taps: &Taps) -> Result<Tensor, KernelError> {
        let output = self.conv.forward(x)?;
        taps.record(&self.name, &output);
        Ok(output)
    }

    /// As [`forward`](Self::forward), on strips of an even height.
    pub(crate) async fn forward_strips(&self, x: Strips) -> Result<Strips, KernelError> {
        self.conv.forward_strips(x, None, Epilogue::default(), |x, _| Ok(x.clone())).await
    }
}

/// Repeats pixels up to a given size, then smooths with a convolution.
pub(crate) struct Upsample {
    name: String,
    conv: Conv2d,
}

impl Upsample {
    pub(crate) async fn load(at: &Loader<'_>, channels: usize) -> Result<Self, ModelError> {
        let conv = Conv2d::load(&at.at("conv"), channels, channels).await?;
        Ok(Self { name: at.path().to_owned(), conv })
    }

    /// x: `[n, h, w, c]` to `[n, height, width, c]`
    pub(crate) fn forward(
        &self,
        x: &Tensor,
        [height, width]: [usize; 2],
        taps: &Taps,
    ) -> Result<Tensor, KernelError> {
        let output = self.conv.forward(Input { grown: Some([height, width]), ..Input::from(x) })?;
        taps.record(&self.name, &output);
        Ok(output)
    }

    /// Doubles a picture in strips.
    pub(crate) async fn double_strips(&self, x: Strips) -> Result<Strips, KernelError> {
        let double = |x: &Tensor, is_border: bool| {
            let [height, width] = size_of(x)?;
            ops::upsample_nearest(x, if is_border { 1 } else { 2 * height }, 2 * width)
        };
        self.conv.forward_strips(x, None, Epilogue::default(), double).await
    }
}
