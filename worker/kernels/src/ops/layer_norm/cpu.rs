//! The CPU's way: statistics in `f64`, two passes over a row that is in the cache.

use super::Shape;
use crate::{
    KernelError,
    cpu::{Array, Cpu},
};

pub(crate) fn run(
    cpu: &Cpu,
    x: &Array,
    affine: &Array,
    shape: Shape,
    eps: f32,
) -> Result<Array, KernelError> {
    let (x, affine) = (x.view()?, affine.view()?);
    let (gamma, beta) = affine.split_at(shape.channels);
    let count = shape.channels as f64;
    let mut out = vec![0.0; shape.rows * shape.channels];
    for (row, target) in x.chunks_exact(shape.channels).zip(out.chunks_exact_mut(shape.channels)) {
        let mean = row.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
        let variance = row.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / count;
        let (mean, scale) = (mean as f32, (variance + f64::from(eps)).sqrt().recip() as f32);
        for (((out, &x), &gamma), &beta) in target.iter_mut().zip(row).zip(gamma).zip(beta) {
            *out = (x - mean) * scale * gamma + beta;
        }
    }
    cpu.array(out)
}
