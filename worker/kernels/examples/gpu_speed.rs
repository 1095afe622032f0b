//! How fast the GPU device is: `cargo run --release -p kernels --example gpu_speed`.
//!
//! Shapes are those of Stable Diffusion 1.5 at 512 px; with the argument `small`, those of a 128 px model, for
//! emulated GPUs. Native shaders run with bounds checks, as they do in a browser. `first` includes the compiler.

use std::time::Instant;

use kernels::{
    DType, Device, GpuOptions, KernelError, Tensor, Weight, WeightData,
    ops::{self, Activation, Conv, Epilogue},
};
use pollster::block_on;

/// Runs that are recorded before one wait, so that the wait does not count.
const RUNS: usize = 10;

fn main() -> Result<(), KernelError> {
    let device = block_on(Device::gpu(GpuOptions::default()))?;
    println!("{}, software: {}", device.name(), device.is_software_adapter());
    // Divides pixels and channels.
    let shrink = if std::env::args().any(|argument| argument == "small") { 4 } else { 1 };
    for (m, n, k) in
        [(4096, 320, 320), (4096, 2560, 320), (1024, 640, 2560), (256, 1280, 1280), (2, 1280, 1280)]
    {
        let (m, n, k) = (if m > 2 { m / shrink } else { m }, n / shrink, k / shrink);
        let (x, w) = (tensor(&device, &[m, k])?, weight(&device, &[n, k])?);
        let flops = product(&[2, m, n, k]);
        measure(&device, &format!("linear [{m}, {k}] x [{n}, {k}]"), flops, || {
            ops::linear(&x, &w, Epilogue::default())
        })?;
    }
    for (size, i, o) in
        [(64, 320, 320), (32, 640, 640), (16, 1280, 1280), (8, 1280, 1280), (128, 256, 256), (256, 64, 3)]
    {
        let (size, i, o) = (size / shrink.min(2), i / shrink, if o > 3 { o / shrink } else { o });
        let (x, w) = (tensor(&device, &[1, size, size, i])?, weight(&device, &[o, i, 3, 3])?);
        let bias = tensor(&device, &[o])?;
        let conv = Conv { stride: 1, padding: [1; 4] };
        let epilogue = Epilogue { bias: Some(&bias), activation: Activation::Silu, ..Epilogue::default() };
        let flops = product(&[2, size, size, 9, i, o]);
        measure(&device, &format!("conv2d {size} px, {i} -> {o}"), flops, || {
            ops::conv2d(&x, &w, conv, epilogue)
        })?;
    }
    for (tokens, keys, heads, head) in
        [(4096, 4096, 8, 40), (1024, 1024, 8, 80), (4096, 77, 8, 40), (256, 256, 8, 160)]
    {
        let (tokens, keys) = (tokens / shrink, if keys > 77 { keys / shrink } else { keys });
        let (q, k) =
            (tensor(&device, &[1, tokens, heads * head])?, tensor(&device, &[1, keys, heads * head])?);
        let flops = product(&[4, tokens, keys, heads, head]);
        measure(&device, &format!("attention {tokens} x {keys}, {heads} heads of {head}"), flops, || {
            ops::attention(&q, &k, &k, heads, false)
        })?;
    }
    let size = 64 / shrink;
    let (x, affine) = (tensor(&device, &[1, size, size, 320])?, tensor(&device, &[2, 320])?);
    let count = product(&[size, size, 320]);
    measure(&device, &format!("group_norm + silu {size} px, 320 (values)"), count, || {
        ops::group_norm(&x, 32, 1e-5, &affine, true)
    })?;
    measure(&device, "layer_norm (values)", count, || ops::layer_norm(&x, 1e-5, &affine))?;
    measure(&device, "silu (values)", count, || ops::activation(&x, Activation::Silu))?;
    println!("{:?}", device.stats());
    Ok(())
}

/// Prints the first run, with its compilation, and the mean of some more in billions a second.
fn measure(
    device: &Device,
    name: &str,
    count: f64,
    run: impl Fn() -> Result<Tensor, KernelError>,
) -> Result<(), KernelError> {
    let marker = tensor(device, &[1])?;
    let wait = || block_on(ops::scale_shift(&marker, 1.0, 0.0)?.to_vec());
    wait()?;
    let start = Instant::now();
    run()?;
    wait()?;
    let first_seconds = start.elapsed().as_secs_f64();
    let runs = if device.is_software_adapter() { 1 } else { RUNS };
    let start = Instant::now();
    for _ in 0..runs {
        run()?;
    }
    wait()?;
    let seconds = start.elapsed().as_secs_f64() / runs as f64;
    println!(
        "{name:48} first {:8.2} ms, then {:8.2} ms {:8.2} G/s",
        first_seconds * 1e3,
        seconds * 1e3,
        count / seconds * 1e-9
    );
    Ok(())
}

/// In `f64`: operations go past 32 bits.
fn product(factors: &[usize]) -> f64 {
    factors.iter().map(|&factor| factor as f64).product()
}

fn values(count: usize) -> Vec<f32> {
    (0..count).map(|at| (at % 1009 * 7919 % 1009) as f32 / 1009.0 - 0.5).collect()
}

fn tensor(device: &Device, shape: &[usize]) -> Result<Tensor, KernelError> {
    device.tensor(shape, &values(shape.iter().product()))
}

fn weight(device: &Device, shape: &[usize]) -> Result<Weight, KernelError> {
    let bytes: Vec<u8> =
        values(shape.iter().product()).iter().flat_map(|&x| half::f16::from_f32(x).to_le_bytes()).collect();
    device.weight(WeightData { shape, dtype: DType::F16, bytes: &bytes, scales: None })
}
