//! One group and as many as channels, one position, several samples, values far from zero.

use super::{group_norm, group_norm_by, group_statistics};
use crate::{
    Device, KernelError, Tensor,
    ops::{Activation, test_epilogue::activation},
    test_support::{self, Case, random, random_affine},
};

#[derive(Debug)]
struct GroupNorm {
    shape: &'static [usize],
    groups: usize,
    eps: f32,
    silu: bool,
    /// Added to all inputs. Statistics from a plain sum of squares in f32 fail far from zero.
    offset: f32,
}

const fn case(shape: &'static [usize], groups: usize, silu: bool) -> GroupNorm {
    GroupNorm { shape, groups, eps: 1e-5, silu, offset: 0.1 }
}

const CASES: &[GroupNorm] = &[
    case(&[1, 1, 1, 2], 1, false),
    case(&[1, 1, 1, 64], 32, true),
    case(&[1, 8, 8, 32], 32, false),
    case(&[2, 7, 9, 32], 1, true),
    case(&[2, 7, 9, 96], 32, true),
    case(&[1, 16, 16, 320], 32, false),
    case(&[1, 65, 63, 10], 5, true),
    case(&[3, 5, 66], 11, true),
    case(&[2, 64], 8, false),
    case(&[1, 128, 127, 3], 3, true),
    GroupNorm { eps: 1e-6, ..case(&[1, 33, 31, 128], 32, true) },
    GroupNorm { eps: 0.5, ..case(&[1, 9, 9, 12], 4, false) },
    GroupNorm { offset: 30.0, ..case(&[1, 40, 41, 64], 32, true) },
];

impl GroupNorm {
    fn inputs(&self) -> Vec<f32> {
        let values = random(1, self.shape.iter().product());
        values.into_iter().map(|x| 3.0 * x + self.offset).collect()
    }

    fn channels(&self) -> usize {
        self.shape[self.shape.len() - 1]
    }
}

impl Case for GroupNorm {
    fn run(&self, device: &Device) -> Result<Tensor, KernelError> {
        let x = device.tensor(self.shape, &self.inputs())?;
        let affine = random_affine(device, self.channels())?;
        group_norm(&x, self.groups, self.eps, &affine, self.silu)
    }

    fn reference(&self) -> Vec<f64> {
        let (x, channels) = (self.inputs(), self.channels());
        let (gamma, beta) = (random(2, channels), random(3, channels));
        let sample_len = x.len() / self.shape[0];
        let group_of = |at: usize| (at / sample_len, at % channels * self.groups / channels);
        let mut out = vec![0.0; x.len()];
        for sample in 0..self.shape[0] {
            for group in 0..self.groups {
                let members: Vec<usize> =
                    (0..x.len()).filter(|&at| group_of(at) == (sample, group)).collect();
                let count = members.len() as f64;
                let mean = members.iter().map(|&at| f64::from(x[at])).sum::<f64>() / count;
                let variance =
                    members.iter().map(|&at| (f64::from(x[at]) - mean).powi(2)).sum::<f64>() / count;
                for at in members {
                    let normal = (f64::from(x[at]) - mean) / (variance + f64::from(self.eps)).sqrt();
                    let y = normal * f64::from(gamma[at % channels]) + f64::from(beta[at % channels]);
                    out[at] = if self.silu { activation(Activation::Silu, y) } else { y };
                }
            }
        }
        out
    }
}

#[test]
fn cpu_matches_reference() {
    test_support::cpu_matches_reference(CASES);
}

#[test]
fn gpu_matches_cpu() {
    test_support::gpu_matches_cpu(CASES);
}

/// The same cases in two operators.
#[derive(Debug)]
struct InTwo(&'static GroupNorm);

impl Case for InTwo {
    fn run(&self, device: &Device) -> Result<Tensor, KernelError> {
        let case = self.0;
        let x = device.tensor(case.shape, &case.inputs())?;
        let affine = random_affine(device, case.channels())?;
        let statistics = group_statistics(&x, case.groups, case.eps)?;
        assert_eq!(statistics.shape(), [case.shape[0], case.groups, 2]);
        group_norm_by(&x, &statistics, &affine, case.silu)
    }

    fn reference(&self) -> Vec<f64> {
        self.0.reference()
    }
}

#[test]
fn statistics_by_themselves_on_the_cpu() {
    test_support::cpu_matches_reference(&CASES.iter().map(InTwo).collect::<Vec<_>>());
}

#[test]
fn statistics_by_themselves_gpu_matches_cpu() {
    test_support::gpu_matches_cpu(&CASES.iter().map(InTwo).collect::<Vec<_>>());
}

#[test]
fn wrong_shapes_are_refused() -> Result<(), KernelError> {
    let device = Device::cpu();
    let (x, affine) = (device.zeros(&[1, 2, 2, 6])?, device.zeros(&[2, 6])?);
    assert_eq!(group_norm(&x, 3, 1e-5, &affine, false)?.shape(), [1, 2, 2, 6]);
    let wrong = [
        group_norm(&x, 4, 1e-5, &affine, false),
        group_norm(&x, 0, 1e-5, &affine, false),
        group_norm(&x, 3, 1e-5, &device.zeros(&[2, 5])?, false),
        group_norm(&x, 3, 1e-5, &device.zeros(&[12])?, false),
        group_norm(&device.zeros(&[6])?, 3, 1e-5, &affine, false),
    ];
    for result in wrong {
        assert!(matches!(result, Err(KernelError::Shape { op: "group_norm", .. })), "{result:?}");
    }
    Ok(())
}
