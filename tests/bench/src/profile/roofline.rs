//! What the device can do at best, measured with our own kernels.

use kernels::{
    DType, Device, Tensor, WeightData,
    ops::{Epilogue, linear, scale_shift},
};

use super::Row;
use crate::BenchError;

/// Sides of the square products that are tried, and what the weights are stored as; smallest first.
const PRODUCTS: [(usize, DType); 5] =
    [(512, DType::F32), (1024, DType::F32), (1024, DType::F16), (2048, DType::F16), (4096, DType::F16)];

/// Values that are copied: more than any cache holds.
const COPIED: usize = 16 << 20;

/// Larger products are not tried when one takes this long: on an emulated GPU they would take a minute.
const ENOUGH_SECONDS: f64 = 0.5;

/// Tries of each.
const TRIES: usize = 3;

/// The best rates that were measured on a device.
#[derive(Debug, Clone, Copy)]
pub struct Roofline {
    /// Of a large matrix product.
    pub flops_per_s: f64,
    /// Bytes read and bytes written, each counted, by a function of each value of a tensor of 64 MiB.
    pub bytes_per_s: f64,
}

impl Roofline {
    /// Measures a device from [`device`](super::device).
    ///
    /// # Errors
    /// The device's own.
    pub async fn measure(device: &Device) -> Result<Self, BenchError> {
        let mut flops_per_s = 0.0_f64;
        for (side, dtype) in PRODUCTS {
            let x = device.tensor(&[side, side], &vec![0.5; side * side])?;
            let bytes = vec![0x38; dtype.bytes_of(side * side).unwrap_or_default()];
            let weight =
                device.weight(WeightData { shape: &[side, side], dtype, bytes: &bytes, scales: None })?;
            let product = || linear(&x, &weight, Epilogue::default());
            let flops = 2.0 * (side as f64).powi(3);
            let seconds = shortest(device, product).await?;
            flops_per_s = flops_per_s.max(flops / seconds);
            if seconds > ENOUGH_SECONDS {
                break;
            }
        }
        let x = device.zeros(&[COPIED])?;
        let seconds = shortest(device, || scale_shift(&x, 1.0, 1.0)).await?;
        Ok(Self { flops_per_s, bytes_per_s: 2.0 * 4.0 * COPIED as f64 / seconds })
    }

    /// The share of this roof that dispatches reach: the time that their arithmetic or their memory traffic would take
    /// at best, whichever is longer, by the time that they took.
    pub(super) fn fraction(&self, row: &Row) -> f64 {
        let best = (row.flops as f64 / self.flops_per_s).max(row.bytes as f64 / self.bytes_per_s);
        best / row.seconds.max(f64::MIN_POSITIVE)
    }
}

/// Seconds of the fastest of some tries.
async fn shortest(
    device: &Device,
    run: impl Fn() -> Result<Tensor, kernels::KernelError>,
) -> Result<f64, BenchError> {
    let mut shortest = f64::INFINITY;
    for _ in 0..TRIES {
        device.profile().await?;
        run()?;
        let seconds: f64 = device.profile().await?.iter().map(|timing| timing.seconds).sum();
        shortest = shortest.min(seconds);
    }
    Ok(shortest)
}
