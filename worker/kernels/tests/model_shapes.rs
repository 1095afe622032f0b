//! The GPU against the CPU on shapes of real models: those that are cut along `k`, cut into several dispatches, or
//! larger than a binding. The tables beside the operators cover odd sizes. `--nocapture` shows the errors.

use kernels::{
    BlockType, DType, Device, GpuOptions, KernelError, Tensor, Weight, WeightData,
    ops::{Activation, Conv, Epilogue, attention, conv2d, embedding, group_norm, linear},
};
use measure::nmse;
use pollster::block_on;

/// Highest normalised mean squared error of `f32` arithmetic.
const CEILING: f64 = 1e-10;

const KEEP_SIZE: Conv = Conv { stride: 1, padding: [1; 4] };

#[test]
fn convolutions_on_the_gpu() -> Result<(), KernelError> {
    for (name, [h, w, i], o, dtype) in [
        ("a middle block of SD 1.5, in splits", [8, 8, 1280], 1280, DType::I8),
        ("an up block's concatenation, in splits", [8, 8, 640], 640, DType::F16),
        ("a middle block in blocks, in splits", [8, 8, 640], 640, DType::Block(BlockType::Q8_0)),
        ("a wide layer, in several dispatches on software", [64, 64, 128], 128, DType::F16),
        ("the last layer of a decoder", [48, 48, 128], 3, DType::BF16),
    ] {
        compare(name, GpuOptions::default(), |device| {
            let x = tensor(device, 1, &[1, h, w, i])?;
            let weight = weight(device, 2, &[o, i, 3, 3], dtype)?;
            let bias = tensor(device, 3, &[o])?;
            let per_sample = tensor(device, 4, &[1, o])?;
            let epilogue = Epilogue {
                bias: Some(&bias),
                per_sample: Some((&per_sample).into()),
                activation: Activation::Silu,
                ..Epilogue::default()
            };
            conv2d(&x, &weight, KEEP_SIZE, epilogue)
        })?;
    }
    Ok(())
}

#[test]
fn linear_layers_on_the_gpu() -> Result<(), KernelError> {
    for (name, m, n, k, dtype) in [
        ("a time embedding, in splits", 2, 1280, 1280, DType::F16),
        ("a prompt's feed-forward layer", 77, 768, 3072, DType::I8),
        ("an odd matrix, in splits", 33, 67, 2051, DType::BF16),
        ("a prompt's feed-forward layer in blocks", 77, 768, 3072, DType::Block(BlockType::Q4_K)),
        ("a transformer layer", 1024, 640, 640, DType::F32),
    ] {
        compare(name, GpuOptions::default(), |device| {
            let x = tensor(device, 1, &[m, k])?;
            let residual = tensor(device, 2, &[m, n])?;
            let weight = weight(device, 3, &[n, k], dtype)?;
            linear(&x, &weight, Epilogue { residual: Some(&residual), ..Epilogue::default() })
        })?;
    }
    Ok(())
}

#[test]
fn attentions_on_the_gpu() -> Result<(), KernelError> {
    for (name, tq, tk, heads, head, causal) in [
        ("an autoencoder's single head", 300, 300, 1, 512, false),
        ("a head that no slice divides", 65, 70, 1, 250, false),
        ("SD 1.5's widest heads", 256, 256, 8, 160, false),
        ("SD 1.5's prompt", 1024, 77, 8, 40, false),
        ("CLIP", 77, 77, 12, 64, true),
        ("a large causal head", 100, 100, 2, 192, true),
    ] {
        compare(name, GpuOptions::default(), |device| {
            let channels = heads * head;
            let q = tensor(device, 1, &[2, tq, channels])?;
            let (k, v) = (tensor(device, 2, &[2, tk, channels])?, tensor(device, 3, &[2, tk, channels])?);
            attention(&q, &k, &v, heads, causal)
        })?;
    }
    Ok(())
}

/// Groups of more than 65536 values take three stages, smaller ones one.
#[test]
fn group_norms_on_the_gpu() -> Result<(), KernelError> {
    for (name, shape, groups, offset) in [
        ("a small group far from zero", [1, 128, 96, 64], 32, 100.0),
        ("a large group far from zero", [1, 256, 192, 64], 32, 100.0),
        ("large groups across vectors", [2, 97, 101, 20], 2, 0.5),
        ("large odd groups", [1, 200, 201, 6], 2, -3.0),
        ("large single channels", [1, 300, 250, 3], 3, 1.0),
    ] {
        compare(name, GpuOptions::default(), |device| {
            let values: Vec<f32> = random(1, shape.iter().product()).iter().map(|x| x + offset).collect();
            let x = device.tensor(&shape, &values)?;
            group_norm(&x, groups, 1e-6, &tensor(device, 2, &[2, shape[3]])?, true)
        })?;
    }
    Ok(())
}

#[test]
fn a_table_larger_than_a_binding_on_the_gpu() -> Result<(), KernelError> {
    let options = GpuOptions { default_limits: true, ..GpuOptions::default() };
    compare("CLIP-L's vocabulary in f32", options, |device| {
        let table = weight(device, 1, &[49408, 768], DType::F32)?;
        embedding(&[49406, 320, 43690, 43691, 0, 49407], &table)
    })
}

/// Runs `operator` on both devices.
fn compare(
    name: &str,
    options: GpuOptions,
    operator: impl Fn(&Device) -> Result<Tensor, KernelError>,
) -> Result<(), KernelError> {
    let expected = block_on(operator(&Device::cpu())?.to_vec())?;
    let got = block_on(operator(&block_on(Device::gpu(options))?)?.to_vec())?;
    let error = nmse(&got, &expected).unwrap_or_else(|reason| panic!("{name}: {reason}"));
    println!("{name}: nmse {error:.1e}");
    assert!(error <= CEILING, "{name}: nmse {error:.1e} is above {CEILING:.0e}");
    Ok(())
}

fn tensor(device: &Device, seed: u64, shape: &[usize]) -> Result<Tensor, KernelError> {
    device.tensor(shape, &random(seed, shape.iter().product()))
}

fn weight(device: &Device, seed: u64, shape: &[usize], dtype: DType) -> Result<Weight, KernelError> {
    let values = random(seed, shape.iter().product());
    let bytes: Vec<u8> = match dtype {
        DType::F32 => values.iter().flat_map(|x| x.to_le_bytes()).collect(),
        DType::F16 => values.iter().flat_map(|&x| half::f16::from_f32(x).to_le_bytes()).collect(),
        DType::BF16 => values.iter().flat_map(|&x| half::bf16::from_f32(x).to_le_bytes()).collect(),
        DType::I8 => values.iter().flat_map(|x| ((x * 127.0) as i8).to_le_bytes()).collect(),
        DType::Block(block) => {
            blocks::encode(block, &values).map_err(|error| KernelError::Cpu(error.to_string()))?
        }
    };
    let scales: Vec<f32> = (0..shape[0]).map(|row| (row % 7 + 1) as f32 / 500.0).collect();
    let scales = (dtype == DType::I8).then_some(&scales[..]);
    device.weight(WeightData { shape, dtype, bytes: &bytes, scales })
}

/// Numbers in `-1..1` from a linear congruential generator (Knuth's MMIX constants).
fn random(seed: u64, len: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..len).map(|_| next()).collect()
}
