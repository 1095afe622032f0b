//! What happens to the result of a matrix product or convolution before it is stored.

use super::{
    Activation,
    dispatch::{expect_shape, same_device},
};
use crate::{Device, KernelError, Tensor};

/// Work fused behind [`linear`](super::linear) and [`conv2d`](super::conv2d):
/// `y = activation(product + bias + per_sample) + residual`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Epilogue<'a> {
    /// `[n]`, one value per output channel.
    pub bias: Option<&'a Tensor>,
    /// `[batch, n]`, one value per sample and channel, such as a time embedding.
    pub per_sample: Option<&'a Tensor>,
    /// The shape of the output.
    pub residual: Option<&'a Tensor>,
    /// Applied after `bias` and `per_sample`.
    pub activation: Activation,
    /// Adds the residual first: `y = activation(product + bias + per_sample + residual)`.
    pub residual_before_activation: bool,
}

impl<'a> Epilogue<'a> {
    /// Checks the operands against the shape of the output, whose first axis is the batch.
    pub(super) fn check(&self, op: &'static str, device: &Device, out: &[usize]) -> Result<(), KernelError> {
        let operands = [self.bias, self.per_sample, self.residual];
        same_device(op, device, operands.into_iter().flatten().map(Tensor::device))?;
        let (Some(&batch), Some(&n)) = (out.first(), out.last()) else {
            return Err(KernelError::shape(op, "an output with axes", out));
        };
        if let Some(bias) = self.bias {
            expect_shape(op, "a bias of shape", bias, &[n])?;
        }
        if let Some(per_sample) = self.per_sample {
            expect_shape(op, "per-sample values of shape", per_sample, &[batch, n])?;
        }
        if let Some(residual) = self.residual {
            expect_shape(op, "a residual of shape", residual, out)?;
        }
        Ok(())
    }

    /// The operands as one device has them.
    pub(super) fn fused<S>(
        &self,
        rows_per_sample: usize,
        storage: impl Fn(&'a Tensor) -> Result<&'a S, KernelError>,
    ) -> Result<Fused<'a, S>, KernelError> {
        Ok(Fused {
            bias: self.bias.map(&storage).transpose()?,
            per_sample: self.per_sample.map(&storage).transpose()?,
            residual: self.residual.map(&storage).transpose()?,
            activation: self.activation,
            residual_before_activation: self.residual_before_activation,
            rows_per_sample,
        })
    }
}

/// An [`Epilogue`] on an output seen as a matrix `[m, n]`. Row `r` belongs to sample `r / rows_per_sample`.
pub(crate) struct Fused<'a, S> {
    /// `[n]`
    pub(crate) bias: Option<&'a S>,
    /// `[batch, n]`
    pub(crate) per_sample: Option<&'a S>,
    /// `[m, n]`
    pub(crate) residual: Option<&'a S>,
    pub(crate) activation: Activation,
    pub(crate) residual_before_activation: bool,
    pub(crate) rows_per_sample: usize,
}
