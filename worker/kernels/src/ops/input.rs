//! What a matrix product or convolution reads.

use super::{
    concat_channels,
    dispatch::{expect_shape, same_device},
    group_norm, layer_norm, upsample_nearest,
};
use crate::{Device, KernelError, Tensor};

/// The left operand of [`linear`](super::linear) and [`conv2d`](super::conv2d), and what happens to it on its way in.
/// A device does that while it reads, where it can; otherwise it comes first.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// `[.., c]`
    pub x: &'a Tensor,
    /// More channels `[.., c2]` of the same positions, behind those of `x`.
    pub beside: Option<&'a Tensor>,
    /// Applied to all channels.
    pub norm: Option<Norm<'a>>,
    /// Height and width to which the pixels of a picture are repeated, behind the norm (see
    /// [`upsample_nearest`]); for convolutions.
    pub grown: Option<[usize; 2]>,
}

/// A normalisation of channels. `affine` is `[2, c]`: what normalised values are multiplied with, then what is added.
#[derive(Debug, Clone, Copy)]
pub enum Norm<'a> {
    /// Of each row by itself: [`layer_norm`].
    Rows {
        /// Scale and shift.
        affine: &'a Tensor,
        /// What is added to the variance.
        eps: f32,
    },
    /// Of groups of channels: [`group_norm`], with SiLU behind it if `silu`.
    Groups {
        /// How many groups.
        groups: usize,
        /// Scale and shift.
        affine: &'a Tensor,
        /// What is added to the variance.
        eps: f32,
        /// Whether SiLU follows.
        silu: bool,
    },
}

impl<'a> From<&'a Tensor> for Input<'a> {
    /// The tensor as it is.
    fn from(x: &'a Tensor) -> Self {
        Self { x, beside: None, norm: None, grown: None }
    }
}

impl<'a> Input<'a> {
    /// The same, normalised.
    pub fn normalised(self, norm: Norm<'a>) -> Self {
        Self { norm: Some(norm), ..self }
    }

    /// The shape of what is read.
    pub(super) fn shape(&self) -> Vec<usize> {
        let mut shape = self.x.shape().to_vec();
        if let (Some(channels), Some(beside)) = (shape.last_mut(), self.beside) {
            *channels += beside.shape().last().copied().unwrap_or_default();
        }
        if let ([_, height, width, _], Some(grown)) = (&mut shape[..], self.grown) {
            [*height, *width] = grown;
        }
        shape
    }

    pub(super) fn device(&self) -> &'a Device {
        self.x.device()
    }

    /// Checks all parts against each other.
    pub(super) fn check(&self, op: &'static str) -> Result<(), KernelError> {
        let device = self.device();
        if let (Some(beside), Some((_, outer))) = (self.beside, self.x.shape().split_last()) {
            same_device(op, device, [beside.device()])?;
            if beside.shape().split_last().is_none_or(|(_, other)| other != outer) {
                let shapes = (self.x.shape(), beside.shape());
                return Err(KernelError::shape(op, "two inputs that differ in the last axis only", shapes));
            }
        }
        let channels = self.shape().last().copied().unwrap_or_default();
        match self.norm {
            Some(Norm::Rows { affine, .. } | Norm::Groups { affine, .. }) => {
                same_device(op, device, [affine.device()])?;
                expect_shape(op, "a norm's scale and shift of shape", affine.shape(), &[2, channels])?;
            }
            None => {}
        }
        if let (Some(_), false) = (self.grown, self.x.shape().len() == 4) {
            return Err(KernelError::shape(op, "a picture [n, h, w, c] to enlarge", self.x.shape()));
        }
        Ok(())
    }

    /// What is read as one tensor, made by an operator for each part: for several products of one input.
    ///
    /// # Errors
    /// As the operators of its parts.
    pub fn prepared(&self) -> Result<Tensor, KernelError> {
        let enlarge = |x: Tensor| match self.grown {
            Some([height, width]) => upsample_nearest(&x, height, width),
            None => Ok(x),
        };
        enlarge(match (self.norm, self.beside) {
            (Some(Norm::Groups { groups, affine, eps, silu }), beside) => {
                group_norm::of_two(self.x, beside, groups, eps, affine, silu)?
            }
            (norm, beside) => {
                let x = match beside {
                    Some(beside) => concat_channels(self.x, beside)?,
                    None => self.x.clone(),
                };
                match norm {
                    Some(Norm::Rows { affine, eps }) => layer_norm(&x, eps, affine)?,
                    _ => x,
                }
            }
        })
    }
}
