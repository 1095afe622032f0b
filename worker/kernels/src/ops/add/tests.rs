//! Lengths that no vector or workgroup divides.

use super::add;
use crate::{
    Device, KernelError, Tensor,
    test_support::{self, Case, random, random_tensor},
};

#[derive(Debug)]
struct Add {
    shape: &'static [usize],
}

const CASES: &[Add] = &[
    Add { shape: &[1] },
    Add { shape: &[63] },
    Add { shape: &[3, 5, 7] },
    Add { shape: &[2, 16, 16, 64] },
    Add { shape: &[4_194_305] },
];

impl Case for Add {
    fn run(&self, device: &Device) -> Result<Tensor, KernelError> {
        add(&random_tensor(device, 1, self.shape)?, &random_tensor(device, 2, self.shape)?)
    }

    fn reference(&self) -> Vec<f64> {
        let len = self.shape.iter().product();
        let pairs = random(1, len).into_iter().zip(random(2, len));
        pairs.map(|(a, b)| f64::from(a) + f64::from(b)).collect()
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
fn wrong_operands_are_refused() -> Result<(), KernelError> {
    let (device, other) = (Device::cpu(), Device::cpu());
    let a = device.zeros(&[2, 3])?;
    assert_eq!(add(&a, &a)?.shape(), [2, 3]);
    assert!(matches!(add(&a, &device.zeros(&[3, 2])?), Err(KernelError::Shape { op: "add", .. })));
    assert!(matches!(add(&a, &other.zeros(&[2, 3])?), Err(KernelError::OtherDevice { op: "add" })));
    Ok(())
}
