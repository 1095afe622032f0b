//! What happens to the result of a matrix product or convolution before it is stored.

use std::cell::OnceCell;

use super::{
    Activation, Columns,
    dispatch::{expect_shape, same_device},
};
use crate::{
    Device, KernelError, Tensor,
    cpu::{Array, Cpu},
    gpu::Buffer,
};

/// Work fused behind [`linear`](super::linear) and [`conv2d`](super::conv2d):
/// `y = activation(product + bias + per_sample) + residual`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Epilogue<'a> {
    /// `[n]`, one value per output channel.
    pub bias: Option<&'a Tensor>,
    /// `[batch, n]`, one value per sample and channel, such as a time embedding.
    pub per_sample: Option<Columns<'a>>,
    /// The shape of the output.
    pub residual: Option<&'a Tensor>,
    /// Applied after `bias` and `per_sample`.
    pub activation: Activation,
    /// Adds the residual first: `y = activation(product + bias + per_sample + residual)`.
    pub residual_before_activation: bool,
    /// The first half of the columns times the exact GELU of the second half, as [`geglu`](super::geglu) computes it:
    /// `[.., n / 2]`. Only with a bias.
    pub gated: bool,
    /// What a norm of the output will want to know. A device may find it out along the way.
    pub statistics: Option<Statistics>,
}

/// What a norm wants to know of a tensor before it: mean and variance
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistics {
    /// of this many groups of channels, for a group norm.
    Groups(usize),
    /// of each row, for a layer norm.
    Rows,
}

impl<'a> Epilogue<'a> {
    /// Checks the operands against the shape of the output, whose first axis is the batch.
    pub(super) fn check(&self, op: &'static str, device: &Device, out: &[usize]) -> Result<(), KernelError> {
        let operands = [self.bias, self.per_sample.map(|columns| columns.tensor), self.residual];
        same_device(op, device, operands.into_iter().flatten().map(Tensor::device))?;
        let (Some(&batch), Some(&n)) = (out.first(), out.last()) else {
            return Err(KernelError::shape(op, "an output with axes", out));
        };
        if let Some(bias) = self.bias {
            expect_shape(op, "a bias of shape", bias.shape(), &[n])?;
        }
        if let Some(per_sample) = self.per_sample {
            expect_shape(op, "per-sample values of shape", &per_sample.shape(), &[batch, n])?;
        }
        if let Some(residual) = self.residual {
            expect_shape(op, "a residual of shape", residual.shape(), out)?;
        }
        let others = self.per_sample.is_some() || self.residual.is_some();
        if self.gated && (others || self.activation != Activation::None || !n.is_multiple_of(2)) {
            return Err(KernelError::shape(
                op,
                "gates of an even number of columns, behind a bias alone",
                out,
            ));
        }
        Ok(())
    }

    /// The shape of the output, of a product of shape `product`.
    pub(super) fn out_shape(&self, product: &[usize]) -> Vec<usize> {
        let mut out = product.to_vec();
        if let (Some(columns), true) = (out.last_mut(), self.gated) {
            *columns /= 2;
        }
        out
    }

    /// The operands as one device has them.
    fn fused<S>(
        &self,
        rows_per_sample: usize,
        per_sample: Option<&'a S>,
        storage: impl Fn(&'a Tensor) -> Result<&'a S, KernelError>,
    ) -> Result<Fused<'a, S>, KernelError> {
        Ok(Fused {
            bias: self.bias.map(&storage).transpose()?,
            per_sample,
            per_sample_columns: self.per_sample.map_or([0; 2], |columns| [columns.width(), columns.first]),
            residual: self.residual.map(&storage).transpose()?,
            activation: self.activation,
            residual_before_activation: self.residual_before_activation,
            rows_per_sample,
            gated: self.gated,
            statistics: self.statistics,
        })
    }

    /// The operands on a CPU device; `gathered` keeps what has to be put together.
    pub(super) fn on_cpu(
        &self,
        cpu: &Cpu,
        op: &'static str,
        rows_per_sample: usize,
        gathered: &'a OnceCell<Array>,
    ) -> Result<Fused<'a, Array>, KernelError> {
        let per_sample = match self.per_sample {
            Some(columns) => {
                let values = columns.gathered(cpu, op)?;
                Some(gathered.get_or_init(|| values))
            }
            None => None,
        };
        self.fused(rows_per_sample, per_sample, |tensor| tensor.array(op))
    }

    /// The operands on a GPU.
    pub(super) fn on_gpu(
        &self,
        op: &'static str,
        rows_per_sample: usize,
    ) -> Result<Fused<'a, Buffer>, KernelError> {
        let per_sample = self.per_sample.map(|columns| columns.tensor.buffer(op)).transpose()?;
        self.fused(rows_per_sample, per_sample, |tensor| tensor.buffer(op))
    }
}

/// An [`Epilogue`] on an output seen as a matrix `[m, n]`. Row `r` belongs to sample `r / rows_per_sample`.
pub(crate) struct Fused<'a, S> {
    /// `[n]`
    pub(crate) bias: Option<&'a S>,
    /// `[batch, n]` on a CPU device; on a GPU these are columns of a wider tensor.
    pub(crate) per_sample: Option<&'a S>,
    /// Length of its rows, and the first column.
    pub(crate) per_sample_columns: [usize; 2],
    /// `[m, n]`
    pub(crate) residual: Option<&'a S>,
    pub(crate) activation: Activation,
    pub(crate) residual_before_activation: bool,
    pub(crate) rows_per_sample: usize,
    /// Whether half of the columns gate the other half.
    pub(crate) gated: bool,
    /// What a norm that follows wants to know.
    pub(crate) statistics: Option<Statistics>,
}
