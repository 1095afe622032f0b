//! A 3x3 convolution, the only size besides 1x1 in these models.

use kernels::{
    KernelError, Tensor, Weight,
    ops::{self, Conv, Epilogue, Input},
};

use weights::lora::ModuleShape;

use super::Strips;
use crate::{ModelError, adapters::Slot, loader::Loader};

/// One row and column of zeros on every side: the output is as large as the input.
const SAME: Conv = Conv { stride: 1, padding: [1; 4] };

/// A 3x3 convolution over `[n, h, w, c]`.
pub(crate) struct Conv2d {
    weight: Weight,
    bias: Option<Tensor>,
    shape: Conv,
    adapter: Slot,
}

impl Conv2d {
    /// Loads a convolution that keeps the size.
    pub(crate) async fn load(at: &Loader<'_>, inputs: usize, outputs: usize) -> Result<Self, ModelError> {
        let bias = Some(at.vector("bias", outputs).await?);
        Ok(Self { bias, ..Self::load_without_bias(at, inputs, outputs).await? })
    }

    /// Loads a convolution that keeps the size and has no bias.
    pub(crate) async fn load_without_bias(
        at: &Loader<'_>,
        inputs: usize,
        outputs: usize,
    ) -> Result<Self, ModelError> {
        let weight = at.weight("weight", &[outputs, inputs, 3, 3]).await?;
        let adapter = at.slot(ModuleShape { outputs, inputs, kernel: [3, 3] });
        Ok(Self { weight, bias: None, shape: SAME, adapter })
    }

    /// Makes it step two pixels at a time, with `padding` rows and columns at top, left, bottom and right.
    pub(crate) fn halving(self, padding: [usize; 4]) -> Self {
        Self { shape: Conv { stride: 2, padding }, ..self }
    }

    /// x: `[n, h, w, inputs]` to `[n, h', w', outputs]`
    pub(crate) fn forward<'a>(&self, x: impl Into<Input<'a>>) -> Result<Tensor, KernelError> {
        self.forward_with(x, Epilogue::default())
    }

    /// As [`forward`](Self::forward), with more work fused behind it. The bias is the layer's own.
    pub(crate) fn forward_with<'a>(
        &self,
        x: impl Into<Input<'a>>,
        epilogue: Epilogue<'_>,
    ) -> Result<Tensor, KernelError> {
        let epilogue = Epilogue { bias: self.bias.as_ref(), ..epilogue };
        self.adapter.forward(x.into(), &self.weight, epilogue, |x, weight, epilogue| {
            ops::conv2d(x, weight, self.shape, epilogue)
        })
    }

    /// As [`forward_with`](Self::forward_with) on strips, behind a layer `before` (see [`Strips::convolve`]); the
    /// epilogue's residual comes in strips too. A convolution that halves needs strips of an even height.
    pub(crate) async fn forward_strips(
        &self,
        x: Strips,
        residuals: Option<Strips>,
        epilogue: Epilogue<'_>,
        before: impl Fn(&Tensor, bool) -> Result<Tensor, KernelError>,
    ) -> Result<Strips, KernelError> {
        let Conv { stride, padding: [top, left, bottom, right] } = self.shape;
        // Output row y reads the input rows from `stride y - top` on, three of them.
        let borders = [top, 3_usize.saturating_sub(stride + top)];
        let convolve = |x: &Tensor, [is_first, is_last]: [bool; 2], residual: Option<&Tensor>| {
            let padding = [if is_first { top } else { 0 }, left, if is_last { bottom } else { 0 }, right];
            let epilogue = Epilogue { bias: self.bias.as_ref(), residual, ..epilogue };
            ops::conv2d(x, &self.weight, Conv { stride, padding }, epilogue)
        };
        x.convolve(residuals, borders, before, convolve).await
    }
}
