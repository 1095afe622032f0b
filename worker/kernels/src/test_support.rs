//! What the tests of all operators share: data, devices, and one measure of error.
//!
//! The measure is the normalised mean squared error of the crate `measure`. A value that is not finite is a failure.

use std::{cell::Cell, error::Error, fmt::Debug};

use measure::nmse;

use crate::{BlockType, DType, Device, GpuOptions, KernelError, Tensor, Weight, WeightData, device::Backend};

/// Highest error of `f32` arithmetic against an `f64` reference, or of one device against the other.
pub(crate) const F32_CEILING: f64 = 1e-10;

/// Highest error between devices when the weights are narrower than `f32`.
pub(crate) const NARROW_CEILING: f64 = 1e-9;

/// One row of an operator's table of shapes.
pub(crate) trait Case: Debug {
    /// The operator on `device`, with inputs that depend on the case alone.
    fn run(&self, device: &Device) -> Result<Tensor, KernelError>;

    /// The same by obvious loops in `f64`.
    fn reference(&self) -> Vec<f64>;

    /// Highest error of the GPU against the CPU.
    fn gpu_ceiling(&self) -> f64 {
        F32_CEILING
    }
}

/// Runs all cases on the CPU and holds them against their references.
pub(crate) fn cpu_matches_reference(cases: &[impl Case]) {
    let device = Device::cpu();
    report(cases, |case| Ok(check(&values(case.run(&device)?)?, &case.reference(), F32_CEILING)?));
}

/// Runs all cases on both devices. Without a GPU this fails: a skipped test would look like a passed one.
pub(crate) fn gpu_matches_cpu(cases: &[impl Case]) {
    let (gpu, cpu) = (gpu(), Device::cpu());
    report(cases, |case| {
        let expected: Vec<f64> = values(case.run(&cpu)?)?.into_iter().map(f64::from).collect();
        Ok(check(&values(case.run(&gpu)?)?, &expected, case.gpu_ceiling())?)
    });
}

/// Runs all cases on the GPU in every variant of their kernels, which must not make a difference in any bit.
pub(crate) fn variants_agree(cases: &[impl Case]) {
    let device = gpu();
    let Backend::Gpu(gpu) = device.backend() else { panic!("no GPU") };
    let tried = Cell::new(0);
    report(cases, |case| {
        gpu.settle_all(0);
        let bits = || Ok::<_, KernelError>(values(case.run(&device)?)?.into_iter().map(f32::to_bits));
        let expected: Vec<u32> = bits()?.collect();
        for nth in (1..).take_while(|&nth| gpu.settle_all(nth)) {
            let apart = bits()?.zip(&expected).filter(|(got, expected)| got != *expected).count();
            if apart > 0 {
                return Err(format!("{apart} of {} values differ in variant {nth}", expected.len()).into());
            }
            tried.set(tried.get() + 1);
        }
        Ok(())
    });
    assert!(tried.get() >= cases.len(), "{} variants of {} cases", tried.get(), cases.len());
}

/// Runs every case before it fails, so that one look shows which shapes are wrong.
fn report<C: Case>(cases: &[C], run: impl Fn(&C) -> Result<(), Box<dyn Error>>) {
    assert!(!cases.is_empty(), "the table is empty");
    let failures: Vec<String> =
        cases.iter().filter_map(|case| run(case).err().map(|reason| format!("{case:?}: {reason}"))).collect();
    assert!(
        failures.is_empty(),
        "{} of {} cases fail:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

fn check(got: &[f32], expected: &[f64], ceiling: f64) -> Result<(), String> {
    let error = nmse(got, expected).map_err(|reason| reason.to_string())?;
    // Written so that a NaN fails.
    if error <= ceiling { Ok(()) } else { Err(format!("nmse {error:.2e} is above {ceiling:.0e}")) }
}

/// Reads a tensor back.
pub(crate) fn values(tensor: Tensor) -> Result<Vec<f32>, KernelError> {
    pollster::block_on(tensor.to_vec())
}

/// The test thread's GPU.
pub(crate) fn gpu() -> Device {
    thread_local! {
        // Leaked: wgpu cannot be dropped while the thread takes its other locals down.
        static GPU: &'static Result<Device, KernelError> =
            Box::leak(Box::new(pollster::block_on(Device::gpu(GpuOptions::default()))));
    }
    match GPU.with(|gpu| *gpu) {
        Ok(device) => device.clone(),
        Err(error) => panic!("this test needs a GPU, real or emulated (Mesa's lavapipe will do): {error}"),
    }
}

/// Uniform numbers in `-1..1`, always the same for the same seed (SplitMix64: Steele, Lea and Flood 2014).
pub(crate) fn random(seed: u64, len: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0xD134_2543_DE82_EF95);
    let mut next = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        // The upper 24 bits are a multiple of 2^-24 in 0..1.
        ((mixed ^ (mixed >> 31)) >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..len).map(|_| next()).collect()
}

/// A tensor of [`random`] numbers.
pub(crate) fn random_tensor(device: &Device, seed: u64, shape: &[usize]) -> Result<Tensor, KernelError> {
    device.tensor(shape, &random(seed, shape.iter().product()))
}

/// Scale and shift of a norm, `[2, channels]`: [`random`] numbers of seeds 2 and 3.
pub(crate) fn random_affine(device: &Device, channels: usize) -> Result<Tensor, KernelError> {
    device.tensor(&[2, channels], &[random(2, channels), random(3, channels)].concat())
}

/// A weight as a file would have it, and the numbers that it stands for.
pub(crate) struct FileWeight {
    shape: Vec<usize>,
    dtype: DType,
    bytes: Vec<u8>,
    scales: Option<Vec<f32>>,
    /// The elements, widened.
    pub(crate) values: Vec<f32>,
}

impl FileWeight {
    pub(crate) fn random(seed: u64, shape: &[usize], dtype: DType) -> Self {
        let wide = random(seed, shape.iter().product());
        let row_len = wide.len() / shape[0];
        let scales: Vec<f32> = random(seed + 1, shape[0]).iter().map(|x| (x + 1.5) / 127.0).collect();
        let integers: Vec<i8> = wide.iter().map(|x| (x * 127.0).round() as i8).collect();
        let (bytes, values) = match dtype {
            DType::F32 => (wide.iter().flat_map(|x| x.to_le_bytes()).collect(), wide),
            DType::F16 => narrow(&wide, half::f16::from_f32, half::f16::to_le_bytes, half::f16::to_f32),
            DType::BF16 => narrow(&wide, half::bf16::from_f32, half::bf16::to_le_bytes, half::bf16::to_f32),
            DType::I8 => (
                integers.iter().map(|q| q.to_le_bytes()[0]).collect(),
                integers.iter().enumerate().map(|(at, &q)| f32::from(q) * scales[at / row_len]).collect(),
            ),
            DType::Block(block) => random_blocks(seed, wide.len(), block),
        };
        let scales = (dtype == DType::I8).then_some(scales);
        Self { shape: shape.to_vec(), dtype, bytes, scales, values }
    }

    pub(crate) fn data(&self) -> WeightData<'_> {
        let Self { shape, dtype, bytes, scales, .. } = self;
        WeightData { shape, dtype: *dtype, bytes, scales: scales.as_deref() }
    }

    pub(crate) fn upload(&self, device: &Device) -> Result<Weight, KernelError> {
        device.weight(self.data())
    }
}

fn narrow<T: Copy>(
    wide: &[f32],
    from_f32: impl Fn(f32) -> T,
    to_bytes: impl Fn(T) -> [u8; 2],
    to_f32: impl Fn(T) -> f32,
) -> (Vec<u8>, Vec<f32>) {
    let narrow: Vec<T> = wide.iter().map(|&x| from_f32(x)).collect();
    (narrow.iter().flat_map(|&x| to_bytes(x)).collect(), narrow.iter().map(|&x| to_f32(x)).collect())
}

/// Blocks of random bits, which reach more of a decoder than encoded numbers would. Only the halves among them are
/// made ordinary numbers of either sign, small enough that values stay around 1.
fn random_blocks(seed: u64, len: usize, block: BlockType) -> (Vec<u8>, Vec<f32>) {
    let bytes = block.bytes_of(len).expect("whole blocks");
    let mut bytes: Vec<u8> = random(seed, bytes).iter().map(|x| ((x + 1.0) * 128.0) as u8).collect();
    let (halves, largest): (&[usize], f32) = match block {
        BlockType::Q4_0 | BlockType::Q5_0 => (&[0], 0.1),
        BlockType::Q8_0 => (&[0], 0.01),
        BlockType::Q4_1 | BlockType::Q5_1 => (&[0, 2], 0.1),
        BlockType::Q2_K => (&[80, 82], 0.05),
        BlockType::Q3_K => (&[108], 0.02),
        BlockType::Q4_K | BlockType::Q5_K => (&[0, 2], 0.002),
        BlockType::Q6_K => (&[208], 0.0005),
    };
    let numbers = random(seed + 1, len / block.values() * halves.len());
    for (bytes, numbers) in bytes.chunks_exact_mut(block.bytes()).zip(numbers.chunks_exact(halves.len())) {
        for (&at, &number) in halves.iter().zip(numbers) {
            bytes[at..at + 2].copy_from_slice(&half::f16::from_f32(number * largest).to_le_bytes());
        }
    }
    let mut values = vec![0.0; len];
    block.decode(&bytes, &mut values);
    (bytes, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_measure_can_fail() {
        assert!(check(&[1.0, 2.0], &[1.0, 2.0], 1e-10).is_ok());
        assert!(check(&[1.0, 2.001], &[1.0, 2.0], 1e-10).is_err());
        assert!(check(&[1.0, f32::NAN], &[1.0, 2.0], 1e-10).is_err());
        assert!(check(&[1.0], &[1.0, 2.0], 1e-10).is_err());
        assert!(check(&[1.0, 1.0], &[0.0, 0.0], 1e-10).is_err());
    }

    #[test]
    fn random_numbers_cover_their_range() {
        let numbers = random(7, 10_000);
        let mean = numbers.iter().sum::<f32>() / 10_000.0;
        assert!(numbers.iter().all(|x| (-1.0..1.0).contains(x)));
        assert!(mean.abs() < 0.02 && numbers.iter().any(|&x| x > 0.99) && numbers.iter().any(|&x| x < -0.99));
        assert_ne!(random(7, 3), random(8, 3));
    }
}
