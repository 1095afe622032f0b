//! Rows of the models' widths and odd ones, values far from zero.

use super::layer_norm;
use crate::{
    Device, KernelError, Tensor,
    test_support::{self, Case, random, random_affine},
};

#[derive(Debug)]
struct LayerNorm {
    shape: &'static [usize],
    eps: f32,
    offset: f32,
}

const fn case(shape: &'static [usize]) -> LayerNorm {
    LayerNorm { shape, eps: 1e-5, offset: 0.1 }
}

const CASES: &[LayerNorm] = &[
    case(&[1, 2]),
    case(&[3]),
    case(&[2, 77, 768]),
    case(&[1, 77, 1024]),
    case(&[64, 64]),
    case(&[63, 65]),
    case(&[65, 63]),
    case(&[1, 300, 320]),
    case(&[5, 1281]),
    case(&[700, 5]),
    LayerNorm { eps: 0.5, ..case(&[9, 12]) },
    LayerNorm { offset: 30.0, ..case(&[2, 50, 320]) },
];

impl LayerNorm {
    fn inputs(&self) -> Vec<f32> {
        let values = random(1, self.shape.iter().product());
        values.into_iter().map(|x| 3.0 * x + self.offset).collect()
    }

    fn channels(&self) -> usize {
        self.shape[self.shape.len() - 1]
    }
}

impl Case for LayerNorm {
    fn run(&self, device: &Device) -> Result<Tensor, KernelError> {
        let x = device.tensor(self.shape, &self.inputs())?;
        layer_norm(&x, self.eps, &random_affine(device, self.channels())?)
    }

    fn reference(&self) -> Vec<f64> {
        let channels = self.channels();
        let (gamma, beta) = (random(2, channels), random(3, channels));
        let mut out = Vec::new();
        for row in self.inputs().chunks(channels) {
            let mean = row.iter().map(|&x| f64::from(x)).sum::<f64>() / channels as f64;
            let variance = row.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / channels as f64;
            for (channel, &x) in row.iter().enumerate() {
                let normal = (f64::from(x) - mean) / (variance + f64::from(self.eps)).sqrt();
                out.push(normal * f64::from(gamma[channel]) + f64::from(beta[channel]));
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

#[test]
fn wrong_shapes_are_refused() -> Result<(), KernelError> {
    let device = Device::cpu();
    let (x, affine) = (device.zeros(&[3, 6])?, device.zeros(&[2, 6])?);
    assert_eq!(layer_norm(&x, 1e-5, &affine)?.shape(), [3, 6]);
    assert!(matches!(layer_norm(&x, 1e-5, &x), Err(KernelError::Shape { op: "layer_norm", .. })));
    Ok(())
}
