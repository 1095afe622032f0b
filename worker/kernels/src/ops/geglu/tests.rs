//! Halves of the models' widths and odd ones.

use super::geglu;
use crate::{
    Device, KernelError, Tensor,
    ops::test_epilogue::normal_distribution,
    test_support::{self, Case, random},
};

#[derive(Debug)]
struct Geglu {
    outer: &'static [usize],
    half: usize,
    range: f32,
}

const CASES: &[Geglu] = &[
    Geglu { outer: &[1], half: 1, range: 1.0 },
    Geglu { outer: &[], half: 5, range: 4.0 },
    Geglu { outer: &[2, 77], half: 64, range: 4.0 },
    Geglu { outer: &[3, 5], half: 63, range: 4.0 },
    Geglu { outer: &[65], half: 65, range: 100.0 },
    Geglu { outer: &[1, 64], half: 1280, range: 4.0 },
];

impl Geglu {
    fn inputs(&self) -> Vec<f32> {
        let len = self.outer.iter().product::<usize>() * 2 * self.half;
        random(1, len).into_iter().map(|x| x * self.range).collect()
    }
}

impl Case for Geglu {
    fn run(&self, device: &Device) -> Result<Tensor, KernelError> {
        geglu(&device.tensor(&[self.outer, &[2 * self.half]].concat(), &self.inputs())?)
    }

    fn reference(&self) -> Vec<f64> {
        let mut out = Vec::new();
        for row in self.inputs().chunks(2 * self.half) {
            for at in 0..self.half {
                let gate = f64::from(row[self.half + at]);
                out.push(f64::from(row[at]) * gate * normal_distribution(gate));
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
fn odd_widths_are_refused() -> Result<(), KernelError> {
    let x = Device::cpu().zeros(&[2, 5])?;
    assert!(matches!(geglu(&x), Err(KernelError::Shape { op: "geglu", .. })));
    Ok(())
}
