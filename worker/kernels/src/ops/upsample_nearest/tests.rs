//! Doubling, and sizes that are no multiple of the input's.

use super::upsample_nearest;
use crate::{
    Device, KernelError, Tensor,
    test_support::{self, Case, random, random_tensor},
};

#[derive(Debug)]
struct Upsample {
    /// `[n, h, w, c]`
    x: [usize; 4],
    out_h: usize,
    out_w: usize,
}

const CASES: &[Upsample] = &[
    Upsample { x: [1, 1, 1, 1], out_h: 1, out_w: 1 },
    Upsample { x: [1, 1, 1, 3], out_h: 5, out_w: 2 },
    Upsample { x: [1, 8, 8, 64], out_h: 16, out_w: 16 },
    Upsample { x: [2, 5, 7, 65], out_h: 10, out_w: 14 },
    Upsample { x: [2, 5, 7, 3], out_h: 9, out_w: 13 },
    Upsample { x: [1, 6, 4, 2], out_h: 3, out_w: 11 },
    // Rounding in f32 would pick a wrong pixel in some of these columns.
    Upsample { x: [1, 1, 33, 1], out_h: 1, out_w: 1000 },
];

impl Case for Upsample {
    fn run(&self, device: &Device) -> Result<Tensor, KernelError> {
        upsample_nearest(&random_tensor(device, 1, &self.x)?, self.out_h, self.out_w)
    }

    fn reference(&self) -> Vec<f64> {
        let [n, h, w, c] = self.x;
        let x = random(1, n * h * w * c);
        let mut out = Vec::new();
        for sample in 0..n {
            for row in 0..self.out_h {
                for column in 0..self.out_w {
                    for channel in 0..c {
                        let (row, column) = (row * h / self.out_h, column * w / self.out_w);
                        out.push(f64::from(x[((sample * h + row) * w + column) * c + channel]));
                    }
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

#[test]
fn wrong_shapes_are_refused() -> Result<(), KernelError> {
    let device = Device::cpu();
    let picture = device.zeros(&[1, 2, 2, 3])?;
    for result in [upsample_nearest(&picture, 0, 4), upsample_nearest(&device.zeros(&[2, 2, 3])?, 4, 4)] {
        assert!(matches!(result, Err(KernelError::Shape { op: "upsample_nearest", .. })));
    }
    Ok(())
}
