//! The first row, the last, all of them, and lengths that no lane divides.

use super::{join_rows, rows};
use crate::{
    Device, KernelError, Tensor,
    test_support::{self, Case, random, random_tensor},
};

/// Rows `first..first + count` of a picture `[1, h, w, c]`, with its first row joined below them.
#[derive(Debug)]
struct Rows {
    x: [usize; 4],
    first: usize,
    count: usize,
}

const CASES: &[Rows] = &[
    Rows { x: [1, 1, 1, 1], first: 0, count: 1 },
    Rows { x: [1, 5, 3, 3], first: 4, count: 1 },
    Rows { x: [1, 5, 3, 3], first: 1, count: 3 },
    Rows { x: [1, 9, 16, 32], first: 2, count: 7 },
    Rows { x: [1, 33, 17, 5], first: 0, count: 33 },
];

impl Case for Rows {
    fn run(&self, device: &Device) -> Result<Tensor, KernelError> {
        let x = random_tensor(device, 1, &self.x)?;
        join_rows(&rows(&x, self.first, self.count)?, &rows(&x, 0, 1)?)
    }

    fn reference(&self) -> Vec<f64> {
        let [_, h, w, c] = self.x;
        let (x, row) = (random(1, h * w * c), w * c);
        let rows = &x[self.first * row..(self.first + self.count) * row];
        rows.iter().chain(&x[..row]).map(|&value| f64::from(value)).collect()
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
fn wrong_rows_are_refused() -> Result<(), KernelError> {
    let device = Device::cpu();
    let x = device.zeros(&[1, 4, 3, 2])?;
    let results = [
        rows(&x, 0, 0),
        rows(&x, 3, 2),
        rows(&x, usize::MAX, 2),
        rows(&device.zeros(&[2, 4, 3, 2])?, 0, 1),
        join_rows(&x, &device.zeros(&[1, 4, 2, 3])?),
        join_rows(&device.zeros(&[2, 4, 3, 2])?, &device.zeros(&[2, 4, 3, 2])?),
    ];
    for result in results {
        assert!(matches!(result, Err(KernelError::Shape { op: "rows", .. })), "{result:?}");
    }
    Ok(())
}
