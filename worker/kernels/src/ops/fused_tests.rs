//! What is done on the way in and on the way out, where kernels do it themselves and where they cannot: norms, two
//! tensors side by side, repeated pixels, gates, and moments that a convolution leaves for the norm behind it.

use super::{
    Activation, Columns, Conv, Epilogue, Input, Norm, Statistics, attention, conv2d, linear,
    test_epilogue::activation,
};
use crate::{
    BlockType, DType, Device, GpuOptions, KernelError, Tensor,
    test_support::{self, Case, FileWeight, random, random_affine, random_tensor},
};

/// A chain of layers as the models have them. The CPU computes each step by itself, which is the reference here; its
/// operators have their own.
#[derive(Debug)]
enum Chain {
    /// `[rows, k]` to `[rows, n]` behind a layer norm, perhaps gated.
    RowNorm { rows: usize, k: usize, n: usize, gated: bool, dtype: DType },
    /// `[rows, k]` to `[rows, n]`, layer norm behind a residual, and on to `[rows, last]`, perhaps gated.
    KnownRows { rows: usize, k: usize, n: usize, last: usize, gated: bool, dtype: DType },
    /// Two tensors side by side through a linear layer, or through a group norm and a convolution.
    Beside { size: [usize; 2], own: usize, further: usize, convolved: bool },
    /// A picture enlarged and convolved, then a group norm and a linear layer.
    Grown { from: [usize; 2], to: [usize; 2], channels: [usize; 2], dtype: DType },
    /// Convolution, group norm and SiLU, convolution, group norm, linear layer.
    Groups { size: [usize; 2], samples: usize, channels: usize, groups: usize, dtype: DType },
}
use Chain::{Beside, Groups, Grown, KnownRows, RowNorm};

const CASES: &[Chain] = &[
    // Small, sliced and large tiles, rows and columns that end within one, rows of less than a step.
    RowNorm { rows: 5, k: 36, n: 64, gated: false, dtype: DType::F32 },
    RowNorm { rows: 5, k: 36, n: 64, gated: true, dtype: DType::F32 },
    RowNorm { rows: 70, k: 320, n: 1288, gated: true, dtype: DType::F16 },
    RowNorm { rows: 70, k: 256, n: 1288, gated: true, dtype: DType::F16 },
    RowNorm { rows: 600, k: 68, n: 960, gated: false, dtype: DType::F32 },
    RowNorm { rows: 600, k: 128, n: 1032, gated: true, dtype: DType::I8 },
    RowNorm { rows: 33, k: 12, n: 8, gated: true, dtype: DType::F32 },
    RowNorm { rows: 16_500, k: 68, n: 32, gated: true, dtype: DType::F32 },
    RowNorm { rows: 16_500, k: 36, n: 20, gated: false, dtype: DType::F32 },
    RowNorm { rows: 9, k: 7, n: 10, gated: true, dtype: DType::F32 },
    RowNorm { rows: 9, k: 7, n: 10, gated: false, dtype: DType::F32 },
    // Moments of rows from each tile that takes them, by each tile that reads them, over the edges; none from sliced ones.
    KnownRows { rows: 600, k: 320, n: 960, last: 960, gated: false, dtype: DType::F32 },
    KnownRows { rows: 600, k: 64, n: 1028, last: 1288, gated: true, dtype: DType::F16 },
    KnownRows { rows: 70, k: 128, n: 36, last: 64, gated: true, dtype: DType::F32 },
    KnownRows { rows: 70, k: 128, n: 320, last: 64, gated: false, dtype: DType::I8 },
    KnownRows { rows: 5, k: 36, n: 68, last: 1288, gated: true, dtype: DType::F32 },
    KnownRows { rows: 16_500, k: 36, n: 28, last: 20, gated: false, dtype: DType::F32 },
    KnownRows { rows: 16_500, k: 36, n: 32, last: 64, gated: true, dtype: DType::F32 },
    KnownRows { rows: 70, k: 320, n: 68, last: 64, gated: false, dtype: DType::F32 },
    KnownRows { rows: 9, k: 7, n: 10, last: 12, gated: false, dtype: DType::F32 },
    Beside { size: [9, 7], own: 20, further: 44, convolved: false },
    Beside { size: [40, 30], own: 64, further: 32, convolved: false },
    Beside { size: [9, 7], own: 5, further: 3, convolved: false },
    Beside { size: [9, 7], own: 20, further: 44, convolved: true },
    Beside { size: [32, 24], own: 64, further: 32, convolved: true },
    Grown { from: [7, 9], to: [14, 18], channels: [32, 64], dtype: DType::F32 },
    Grown { from: [7, 9], to: [13, 17], channels: [5, 64], dtype: DType::F32 },
    Grown { from: [7, 8], to: [14, 16], channels: [64, 64], dtype: DType::F32 },
    // Doubled in large tiles: whole squares, over the edges, and more on them than the doubled picture has.
    Grown { from: [32, 32], to: [64, 64], channels: [64, 64], dtype: DType::F32 },
    Grown { from: [39, 30], to: [78, 60], channels: [20, 68], dtype: DType::F16 },
    Grown { from: [24, 40], to: [48, 80], channels: [32, 128], dtype: DType::I8 },
    Grown { from: [32, 32], to: [64, 64], channels: [32, 64], dtype: DType::Block(BlockType::Q8_0) },
    Grown { from: [64, 64], to: [128, 128], channels: [64, 32], dtype: DType::F32 },
    Grown { from: [63, 61], to: [126, 122], channels: [36, 20], dtype: DType::F32 },
    Grown { from: [20, 20], to: [40, 40], channels: [32, 192], dtype: DType::F32 },
    // Whole squares, squares over the edges, too few tiles; groups across tiles and several groups in one.
    Groups { size: [64, 64], samples: 2, channels: 64, groups: 32, dtype: DType::F32 },
    Groups { size: [32, 32], samples: 2, channels: 320, groups: 8, dtype: DType::F32 },
    Groups { size: [32, 40], samples: 2, channels: 160, groups: 32, dtype: DType::F16 },
    Groups { size: [64, 64], samples: 1, channels: 192, groups: 1, dtype: DType::F32 },
    Groups { size: [63, 61], samples: 2, channels: 64, groups: 32, dtype: DType::F32 },
    // Few channels: wider squares.
    Groups { size: [96, 96], samples: 2, channels: 32, groups: 32, dtype: DType::F32 },
    Groups { size: [128, 128], samples: 1, channels: 24, groups: 3, dtype: DType::F16 },
    Groups { size: [121, 139], samples: 1, channels: 32, groups: 8, dtype: DType::F32 },
    Groups { size: [8, 8], samples: 2, channels: 64, groups: 16, dtype: DType::F32 },
    Groups { size: [16, 24], samples: 2, channels: 96, groups: 8, dtype: DType::F16 },
    Groups { size: [15, 16], samples: 1, channels: 64, groups: 32, dtype: DType::F32 },
    // So many tiles that their moments are merged.
    Groups { size: [96, 96], samples: 2, channels: 64, groups: 32, dtype: DType::F32 },
    Groups { size: [136, 128], samples: 1, channels: 32, groups: 4, dtype: DType::F32 },
    Groups { size: [64, 64], samples: 2, channels: 66, groups: 3, dtype: DType::F32 },
];

fn weight(device: &Device, seed: u64, shape: &[usize], dtype: DType) -> Result<crate::Weight, KernelError> {
    FileWeight::random(seed, shape, dtype).upload(device)
}

/// Rows that lie far from zero, where a variance by squares alone would cancel.
fn wide_tensor(device: &Device, rows: usize, n: usize) -> Result<Tensor, KernelError> {
    let values: Vec<f32> =
        random(2, rows * n).iter().enumerate().map(|(at, x)| x + (at / n % 7) as f32 * 30.0).collect();
    device.tensor(&[1, rows, n], &values)
}

const SAME: Conv = Conv { stride: 1, padding: [1; 4] };

impl Case for Chain {
    fn run(&self, device: &Device) -> Result<Tensor, KernelError> {
        match *self {
            RowNorm { rows, k, n, gated, dtype } => {
                let x = random_tensor(device, 1, &[1, rows, k])?;
                let (affine, bias) = (random_affine(device, k)?, random_tensor(device, 4, &[n])?);
                let norm = Norm::Rows { affine: &affine, eps: 1e-5 };
                let epilogue = Epilogue { bias: Some(&bias), gated, ..Epilogue::default() };
                linear(Input::from(&x).normalised(norm), &weight(device, 5, &[n, k], dtype)?, epilogue)
            }
            KnownRows { rows, k, n, last, gated, dtype } => {
                let (x, residual) = (random_tensor(device, 1, &[1, rows, k])?, wide_tensor(device, rows, n)?);
                let statistics = Some(Statistics::Rows);
                let added = Epilogue { residual: Some(&residual), statistics, ..Epilogue::default() };
                let x = linear(&x, &weight(device, 5, &[n, k], dtype)?, added)?;
                let affine = random_affine(device, n)?;
                let norm = Norm::Rows { affine: &affine, eps: 1e-5 };
                let epilogue = Epilogue { gated, ..Epilogue::default() };
                linear(Input::from(&x).normalised(norm), &weight(device, 6, &[last, n], dtype)?, epilogue)
            }
            Beside { size: [h, w], own, further, convolved } => {
                let x = random_tensor(device, 1, &[2, h, w, own])?;
                let beside = random_tensor(device, 2, &[2, h, w, further])?;
                let input = Input { beside: Some(&beside), ..Input::from(&x) };
                let plain = Epilogue::default();
                if !convolved {
                    return linear(input, &weight(device, 5, &[96, own + further], DType::F32)?, plain);
                }
                let affine = random_affine(device, own + further)?;
                let norm = Norm::Groups { groups: 16, affine: &affine, eps: 1e-5, silu: true };
                let filter = weight(device, 5, &[64, own + further, 3, 3], DType::F32)?;
                conv2d(input.normalised(norm), &filter, SAME, plain)
            }
            Grown { from: [h, w], to, channels: [i, o], dtype } => {
                let x = random_tensor(device, 1, &[2, h, w, i])?;
                let filter = weight(device, 5, &[o, i, 3, 3], dtype)?;
                let (bias, affine) = (random_tensor(device, 4, &[o])?, random_affine(device, o)?);
                let followed = Epilogue {
                    bias: Some(&bias),
                    statistics: Some(Statistics::Groups(4)),
                    ..Epilogue::default()
                };
                let x = conv2d(Input { grown: Some(to), ..Input::from(&x) }, &filter, SAME, followed)?;
                let norm = Norm::Groups { groups: 4, affine: &affine, eps: 1e-5, silu: true };
                let last = weight(device, 7, &[o, o], DType::F32)?;
                linear(Input::from(&x).normalised(norm), &last, Epilogue::default())
            }
            Groups { size: [h, w], samples, channels, groups, dtype } => {
                let x = random_tensor(device, 1, &[samples, h, w, 32])?;
                let affine = random_affine(device, channels)?;
                let followed =
                    Epilogue { statistics: Some(Statistics::Groups(groups)), ..Epilogue::default() };
                let norm = |silu| Norm::Groups { groups, affine: &affine, eps: 1e-5, silu };
                let first = weight(device, 5, &[channels, 32, 3, 3], dtype)?;
                let second = weight(device, 6, &[channels, channels, 3, 3], dtype)?;
                let last = weight(device, 7, &[channels, channels], dtype)?;
                let x = conv2d(&x, &first, SAME, followed)?;
                let x = conv2d(Input::from(&x).normalised(norm(true)), &second, SAME, followed)?;
                let x = linear(Input::from(&x).normalised(norm(false)), &last, followed)?;
                linear(Input::from(&x).normalised(norm(true)), &last, Epilogue::default())
            }
        }
    }

    fn reference(&self) -> Vec<f64> {
        unreachable!("the CPU is the reference")
    }

    fn gpu_ceiling(&self) -> f64 {
        test_support::NARROW_CEILING
    }
}

#[test]
fn gpu_matches_cpu() {
    test_support::gpu_matches_cpu(CASES);
}

/// Large tiles with all that can be fused into them, over the edges and not.
const VARIANT_CASES: &[Chain] = &[
    RowNorm { rows: 600, k: 128, n: 1032, gated: true, dtype: DType::I8 },
    RowNorm { rows: 600, k: 68, n: 960, gated: false, dtype: DType::F32 },
    RowNorm { rows: 16_500, k: 68, n: 32, gated: true, dtype: DType::F32 },
    KnownRows { rows: 600, k: 128, n: 1032, last: 1288, gated: true, dtype: DType::F16 },
    KnownRows { rows: 600, k: 320, n: 960, last: 960, gated: false, dtype: DType::F32 },
    KnownRows { rows: 16_500, k: 36, n: 32, last: 64, gated: true, dtype: DType::F32 },
    Beside { size: [64, 50], own: 64, further: 32, convolved: false },
    Grown { from: [32, 32], to: [63, 66], channels: [36, 64], dtype: DType::F32 },
    Grown { from: [32, 31], to: [64, 62], channels: [36, 64], dtype: DType::F16 },
    Grown { from: [63, 61], to: [126, 122], channels: [36, 20], dtype: DType::F32 },
    Groups { size: [64, 64], samples: 2, channels: 64, groups: 32, dtype: DType::F16 },
    Groups { size: [96, 96], samples: 2, channels: 32, groups: 32, dtype: DType::F32 },
];

#[test]
fn gpu_variants_agree() {
    test_support::variants_agree(VARIANT_CASES);
}

/// That the kernels do it themselves, or the cases above would prove nothing.
#[test]
fn gpu_takes_one_dispatch_a_layer() -> Result<(), KernelError> {
    // With the batches of a graphics card: a slow adapter would cut the products further.
    let options = GpuOptions { graphics_card: true, ..GpuOptions::default() };
    let device = pollster::block_on(Device::gpu(options))?;
    let of = |chain: Chain| {
        let before = device.stats().dispatches;
        chain.run(&device)?;
        Ok::<_, KernelError>(device.stats().dispatches - before)
    };
    let f32 = DType::F32;
    assert_eq!(of(RowNorm { rows: 70, k: 64, n: 64, gated: true, dtype: f32 })?, 1);
    assert_eq!(of(RowNorm { rows: 600, k: 64, n: 1032, gated: true, dtype: f32 })?, 1);
    assert_eq!(of(RowNorm { rows: 70, k: 63, n: 64, gated: true, dtype: f32 })?, 3, "norm, product, gates");
    let known = |rows, n| KnownRows { rows, k: 64, n, last: 64, gated: false, dtype: f32 };
    assert_eq!((of(known(70, 64))?, of(known(600, 1032))?), (2, 2));
    assert_eq!(of(Beside { size: [9, 7], own: 20, further: 44, convolved: false })?, 1);
    assert_eq!(of(Beside { size: [9, 7], own: 20, further: 44, convolved: true })?, 2, "norm, convolution");
    let grown = |from, to, channels| Grown { from, to, channels, dtype: f32 };
    assert_eq!(of(grown([7, 9], [13, 17], [5, 64]))?, 3, "with a norm");
    assert_eq!(of(grown([32, 32], [64, 64], [64, 64]))?, 2);
    let groups = |size, samples| Groups { size, samples, channels: 64, groups: 32, dtype: f32 };
    assert_eq!(of(groups([64, 64], 2))?, 4);
    assert_eq!(of(Groups { size: [96, 96], samples: 2, channels: 32, groups: 32, dtype: f32 })?, 4);
    assert_eq!(of(groups([63, 61], 2))?, 7, "with three norms");
    assert_eq!(of(groups([8, 8], 2))?, 4);
    let deep = Groups { size: [8, 8], samples: 2, channels: 320, groups: 32, dtype: f32 };
    assert_eq!(of(deep)?, 6, "with two norms, of sliced products");
    assert_eq!(of(groups([96, 96], 2))?, 7, "with three merges of moments");
    Ok(())
}

/// That a product in front of a layer norm leaves its moments, and the one behind takes them.
#[test]
fn gpu_moments_of_rows_are_used() -> Result<(), KernelError> {
    let device = test_support::gpu();
    let pipelines = |chain: Chain| chain.run(&device).map(|_| device.stats().pipelines);
    let known = |n| KnownRows { rows: 600, k: 64, n, last: 1032, gated: true, dtype: DType::F32 };
    let before = device.stats().pipelines;
    assert_eq!(pipelines(known(1024))? - before, 2, "one leaves them, one reads them");
    let unknown = RowNorm { rows: 600, k: 1024, n: 1032, gated: true, dtype: DType::F32 };
    assert_eq!(pipelines(unknown)? - before, 3, "and one has to find out by itself");
    assert_eq!(pipelines(known(1028))? - before, 3, "over the edge of a tile");
    Ok(())
}

/// Moments are of the channels that they were taken of, whatever shape the tensor has later.
#[test]
fn gpu_moments_do_not_serve_other_channels() -> Result<(), KernelError> {
    let reshaped = |device: &Device| {
        let x = random_tensor(device, 1, &[1, 64, 64, 32])?;
        let statistics = Some(Statistics::Groups(32));
        let followed = Epilogue { statistics, ..Epilogue::default() };
        let x = conv2d(&x, &weight(device, 5, &[64, 32, 3, 3], DType::F32)?, SAME, followed)?;
        let (x, affine) = (x.reshape(&[1, 64, 32, 128])?, random_affine(device, 128)?);
        let norm = Norm::Groups { groups: 32, affine: &affine, eps: 1e-5, silu: false };
        let last = weight(device, 6, &[64, 128], DType::F32)?;
        test_support::values(linear(Input::from(&x).normalised(norm), &last, Epilogue::default())?)
    };
    let (gpu, cpu) = (reshaped(&test_support::gpu())?, reshaped(&Device::cpu())?);
    assert!(gpu.iter().zip(&cpu).all(|(gpu, cpu)| (gpu - cpu).abs() < 1e-3));
    Ok(())
}

/// Queries, keys and values as columns of one tensor, and values per sample as columns of another.
#[test]
fn columns_are_read_where_they_lie() -> Result<(), KernelError> {
    for (device, head) in [(Device::cpu(), 8), (test_support::gpu(), 8), (test_support::gpu(), 5)] {
        let width = 2 * head;
        let packed = random(1, 2 * 9 * 3 * width);
        let all = device.tensor(&[2, 9, 3 * width], &packed)?;
        let part = |index| Columns::of(&all, index * width, width);
        let own = |index: usize| {
            let rows = packed.chunks_exact(3 * width).flat_map(|row| row[index * width..][..width].to_vec());
            device.tensor(&[2, 9, width], &rows.collect::<Vec<_>>())
        };
        let got = attention(part(0)?, part(1)?, part(2)?, 2, false)?;
        let expected = attention(&own(0)?, &own(1)?, &own(2)?, 2, false)?;
        assert_eq!(test_support::values(got)?, test_support::values(expected)?);

        let x = random_tensor(&device, 2, &[2, 9, 4])?;
        let zeros = FileWeight::random(4, &[12, 4], DType::F32).upload(&device)?;
        let plain = test_support::values(linear(&x, &zeros, Epilogue::default())?)?;
        // Where whole vectors of four can be read, and where not.
        for (width, first) in [(40, 20), (42, 20), (40, 2)] {
            let per_sample = random_tensor(&device, 3, &[2, width])?;
            let per_sample = Some(Columns::of(&per_sample, first, 12)?);
            let with = Epilogue { per_sample, ..Epilogue::default() };
            let added = test_support::values(linear(&x, &zeros, with)?)?;
            let addends = random(3, 2 * width);
            for (at, (added, plain)) in added.iter().zip(&plain).enumerate() {
                let expected = plain + addends[at / (9 * 12) * width + first + at % 12];
                assert!((added - expected).abs() < 1e-5, "{at}: {added} is not {expected}");
            }
        }
    }
    assert!(Columns::of(&Device::cpu().zeros(&[2, 4])?, 3, 2).is_err());
    Ok(())
}

#[test]
fn inputs_that_do_not_fit_are_refused() -> Result<(), KernelError> {
    let device = Device::cpu();
    let (x, w) = (device.zeros(&[2, 3])?, weight(&device, 1, &[4, 5], DType::F32)?);
    let beside = device.zeros(&[2, 2])?;
    let plain = Epilogue::default();
    let two = Input { beside: Some(&beside), ..Input::from(&x) };
    assert_eq!(linear(two, &w, plain)?.shape(), [2, 4]);
    let short = device.zeros(&[1, 2])?;
    let affine = device.zeros(&[2, 3])?;
    let wrong = [
        linear(&x, &w, plain),
        linear(Input { beside: Some(&short), ..two }, &w, plain),
        linear(two.normalised(Norm::Rows { affine: &affine, eps: 1e-5 }), &w, plain),
        linear(Input { grown: Some([4, 4]), ..two }, &w, plain),
        linear(two, &w, Epilogue { gated: true, activation: Activation::Silu, ..plain }),
        linear(two, &weight(&device, 1, &[3, 5], DType::F32)?, Epilogue { gated: true, ..plain }),
    ];
    for result in wrong {
        assert!(matches!(result, Err(KernelError::Shape { .. })), "{result:?}");
    }
    Ok(())
}

/// The gate is the exact GELU, value by value.
#[test]
fn gates_are_the_second_half() -> Result<(), KernelError> {
    let device = Device::cpu();
    let identity: Vec<u8> = [1.0_f32, 0.0, 0.0, 1.0].iter().flat_map(|x| x.to_le_bytes()).collect();
    let data = crate::WeightData { shape: &[2, 2], dtype: DType::F32, bytes: &identity, scales: None };
    let w = device.weight(data)?;
    let x = device.tensor(&[2, 2], &[2.0, 0.5, -3.0, -1.0])?;
    let got = test_support::values(linear(&x, &w, Epilogue { gated: true, ..Epilogue::default() })?)?;
    let expected = [(2.0, 0.5), (-3.0, -1.0)].map(|(value, gate)| value * activation(Activation::Gelu, gate));
    assert!(got.iter().zip(expected).all(|(&got, expected)| (f64::from(got) - expected).abs() < 1e-6));
    Ok(())
}
