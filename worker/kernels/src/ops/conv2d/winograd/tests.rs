//! Against products of patches, which have their own tests.

use measure::nmse;

use super::*;
use crate::{
    BlockType, DType, Device,
    ops::{Conv, Epilogue, conv2d, conv2d::checked_shape},
    test_support::{F32_CEILING, FileWeight, random, values},
};

/// `[n, h, w, i]` and `o`: whole windows and over the edges, filters and windows of one strip and of several.
const CASES: &[([usize; 4], usize, DType)] = &[
    ([2, 8, 8, 16], 16, DType::F32),
    ([1, 13, 11, 20], 24, DType::F32),
    ([1, 40, 37, 36], 32, DType::F16),
    ([1, 16, 16, 256], 128, DType::F32),
    ([1, 16, 12, 480], 256, DType::Block(BlockType::Q8_0)),
    ([3, 64, 60, 128], 96, DType::I8),
];

#[test]
fn transformed_products_are_the_convolution() -> Result<(), KernelError> {
    let device = Device::cpu();
    let conv = Conv { stride: 1, padding: [1; 4] };
    for &(x_shape, o, dtype) in CASES {
        let file = FileWeight::random(2, &[o, x_shape[3], 3, 3], dtype);
        let weight = file.upload(&device)?;
        let x = random(1, x_shape.iter().product());
        let direct = values(conv2d(&device.tensor(&x_shape, &x)?, &weight, conv, Epilogue::default())?)?;
        let shape = checked_shape(&x_shape, weight.shape(), conv)?;
        assert!(fits(&shape), "{shape:?}");
        let transformed = run(&x, weight.on_cpu("conv2d")?, shape)?;
        let error = nmse(&transformed, &direct);
        assert!(error.as_ref().is_ok_and(|&error| error <= F32_CEILING), "{shape:?}: {error:?}");
    }
    Ok(())
}

#[test]
fn what_does_not_repay_it_is_left_to_others() -> Result<(), KernelError> {
    let shape = |x: [usize; 4], o, stride, padding| {
        checked_shape(&x, &[o, x[3], 3, 3], Conv { stride, padding: [padding; 4] })
    };
    assert!(fits(&shape([1, 16, 16, 64], 64, 1, 1)?));
    assert!(!fits(&shape([1, 16, 16, 64], 64, 2, 1)?), "steps of two");
    assert!(!fits(&shape([1, 16, 16, 64], 64, 1, 0)?), "without a border");
    assert!(!fits(&shape([1, 8, 8, 64], 64, 1, 1)?), "few windows");
    assert!(!fits(&shape([1, 64, 64, 64], 3, 1, 1)?), "few channels");
    assert!(!fits(&shape([1, 64, 64, 66], 64, 1, 1)?), "channels that are not in fours");
    assert!(!fits(&shape([9, 5, 5, 64], 64, 1, 1)?), "too much over the edges");
    Ok(())
}
