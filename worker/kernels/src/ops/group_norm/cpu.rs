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
    gamma: &Array,
    beta: &Array,
    shape: Shape,
    eps: f32,
    silu: bool,
) -> Result<Array, KernelError> {
    let Shape { batch, positions, channels, .. } = shape;
    let (x, gamma, beta) = (x.view()?, gamma.view()?, beta.view()?);
    let activation = if silu { Activation::Silu } else { Activation::None };
    let mut out = vec![0.0; batch * positions * channels];
    let sample_len = positions * channels;
    for (sample, target) in x.chunks_exact(sample_len).zip(out.chunks_exact_mut(sample_len)) {
        let (means, scales) = statistics(sample, &gamma, shape, eps);
        for (row, target) in sample.chunks_exact(channels).zip(target.chunks_exact_mut(channels)) {
            let affine = means.iter().zip(&scales).zip(&*beta);
            for ((out, &x), ((&mean, &scale), &beta)) in target.iter_mut().zip(row).zip(affine) {
                *out = (x - mean) * scale + beta;
            }
            activation::apply(activation, target);
        }
    }
    cpu.array(out)
}

/// For each channel the mean of its group, and `gamma / sqrt(variance + eps)`.
fn statistics(sample: &[f32], gamma: &[f32], shape: Shape, eps: f32) -> (Vec<f32>, Vec<f32>) {
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
    of_groups
        .flat_map(|group| std::iter::repeat_n(group, channels_per_group))
        .zip(gamma)
        .map(|((mean, scale), &gamma)| (mean as f32, (scale * f64::from(gamma)) as f32))
        .unzip()
}
