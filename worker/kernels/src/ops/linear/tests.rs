//! Odd sizes, tiles of 64 and one more or less, every type of weight, every part of the epilogue.
//!
//! Blocks come in whole numbers for a weight, not for its rows: the sizes of their cases are products.

use measure::nmse;

use super::linear;
use crate::{
    BlockType, DType, Device, KernelError, Tensor, Weight, WeightData,
    ops::{
        Activation, Epilogue,
        test_epilogue::{ALL, BIAS, PLAIN, Parts, RESIDUAL_INSIDE},
    },
    test_support::{self, Case, F32_CEILING, FileWeight, NARROW_CEILING, random, random_tensor, values},
};

#[derive(Debug)]
struct Linear {
    outer: &'static [usize],
    n: usize,
    k: usize,
    dtype: DType,
    parts: Parts,
}

const fn f32_case(outer: &'static [usize], n: usize, k: usize, parts: Parts) -> Linear {
    Linear { outer, n, k, dtype: DType::F32, parts }
}

const CASES: &[Linear] = &[
    f32_case(&[1], 1, 1, PLAIN),
    f32_case(&[1], 64, 64, PLAIN),
    f32_case(&[64], 1, 64, BIAS),
    f32_case(&[64], 64, 1, BIAS),
    f32_case(&[63], 65, 64, PLAIN),
    f32_case(&[65], 63, 65, PLAIN),
    f32_case(&[64], 64, 63, ALL),
    f32_case(&[129], 130, 127, BIAS),
    f32_case(&[3], 5, 7, ALL),
    f32_case(&[1], 1280, 320, Parts { activation: Activation::Silu, ..BIAS }),
    f32_case(&[2], 320, 1280, BIAS),
    f32_case(&[2, 77], 96, 33, ALL),
    f32_case(&[2, 77], 128, 32, RESIDUAL_INSIDE),
    f32_case(&[2, 3, 5], 67, 66, ALL),
    f32_case(&[1, 77], 3072, 768, Parts { activation: Activation::QuickGelu, ..BIAS }),
    f32_case(&[2, 100], 40, 64, Parts { activation: Activation::Gelu, residual: true, ..BIAS }),
    f32_case(&[300], 8, 512, Parts { activation: Activation::Relu, ..PLAIN }),
    f32_case(&[7], 96, 4096, PLAIN),
    Linear { outer: &[65], n: 63, k: 66, dtype: DType::F16, parts: BIAS },
    Linear { outer: &[2, 77], n: 65, k: 127, dtype: DType::F16, parts: ALL },
    Linear { outer: &[65], n: 63, k: 66, dtype: DType::BF16, parts: BIAS },
    Linear { outer: &[3], n: 5, k: 7, dtype: DType::BF16, parts: ALL },
    Linear { outer: &[65], n: 63, k: 66, dtype: DType::I8, parts: BIAS },
    Linear { outer: &[3], n: 5, k: 7, dtype: DType::I8, parts: ALL },
    Linear { outer: &[1], n: 1280, k: 321, dtype: DType::I8, parts: BIAS },
    Linear { outer: &[2, 130], n: 128, k: 64, dtype: DType::I8, parts: PLAIN },
];

/// For each type of blocks: rows that are whole blocks and such that are not, values one by one and in fours, one
/// workgroup and splits, and the narrow tile. Whatever else there is does not depend on the type.
fn block_cases() -> Vec<Linear> {
    let cases = |block: BlockType| {
        let dtype = DType::Block(block);
        [
            Linear { outer: &[65], n: 63, k: block.values(), dtype, parts: BIAS },
            Linear { outer: &[40], n: 256, k: 7, dtype, parts: PLAIN },
            Linear { outer: &[2, 33], n: 64, k: 36, dtype, parts: ALL },
            Linear { outer: &[2], n: 64, k: 1020, dtype, parts: BIAS },
            Linear { outer: &[5], n: 3, k: 512, dtype, parts: RESIDUAL_INSIDE },
        ]
    };
    let dtype = DType::Block(BlockType::Q5_1);
    let more = [
        Linear { outer: &[2, 33], n: 68, k: 32, dtype, parts: ALL },
        Linear { outer: &[33], n: 128, k: 518, dtype, parts: BIAS },
        Linear { outer: &[130], n: 16, k: 80, dtype, parts: PLAIN },
        Linear { outer: &[3], n: 32, k: 33, dtype, parts: PLAIN },
    ];
    BlockType::ALL.into_iter().flat_map(cases).chain(more).collect()
}

impl Linear {
    fn weight(&self) -> FileWeight {
        FileWeight::random(2, &[self.n, self.k], self.dtype)
    }

    fn out(&self) -> Vec<usize> {
        [self.outer, &[self.n]].concat()
    }
}

impl Case for Linear {
    fn run(&self, device: &Device) -> Result<Tensor, KernelError> {
        let x = random_tensor(device, 1, &[self.outer, &[self.k]].concat())?;
        let w = self.weight().upload(device)?;
        self.parts.with(device, &self.out(), |epilogue| linear(&x, &w, epilogue))
    }

    fn reference(&self) -> Vec<f64> {
        let m: usize = self.outer.iter().product();
        let (x, w) = (random(1, m * self.k), self.weight().values);
        let mut out = vec![0.0; m * self.n];
        for row in 0..m {
            for column in 0..self.n {
                for k in 0..self.k {
                    out[row * self.n + column] +=
                        f64::from(x[row * self.k + k]) * f64::from(w[column * self.k + k]);
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

#[test]
fn gpu_matches_cpu_with_blocks() {
    test_support::gpu_matches_cpu(&block_cases());
}

/// Large enough for the CPU to keep it as it is and to widen it in strips.
#[test]
fn a_large_weight_keeps_its_size_on_the_cpu() -> Result<(), KernelError> {
    let (m, n, k) = (5, 2306, 2048);
    let dtypes = [DType::F16, DType::BF16, DType::I8].into_iter();
    for dtype in dtypes.chain([BlockType::Q8_0, BlockType::Q4_K].map(DType::Block)) {
        let device = Device::cpu();
        let file = FileWeight::random(1, &[n, k], dtype);
        let weight = file.upload(&device)?;
        let scales = if dtype == DType::I8 { n * 4 } else { 0 };
        assert_eq!(device.stats().live_bytes, (file.data().bytes.len() + scales) as u64, "{dtype:?}");
        let x = random_tensor(&device, 2, &[m, k])?;
        let product = |weight: &Weight| values(linear(&x, weight, Epilogue::default())?);
        let wide: Vec<u8> = file.values.iter().flat_map(|x| x.to_le_bytes()).collect();
        let wide = WeightData { shape: &[n, k], dtype: DType::F32, bytes: &wide, scales: None };
        let error = nmse(&product(&weight)?, &product(&device.weight(wide)?)?);
        assert!(error.as_ref().is_ok_and(|&error| error <= F32_CEILING), "{dtype:?}: {error:?}");
    }
    Ok(())
}

#[test]
fn wrong_shapes_are_refused() -> Result<(), KernelError> {
    let device = Device::cpu();
    let w = FileWeight::random(1, &[4, 3], DType::F32).upload(&device)?;
    let filter = FileWeight::random(1, &[4, 3, 1, 1], DType::F32).upload(&device)?;
    let x = device.zeros(&[2, 3])?;
    assert_eq!(linear(&x, &w, Epilogue::default())?.shape(), [2, 4]);
    assert!(matches!(
        linear(&device.zeros(&[2, 4])?, &w, Epilogue::default()),
        Err(KernelError::Shape { op: "linear", .. })
    ));
    assert!(matches!(linear(&x, &filter, Epilogue::default()), Err(KernelError::Shape { .. })));
    for wrong in [
        Epilogue { bias: Some(&x), ..Epilogue::default() },
        Epilogue { residual: Some(&x), ..Epilogue::default() },
    ] {
        assert!(matches!(linear(&x, &w, wrong), Err(KernelError::Shape { .. })));
    }
    let elsewhere = Device::cpu().zeros(&[2, 3])?;
    assert!(matches!(linear(&elsewhere, &w, Epilogue::default()), Err(KernelError::OtherDevice { .. })));
    Ok(())
}
