//! Devices, tensors and weights by themselves; the operators have their own tests.

use crate::{BlockType, CancelToken, DType, Device, KernelError, WeightData, ops, test_support::values};

#[test]
fn tensors_hold_what_they_were_given() -> Result<(), KernelError> {
    let device = Device::cpu();
    let tensor = device.tensor(&[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?;
    let reshaped = tensor.reshape(&[3, 1, 2])?;
    assert_eq!(reshaped.shape(), [3, 1, 2]);
    assert_eq!(values(reshaped)?, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(values(device.zeros(&[2])?)?, [0.0, 0.0]);
    assert!(tensor.device().is_same(&device) && !device.is_gpu());
    Ok(())
}

#[test]
fn impossible_shapes_are_refused() -> Result<(), KernelError> {
    let device = Device::cpu();
    let shapes: [&[usize]; 5] = [&[], &[0], &[2, 0, 3], &[4], &[usize::MAX, 2]];
    for shape in shapes {
        assert!(matches!(device.tensor(shape, &[0.0; 3]), Err(KernelError::Shape { .. })), "{shape:?}");
        assert!(matches!(device.zeros(&[3])?.reshape(shape), Err(KernelError::Shape { .. })), "{shape:?}");
    }
    assert!(matches!(device.zeros(&[0]), Err(KernelError::Shape { .. })));
    Ok(())
}

#[test]
fn weights_must_be_whole() {
    let device = Device::cpu();
    let weight = |shape: &[usize], dtype, bytes: usize, scales: Option<&[f32]>| {
        device.weight(WeightData { shape, dtype, bytes: &vec![0; bytes], scales })
    };
    assert!(weight(&[2, 3], DType::F32, 24, None).is_ok());
    assert!(weight(&[2, 3], DType::I8, 6, Some(&[1.0, 2.0])).is_ok());
    assert!(weight(&[2, 16], DType::Block(BlockType::Q8_0), 34, None).is_ok());
    let wrong = [
        weight(&[2, 3], DType::F32, 23, None),
        weight(&[2, 3], DType::F16, 24, None),
        weight(&[2, 3], DType::I8, 6, None),
        weight(&[2, 3], DType::I8, 6, Some(&[1.0])),
        weight(&[2, 3], DType::BF16, 12, Some(&[1.0, 2.0])),
        weight(&[2, 17], DType::Block(BlockType::Q8_0), 34, None),
        weight(&[2, 32], DType::Block(BlockType::Q8_0), 34, None),
        weight(&[2, 128], DType::Block(BlockType::Q4_K), 144, Some(&[1.0, 2.0])),
        weight(&[6], DType::F32, 24, None),
        weight(&[0, 3], DType::F32, 0, None),
        weight(&[usize::MAX / 2, 2], DType::F32, 8, None),
    ];
    for result in wrong {
        assert!(matches!(result, Err(KernelError::Shape { op: "weight", .. })), "{result:?}");
    }
}

#[test]
fn a_checkpoint_fails_while_the_token_is_set() {
    let device = Device::cpu();
    let token: CancelToken = device.clone().cancel_token();
    assert_eq!(pollster::block_on(device.checkpoint()), Ok(()));
    token.cancel();
    assert_eq!(pollster::block_on(device.checkpoint()), Err(KernelError::Cancelled));
    token.reset();
    assert_eq!(pollster::block_on(device.checkpoint()), Ok(()));
}

#[test]
fn memory_is_on_the_books_while_it_lives() -> Result<(), KernelError> {
    let device = Device::cpu();
    let a = device.tensor(&[4], &[1.0; 4])?;
    let clone = a.reshape(&[2, 2])?;
    let sum = ops::add(&a, &a)?;
    assert_eq!(device.stats().live_bytes, 32);
    assert_eq!((device.stats().bytes_uploaded, device.stats().dispatches), (16, 1));
    drop((a, sum));
    assert_eq!(device.stats().live_bytes, 16);
    drop(clone);
    assert_eq!((device.stats().live_bytes, device.stats().peak_bytes), (0, 32));
    Ok(())
}
