//! Even and odd channel counts, in either order.

use super::concat_channels;
use crate::{
    Device, KernelError, Tensor,
    test_support::{self, Case, random, random_tensor},
};

#[derive(Debug)]
struct Concat {
    outer: &'static [usize],
    a: usize,
    b: usize,
}

const CASES: &[Concat] = &[
    Concat { outer: &[1], a: 1, b: 1 },
    Concat { outer: &[], a: 3, b: 4 },
    Concat { outer: &[1, 7, 9], a: 65, b: 63 },
    Concat { outer: &[2, 8, 8], a: 64, b: 128 },
    Concat { outer: &[2, 5, 3], a: 4, b: 1 },
    Concat { outer: &[2, 77], a: 768, b: 1280 },
];

impl Concat {
    fn rows(&self) -> usize {
        self.outer.iter().product()
    }
}

impl Case for Concat {
    fn run(&self, device: &Device) -> Result<Tensor, KernelError> {
        let a = random_tensor(device, 1, &[self.outer, &[self.a]].concat())?;
        let b = random_tensor(device, 2, &[self.outer, &[self.b]].concat())?;
        concat_channels(&a, &b)
    }

    fn reference(&self) -> Vec<f64> {
        let (a, b) = (random(1, self.rows() * self.a), random(2, self.rows() * self.b));
        let mut out = Vec::new();
        for row in 0..self.rows() {
            for channel in 0..self.a + self.b {
                let value = if channel < self.a {
                    a[row * self.a + channel]
                } else {
                    b[row * self.b + channel - self.a]
                };
                out.push(f64::from(value));
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
fn other_axes_must_agree() -> Result<(), KernelError> {
    let device = Device::cpu();
    let result = concat_channels(&device.zeros(&[2, 3, 4])?, &device.zeros(&[2, 4, 4])?);
    assert!(matches!(result, Err(KernelError::Shape { op: "concat_channels", .. })));
    Ok(())
}
