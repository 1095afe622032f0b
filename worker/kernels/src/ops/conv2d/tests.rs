//! Filters that hang over every edge, odd channel counts, strides, and pictures of several strips.

use measure::nmse;

use super::{Conv, conv2d};
use crate::{
    BlockType, DType, Device, KernelError, Tensor, Weight, WeightData,
    ops::{
        Activation, Epilogue,
        test_epilogue::{ALL, BIAS, PLAIN, Parts, RESIDUAL_INSIDE},
    },
    test_support::{self, Case, F32_CEILING, FileWeight, NARROW_CEILING, random, random_tensor, values},
};

#[derive(Debug)]
struct Conv2d {
    /// `[n, h, w, i]`
    x: [usize; 4],
    /// `[o, kh, kw]`
    filter: [usize; 3],
    stride: usize,
    padding: [usize; 4],
    dtype: DType,
    parts: Parts,
}

/// A case without padding; the fields that matter are set behind it.
const fn case(x: [usize; 4], filter: [usize; 3], parts: Parts) -> Conv2d {
    Conv2d { x, filter, stride: 1, padding: [0; 4], dtype: DType::F32, parts }
}

/// The most common one: 3x3 that keeps the size.
const fn same(x: [usize; 4], o: usize, parts: Parts) -> Conv2d {
    Conv2d { padding: [1; 4], ..case(x, [o, 3, 3], parts) }
}

const CASES: &[Conv2d] = &[
    case([1, 1, 1, 1], [1, 1, 1], PLAIN),
    case([1, 5, 7, 3], [2, 3, 3], PLAIN),
    case([2, 9, 6, 65], [63, 1, 1], ALL),
    case([1, 8, 8, 64], [64, 1, 1], BIAS),
    case([1, 6, 9, 5], [4, 1, 3], BIAS),
    case([1, 9, 6, 5], [4, 3, 1], BIAS),
    same([1, 1, 1, 4], 8, BIAS),
    same([1, 8, 8, 4], 64, BIAS),
    same([1, 16, 16, 64], 4, BIAS),
    same([2, 7, 5, 3], 65, ALL),
    same([2, 9, 8, 66], 63, ALL),
    same([1, 13, 11, 64], 64, RESIDUAL_INSIDE),
    same([1, 8, 8, 130], 129, Parts { activation: Activation::Silu, ..BIAS }),
    same([1, 4, 4, 320], 1, PLAIN),
    // Squares of positions by Winograd's algorithm, whole and over the edges.
    same([2, 16, 8, 36], 96, ALL),
    same([1, 15, 14, 20], 68, RESIDUAL_INSIDE),
    Conv2d { dtype: DType::F16, ..same([2, 8, 8, 64], 64, ALL) },
    Conv2d { dtype: DType::BF16, ..same([1, 15, 16, 8], 20, BIAS) },
    Conv2d { dtype: DType::I8, ..same([2, 8, 15, 36], 68, ALL) },
    // Several strips on the CPU, which end within a row of the picture.
    same([2, 47, 45, 130], 5, ALL),
    Conv2d { stride: 2, ..same([2, 9, 8, 32], 33, BIAS) },
    Conv2d { stride: 2, padding: [0, 0, 1, 1], ..case([1, 8, 8, 16], [24, 3, 3], BIAS) },
    Conv2d { stride: 2, padding: [0, 0, 1, 1], ..case([2, 15, 9, 5], [7, 3, 3], ALL) },
    Conv2d { padding: [2, 0, 0, 1], ..case([1, 5, 6, 3], [5, 3, 3], BIAS) },
    Conv2d { stride: 2, ..case([1, 9, 9, 6], [5, 1, 1], BIAS) },
    Conv2d { stride: 3, padding: [3; 4], ..case([1, 10, 11, 3], [9, 7, 7], PLAIN) },
    Conv2d { padding: [4; 4], ..case([1, 2, 3, 2], [3, 5, 5], BIAS) },
    Conv2d { padding: [1; 4], ..case([1, 4, 4, 3], [3, 1, 1], BIAS) },
    Conv2d { dtype: DType::F16, ..same([1, 7, 9, 33], 65, BIAS) },
    Conv2d { dtype: DType::BF16, ..same([1, 7, 9, 33], 65, ALL) },
    Conv2d { dtype: DType::I8, ..same([1, 7, 9, 33], 65, ALL) },
    Conv2d { dtype: DType::I8, stride: 2, ..same([2, 8, 8, 64], 64, BIAS) },
    Conv2d { dtype: DType::I8, ..case([1, 5, 5, 7], [9, 1, 1], BIAS) },
    Conv2d { dtype: DType::F16, ..same([1, 3, 3, 3], 3, BIAS) },
];

/// For each type of blocks, which span taps and channels: channels in fours by Winograd's algorithm, splits of odd channels,
/// and the narrow tile. Whatever else there is does not depend on the type.
fn block_cases() -> Vec<Conv2d> {
    let cases = |block: BlockType| {
        let dtype = DType::Block(block);
        [
            Conv2d { dtype, ..same([1, 8, 15, 4], 64, BIAS) },
            Conv2d { dtype, ..same([1, 5, 6, 66], 128, PLAIN) },
            Conv2d { dtype, ..same([1, 12, 11, 16], 16, RESIDUAL_INSIDE) },
        ]
    };
    let dtype = DType::Block(BlockType::Q5_K);
    let more = [
        Conv2d { dtype, ..same([2, 5, 4, 3], 256, ALL) },
        Conv2d { dtype, stride: 2, ..same([1, 8, 8, 64], 36, BIAS) },
        Conv2d { dtype, stride: 2, ..case([1, 9, 9, 36], [64, 1, 1], BIAS) },
        Conv2d { dtype, ..case([1, 5, 7, 36], [64, 1, 1], BIAS) },
        Conv2d { dtype, ..same([1, 7, 9, 4], 64, BIAS) },
    ];
    BlockType::ALL.into_iter().flat_map(cases).chain(more).collect()
}

impl Conv2d {
    fn weight(&self) -> FileWeight {
        let [o, kh, kw] = self.filter;
        FileWeight::random(2, &[o, self.x[3], kh, kw], self.dtype)
    }

    fn conv(&self) -> Conv {
        Conv { stride: self.stride, padding: self.padding }
    }

    fn out(&self) -> [usize; 4] {
        let ([n, h, w, _], [o, kh, kw]) = (self.x, self.filter);
        let [top, left, bottom, right] = self.padding;
        [n, (h + top + bottom - kh) / self.stride + 1, (w + left + right - kw) / self.stride + 1, o]
    }

    /// One output value before the epilogue.
    fn sum(&self, x: &[f32], weight: &[f32], at: [usize; 4]) -> f64 {
        let ([_, h, w, i], [_, kh, kw]) = (self.x, self.filter);
        let [sample, y_out, x_out, channel_out] = at;
        let mut sum = 0.0;
        for tap_y in 0..kh {
            for tap_x in 0..kw {
                let row = (y_out * self.stride + tap_y).checked_sub(self.padding[0]).filter(|&row| row < h);
                let column =
                    (x_out * self.stride + tap_x).checked_sub(self.padding[1]).filter(|&column| column < w);
                let (Some(row), Some(column)) = (row, column) else { continue };
                for channel in 0..i {
                    let pixel = x[((sample * h + row) * w + column) * i + channel];
                    let tap = weight[((channel_out * i + channel) * kh + tap_y) * kw + tap_x];
                    sum += f64::from(pixel) * f64::from(tap);
                }
            }
        }
        sum
    }
}

impl Case for Conv2d {
    fn run(&self, device: &Device) -> Result<Tensor, KernelError> {
        let x = random_tensor(device, 1, &self.x)?;
        let weight = self.weight().upload(device)?;
        self.parts.with(device, &self.out(), |epilogue| conv2d(&x, &weight, self.conv(), epilogue))
    }

    fn reference(&self) -> Vec<f64> {
        let (x, weight) = (random(1, self.x.iter().product()), self.weight().values);
        let [n, ho, wo, o] = self.out();
        let mut out = Vec::new();
        for sample in 0..n {
            for y in 0..ho {
                for column in 0..wo {
                    out.extend((0..o).map(|channel| self.sum(&x, &weight, [sample, y, column, channel])));
                }
            }
        }
        self.parts.reference(&self.out(), &mut out);
        out
    }

    fn gpu_ceiling(&self) -> f64 {
        if self.dtype == DType::F32 { F32_CEILING } else { NARROW_CEILING }
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
fn cpu_matches_reference_with_blocks() {
    test_support::cpu_matches_reference(&block_cases());
}

/// Windows in large tiles, of values in fours and one by one.
#[test]
fn gpu_variants_agree() {
    test_support::variants_agree(&[
        Conv2d { stride: 2, ..same([2, 64, 63, 32], 320, ALL) },
        Conv2d { stride: 2, dtype: DType::I8, ..same([1, 90, 91, 30], 322, BIAS) },
        Conv2d { stride: 2, dtype: DType::Block(BlockType::Q8_0), ..same([1, 90, 91, 32], 320, PLAIN) },
        case([2, 70, 64, 33], [65, 1, 1], ALL),
    ]);
}

#[test]
fn gpu_matches_cpu_with_blocks() {
    test_support::gpu_matches_cpu(&block_cases());
}

/// Large enough for the CPU to keep it as it is and to widen it in strips.
#[test]
fn a_large_filter_keeps_its_size_on_the_cpu() -> Result<(), KernelError> {
    let (size, i, o) = (5, 480, 1024);
    let dtypes = [DType::F16, DType::I8].into_iter();
    for dtype in dtypes.chain([BlockType::Q5_0, BlockType::Q6_K].map(DType::Block)) {
        let device = Device::cpu();
        let file = FileWeight::random(1, &[o, i, 3, 3], dtype);
        let weight = file.upload(&device)?;
        let scales = if dtype == DType::I8 { o * 4 } else { 0 };
        assert_eq!(device.stats().live_bytes, (file.data().bytes.len() + scales) as u64, "{dtype:?}");
        let x = random_tensor(&device, 2, &[1, size, size, i])?;
        let conv = Conv { stride: 1, padding: [1; 4] };
        let product = |weight: &Weight| values(conv2d(&x, weight, conv, Epilogue::default())?);
        let wide: Vec<u8> = file.values.iter().flat_map(|x| x.to_le_bytes()).collect();
        let wide = WeightData { shape: &[o, i, 3, 3], dtype: DType::F32, bytes: &wide, scales: None };
        let error = nmse(&product(&weight)?, &product(&device.weight(wide)?)?);
        assert!(error.as_ref().is_ok_and(|&error| error <= F32_CEILING), "{dtype:?}: {error:?}");
    }
    Ok(())
}

#[test]
fn wrong_shapes_are_refused() -> Result<(), KernelError> {
    let device = Device::cpu();
    let weight = FileWeight::random(1, &[4, 3, 3, 3], DType::F32).upload(&device)?;
    let x = device.zeros(&[1, 2, 8, 3])?;
    let plain = Epilogue::default();
    let same = Conv { stride: 1, padding: [1; 4] };
    assert_eq!(conv2d(&x, &weight, same, plain)?.shape(), [1, 2, 8, 4]);
    let wrong = [
        conv2d(&x, &weight, Conv { stride: 1, padding: [0; 4] }, plain),
        conv2d(&x, &weight, Conv { stride: 0, padding: [1; 4] }, plain),
        conv2d(&device.zeros(&[1, 8, 8, 4])?, &weight, same, plain),
        conv2d(&device.zeros(&[8, 8, 3])?, &weight, same, plain),
        conv2d(&x, &weight, Conv { stride: 1, padding: [usize::MAX; 4] }, plain),
        conv2d(&x, &weight, same, Epilogue { per_sample: Some((&x).into()), ..plain }),
    ];
    for result in wrong {
        assert!(matches!(result, Err(KernelError::Shape { op: "conv2d", .. })), "{result:?}");
    }
    Ok(())
}
