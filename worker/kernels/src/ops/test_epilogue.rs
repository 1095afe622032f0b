//! Epilogues for the tables of `linear` and `conv2d`.

use super::{Activation, Columns, Epilogue};
use crate::{
    Device, KernelError, Tensor,
    test_support::{random, random_tensor},
};

/// Which parts of an epilogue a case has.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Parts {
    pub(super) bias: bool,
    pub(super) per_sample: bool,
    pub(super) residual: bool,
    pub(super) activation: Activation,
    pub(super) residual_before_activation: bool,
}

/// Nothing fused.
pub(super) const PLAIN: Parts = Parts {
    bias: false,
    per_sample: false,
    residual: false,
    activation: Activation::None,
    residual_before_activation: false,
};

/// A bias alone, the most common case.
pub(super) const BIAS: Parts = Parts { bias: true, ..PLAIN };

/// Everything at once.
pub(super) const ALL: Parts =
    Parts { bias: true, per_sample: true, residual: true, activation: Activation::Silu, ..PLAIN };

/// A residual under the activation, as in the tiny autoencoder's blocks.
pub(super) const RESIDUAL_INSIDE: Parts = Parts {
    bias: true,
    residual: true,
    activation: Activation::Relu,
    residual_before_activation: true,
    ..PLAIN
};

impl Parts {
    /// Calls `run` with the operands on `device`. The first axis of `out` is the batch.
    pub(super) fn with<T>(
        self,
        device: &Device,
        out: &[usize],
        run: impl FnOnce(Epilogue<'_>) -> Result<T, KernelError>,
    ) -> Result<T, KernelError> {
        let n = out[out.len() - 1];
        let operand = |wanted: bool, seed, shape: &[usize]| -> Result<Option<Tensor>, KernelError> {
            wanted.then(|| random_tensor(device, seed, shape)).transpose()
        };
        let bias = operand(self.bias, 101, &[n])?;
        let per_sample = operand(self.per_sample, 102, &[out[0], n])?;
        let residual = operand(self.residual, 103, out)?;
        run(Epilogue {
            bias: bias.as_ref(),
            per_sample: per_sample.as_ref().map(Columns::from),
            residual: residual.as_ref(),
            activation: self.activation,
            residual_before_activation: self.residual_before_activation,
            ..Epilogue::default()
        })
    }

    /// The same on a product in `f64`.
    pub(super) fn reference(self, out: &[usize], product: &mut [f64]) {
        let n = out[out.len() - 1];
        let sample_len: usize = out[1..].iter().product();
        let bias = random(101, n);
        let per_sample = random(102, out[0] * n);
        let residual = random(103, product.len());
        for (at, value) in product.iter_mut().enumerate() {
            if self.bias {
                *value += f64::from(bias[at % n]);
            }
            if self.per_sample {
                *value += f64::from(per_sample[at / sample_len * n + at % n]);
            }
            let residual = if self.residual { f64::from(residual[at]) } else { 0.0 };
            *value = if self.residual_before_activation {
                activation(self.activation, *value + residual)
            } else {
                activation(self.activation, *value) + residual
            };
        }
    }
}

/// The activations, as their papers write them.
pub(super) fn activation(function: Activation, x: f64) -> f64 {
    match function {
        Activation::None => x,
        Activation::Silu => x / (1.0 + (-x).exp()),
        Activation::QuickGelu => x / (1.0 + (-1.702 * x).exp()),
        Activation::Gelu => x * normal_distribution(x),
        Activation::Relu => x.max(0.0),
    }
}

/// The distribution function of the standard normal, by its series and, in the tails, its continued fraction
/// (Abramowitz and Stegun 26.2.11 and 26.2.14).
pub(super) fn normal_distribution(x: f64) -> f64 {
    let density = (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    if x.abs() < 5.0 {
        let (mut term, mut sum) = (x, x);
        for odd in (3..400).step_by(2) {
            term *= x * x / f64::from(odd);
            sum += term;
        }
        0.5 + density * sum
    } else {
        let fraction = (1..200).rev().fold(x.abs(), |rest, n| x.abs() + f64::from(n) / rest);
        let tail = density / fraction;
        if x < 0.0 { tail } else { 1.0 - tail }
    }
}
