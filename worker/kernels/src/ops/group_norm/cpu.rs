//! The CPU's way: sums per channel in `f64`, gathered into groups, then one affine function per channel.

use super::Shape;
use crate::{
    KernelError,
    cpu::{Array, Cpu, activation},
    ops::Activation,
};

pub(crate) fn run(
    cpu: &Cpu,
    x: &Array,
    affine: &Array,
    shape: Shape,
    eps: f32,
    silu: bool,
) -> Result<Array, KernelError> {
    let (x, affine) = (x.view()?, affine.view()?);
    let of_sample = |sample: &[f32]| statistics(sample, shape, eps);
    normalize(cpu, &x, x.chunks_exact(shape.positions * shape.channels).map(of_sample), &affine, shape, silu)
}

/// As [`run`], with the statistics of [`statistics_of`].
pub(crate) fn run_by(
    cpu: &Cpu,
    [x, statistics, affine]: [&Array; 3],
    shape: Shape,
    silu: bool,
) -> Result<Array, KernelError> {
    let (x, statistics, affine) = (x.view()?, statistics.view()?, affine.view()?);
    let pair = |&[mean, inverse]: &[f32; 2]| (f64::from(mean), f64::from(inverse));
    let of_samples = statistics.as_chunks().0.chunks_exact(shape.groups);
    let of_samples = of_samples.map(|groups| groups.iter().map(pair).collect::<Vec<_>>());
    normalize(cpu, &x, of_samples, &affine, shape, silu)
}

/// Mean and inverse deviation of each group: `[batch, groups, 2]`.
pub(crate) fn statistics_of(cpu: &Cpu, x: &Array, shape: Shape, eps: f32) -> Result<Array, KernelError> {
    let x = x.view()?;
    let samples = x.chunks_exact(shape.positions * shape.channels);
    let pairs = samples.flat_map(|sample| statistics(sample, shape, eps));
    cpu.array(pairs.flat_map(|(mean, inverse)| [mean as f32, inverse as f32]).collect())
}

/// Normalizes each sample by the mean and inverse deviation of its groups.
fn normalize(
    cpu: &Cpu,
    x: &[f32],
    of_samples: impl Iterator<Item = Vec<(f64, f64)>>,
    affine: &[f32],
    shape: Shape,
    silu: bool,
) -> Result<Array, KernelError> {
    let Shape { positions, channels, groups, .. } = shape;
    let activation = if silu { Activation::Silu } else { Activation::None };
    let (gamma, beta) = affine.split_at(channels);
    let mut out = vec![0.0; x.len()];
    let samples = x.chunks_exact(positions * channels).zip(out.chunks_exact_mut(positions * channels));
    for ((sample, target), of_groups) in samples.zip(of_samples) {
        let of_channels =
            of_groups.into_iter().flat_map(|group| std::iter::repeat_n(group, channels / groups));
        let (means, scales): (Vec<f32>, Vec<f32>) = of_channels
            .zip(gamma)
            .map(|((mean, scale), &gamma)| (mean as f32, (scale * f64::from(gamma)) as f32))
            .unzip();
        for (row, target) in sample.chunks_exact(channels).zip(target.chunks_exact_mut(channels)) {
            let affine = means.iter().zip(&scales).zip(beta);
            for ((out, &x), ((&mean, &scale), &beta)) in target.iter_mut().zip(row).zip(affine) {
                *out = (x - mean) * scale + beta;
            }
            activation::apply(activation, target);
        }
    }
    cpu.array(out)
}

/// For each group its mean and `1 / sqrt(variance + eps)`.
fn statistics(sample: &[f32], shape: Shape, eps: f32) -> Vec<(f64, f64)> {
    let mut sums = vec![0.0_f64; shape.channels];
    let mut squares = vec![0.0_f64; shape.channels];
    for row in sample.chunks_exact(shape.channels) {
        for ((sum, square), &x) in sums.iter_mut().zip(&mut squares).zip(row) {
            let x = f64::from(x);
            *sum += x;
            *square += x * x;
        }
    }
    let channels_per_group = shape.channels / shape.groups;
    let count = (shape.positions * channels_per_group) as f64;
    let groups = sums.chunks_exact(channels_per_group).zip(squares.chunks_exact(channels_per_group));
    let of_groups = groups.map(|(sums, squares)| {
        let mean = sums.iter().sum::<f64>() / count;
        // In f64 the difference keeps 16 digits less those that mean² / variance takes: plenty.
        let variance = (squares.iter().sum::<f64>() / count - mean * mean).max(0.0);
        (mean, (variance + f64::from(eps)).sqrt().recip())
    });
    of_groups.collect()
}
