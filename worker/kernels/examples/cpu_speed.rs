//! How fast the CPU device is: `cargo run --release -p kernels --example cpu_speed`.
//!
//! Shapes are those of Stable Diffusion 1.5 at 512 px, which most of a U-Net's time goes to.

use std::time::Instant;

use kernels::{
    BlockType, DType, Device, KernelError, Tensor, Weight, WeightData,
    ops::{self, Activation, Conv, Epilogue},
};

/// Types of weights to compare.
const DTYPES: [DType; 4] =
    [DType::F32, DType::F16, DType::Block(BlockType::Q8_0), DType::Block(BlockType::Q4_K)];

fn main() -> Result<(), KernelError> {
    let device = Device::cpu();
    for (m, n, k) in [
        (4096, 320, 320),
        (4096, 2560, 320),
        (1024, 640, 640),
        (1024, 640, 2560),
        (64, 5120, 1280),
        (64, 1280, 5120),
        (256, 1280, 1280),
        (77, 768, 768),
        (1, 1280, 320),
    ] {
        let x = tensor(&device, &[m, k])?;
        let flops = product(&[2, m, n, k]);
        for dtype in DTYPES {
            let w = weight(&device, &[n, k], dtype)?;
            measure(&format!("linear [{m}, {k}] x [{n}, {k}] {dtype:?}"), flops, || {
                ops::linear(&x, &w, Epilogue::default())
            })?;
        }
    }
    for (size, i, o, stride) in [
        (64, 320, 320, 1),
        (64, 4, 320, 1),
        (32, 640, 640, 1),
        (16, 1280, 1280, 1),
        (64, 320, 320, 2),
        (128, 64, 64, 1),
        (256, 64, 3, 1),
    ] {
        let x = tensor(&device, &[1, size, size, i])?;
        let bias = tensor(&device, &[o])?;
        let conv = Conv { stride, padding: [1; 4] };
        let epilogue = Epilogue { bias: Some(&bias), activation: Activation::Silu, ..Epilogue::default() };
        let flops = product(&[2, size / stride, size / stride, 9, i, o]);
        // The smallest filters are not whole blocks.
        for dtype in DTYPES.into_iter().filter(|dtype| dtype.bytes_of(o * i * 9).is_some()) {
            let w = weight(&device, &[o, i, 3, 3], dtype)?;
            measure(&format!("conv2d {size} px, {i} -> {o}, stride {stride} {dtype:?}"), flops, || {
                ops::conv2d(&x, &w, conv, epilogue)
            })?;
        }
    }
    for (tokens, keys, heads, head) in
        [(4096, 4096, 8, 40), (1024, 1024, 8, 80), (4096, 77, 8, 40), (256, 256, 4, 32)]
    {
        let (q, k) =
            (tensor(&device, &[1, tokens, heads * head])?, tensor(&device, &[1, keys, heads * head])?);
        let flops = product(&[4, tokens, keys, heads, head]);
        measure(&format!("attention {tokens} x {keys}, {heads} heads of {head}"), flops, || {
            ops::attention(&q, &k, &k, heads, false)
        })?;
    }
    let (x, affine) = (tensor(&device, &[1, 64, 64, 320])?, tensor(&device, &[2, 320])?);
    let count = product(&[64, 64, 320]);
    measure("group_norm + silu 64 px, 320 (values)", count, || ops::group_norm(&x, 32, 1e-5, &affine, true))?;
    measure("layer_norm 4096 x 320 (values)", count, || ops::layer_norm(&x, 1e-5, &affine))?;
    measure("silu 64 px, 320 (values)", count, || ops::activation(&x, Activation::Silu))?;
    measure("geglu 4096 x 320 (values)", count, || ops::geglu(&x))
}

/// Prints the best of a few runs in billions a second.
fn measure(name: &str, count: f64, run: impl Fn() -> Result<Tensor, KernelError>) -> Result<(), KernelError> {
    let mut best_seconds = f64::INFINITY;
    for _ in 0..5 {
        let start = Instant::now();
        run()?;
        best_seconds = best_seconds.min(start.elapsed().as_secs_f64());
    }
    println!("{name:48} {:8.2} ms {:8.2} G/s", best_seconds * 1e3, count / best_seconds * 1e-9);
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

fn weight(device: &Device, shape: &[usize], dtype: DType) -> Result<Weight, KernelError> {
    let values = values(shape.iter().product());
    let bytes: Vec<u8> = match dtype {
        DType::F16 => values.iter().flat_map(|&x| half::f16::from_f32(x).to_le_bytes()).collect(),
        // Any bytes will do: how fast they are decoded does not depend on them.
        DType::Block(_) => vec![0x11; dtype.bytes_of(values.len()).unwrap_or_default()],
        _ => values.iter().flat_map(|x| x.to_le_bytes()).collect(),
    };
    device.weight(WeightData { shape, dtype, bytes: &bytes, scales: None })
}
