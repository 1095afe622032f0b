//! What the GPU device promises beyond arithmetic: batches, reuse of buffers, limits, cancellation and loss.

use kernels::{
    BlockType, DType, Device, GpuOptions, KernelError, Stats, WeightData,
    ops::{Epilogue, add, attention, linear, scale_shift},
};
use pollster::block_on;

/// 128 MiB, the largest binding of every WebGPU device.
const BINDING_BYTES: u64 = 128 << 20;

/// These tests need a GPU, real or emulated (Mesa's lavapipe will do).
fn gpu(default_limits: bool) -> Result<Device, KernelError> {
    block_on(Device::gpu(GpuOptions { default_limits, ..GpuOptions::default() }))
}

#[test]
fn a_long_chain_runs_in_batches_and_reuses_buffers() -> Result<(), KernelError> {
    let device = gpu(false)?;
    let mut x = device.tensor(&[1000], &vec![1.0; 1000])?;
    for _ in 0..200 {
        x = scale_shift(&x, 1.0, 1.0)?;
        block_on(device.checkpoint())?;
    }
    assert_eq!(block_on(x.to_vec())?, vec![201.0; 1000]);
    let stats = device.stats();
    assert_eq!((stats.dispatches, stats.pipelines), (200, 1));
    assert!((4..=10).contains(&stats.submits), "{stats:?}");
    assert!(stats.peak_bytes < 32 << 10, "two buffers are enough for a chain: {stats:?}");
    Ok(())
}

#[test]
fn an_upload_never_overtakes_work_that_reads_the_old_values() -> Result<(), KernelError> {
    let device = gpu(false)?;
    let mut sums = Vec::new();
    for round in 0..20u8 {
        // The first operand's buffer goes back to the pool while the addition is only recorded.
        let a = device.tensor(&[300], &[f32::from(round); 300])?;
        sums.push(add(&a, &a)?);
    }
    for (round, sum) in (0..20u8).zip(sums) {
        assert_eq!(block_on(sum.to_vec())?, [f32::from(round) * 2.0; 300]);
    }
    Ok(())
}

#[test]
fn zeros_are_zero_in_a_buffer_that_was_used_before() -> Result<(), KernelError> {
    let device = gpu(false)?;
    for _ in 0..3 {
        let zeros = device.zeros(&[77])?;
        assert_eq!(block_on(zeros.to_vec())?, [0.0; 77]);
        drop(scale_shift(&zeros, 1.0, 5.0)?);
    }
    Ok(())
}

#[test]
fn a_dropped_weight_is_freed() -> Result<(), KernelError> {
    let device = gpu(false)?;
    let before = device.stats().live_bytes;
    let bytes = vec![0; 1 << 20];
    let data = WeightData { shape: &[256, 1024], dtype: DType::F32, bytes: &bytes, scales: None };
    let weight = device.weight(data)?;
    assert_eq!(device.stats().live_bytes, before + (1 << 20));
    let x = device.zeros(&[1, 1024])?;
    let y = linear(&x, &weight, Epilogue::default())?;
    drop(weight);
    assert_eq!(block_on(y.to_vec())?, [0.0; 256]);
    assert!(device.stats().live_bytes < before + (1 << 20));
    assert!(device.stats().peak_bytes >= before + (1 << 20));
    Ok(())
}

#[test]
fn default_limits_refuse_a_tensor_that_no_kernel_could_see() -> Result<(), KernelError> {
    let device = gpu(true)?;
    let error = device.zeros(&[(BINDING_BYTES / 4) as usize + 1]).expect_err("it is too large");
    let expected = KernelError::TooLarge {
        what: "a tensor".to_owned(),
        bytes: BINDING_BYTES + 4,
        limit_bytes: BINDING_BYTES,
    };
    assert_eq!(error, expected);
    Ok(())
}

#[test]
fn default_limits_are_enough_for_a_product_in_slices() -> Result<(), KernelError> {
    let device = gpu(true)?;
    let ones: Vec<u8> = vec![1; 64 * 4096];
    let scales = [0.5; 64];
    let data = WeightData { shape: &[64, 4096], dtype: DType::I8, bytes: &ones, scales: Some(&scales) };
    let x = device.tensor(&[2, 4096], &vec![1.0; 2 * 4096])?;
    let y = linear(&x, &device.weight(data)?, Epilogue::default())?;
    assert_eq!(block_on(y.to_vec())?, vec![2048.0; 128]);
    assert_eq!(device.stats().dispatches, 1, "slices are added up within a workgroup");
    Ok(())
}

/// Peak and dispatches of a chain that a large weight goes through.
fn chain(options: GpuOptions) -> Result<Stats, KernelError> {
    let device = block_on(Device::gpu(options))?;
    let bytes = vec![0x3c; (2 << 20) + (64 << 10)];
    let data = WeightData { shape: &[1024, 1056], dtype: DType::F16, bytes: &bytes, scales: None };
    let x = device.tensor(&[3, 1056], &vec![1.0; 3 * 1056])?;
    let mut y = linear(&x, &device.weight(data)?, Epilogue::default())?;
    for _ in 0..100 {
        y = add(&y, &device.zeros(&[3, 1024])?)?;
        block_on(device.checkpoint())?;
    }
    let is_zero = block_on(y.to_vec())?.iter().all(|&y| y == 0.0);
    assert_eq!(is_zero, options.dry_run);
    Ok(device.stats())
}

#[test]
fn a_dry_run_takes_the_memory_of_a_real_one() -> Result<(), KernelError> {
    let real = chain(GpuOptions::default())?;
    let dry = chain(GpuOptions { dry_run: true, ..GpuOptions::default() })?;
    assert_eq!(dry.bind_groups, 0);
    // How often is submitted depends on measured times.
    let Stats { submits, bind_groups, .. } = real;
    assert_eq!(Stats { submits, bind_groups, ..dry }, real);
    Ok(())
}

#[test]
fn a_rehearsal_touches_nothing_and_tells_what_to_compile() -> Result<(), KernelError> {
    let device = gpu(false)?;
    let untouched = device.stats();
    let twin = device.rehearsal().expect("a GPU has one");
    assert!(twin.is_rehearsal() && !device.is_rehearsal() && twin.rehearsal().is_none());
    let work = |device: &Device, bytes: &[u8]| {
        let data = WeightData { shape: &[4096, 4096], dtype: DType::F32, bytes, scales: None };
        let x = device.tensor(&[8, 4096], &vec![1.0; 8 * 4096])?;
        let y = linear(&x, &device.weight(data)?, Epilogue::default())?;
        block_on(add(&y, &y)?.to_vec())
    };
    assert!(work(&twin, &[])?.iter().all(|&y| y == 0.0));
    assert!(twin.stats().peak_bytes < 4096, "a weight of 64 MiB has a stand-in: {:?}", twin.stats());
    assert_eq!(device.stats(), untouched);
    let mut told = Vec::new();
    block_on(device.compile_for(&twin, &mut |done, total| told.push((done, total))))?;
    assert_eq!(told, [(0, 2), (1, 2), (2, 2)]);
    assert!(work(&device, &vec![0; 4096 * 4096 * 4])?.iter().all(|&y| y == 0.0));
    assert_eq!(device.stats().pipelines, 2, "nothing is compiled later");
    block_on(device.compile_for(&twin, &mut |_, _| panic!("there is nothing left to do")))
}

#[test]
fn compiling_for_a_gpu_stops_when_it_is_cancelled() -> Result<(), KernelError> {
    let device = gpu(false)?;
    let twin = device.rehearsal().expect("a GPU has one");
    let x = twin.zeros(&[64])?;
    for sum in [add(&x, &x)?, scale_shift(&x, 2.0, 1.0)?] {
        block_on(sum.to_vec())?;
    }
    device.cancel_token().cancel();
    assert_eq!(block_on(twin.checkpoint()), Err(KernelError::Cancelled), "they share the token");
    assert_eq!(block_on(device.compile_for(&twin, &mut |_, _| {})), Err(KernelError::Cancelled));
    assert_eq!(device.stats().pipelines, 1, "what was compiled is kept");
    device.cancel_token().reset();
    block_on(device.compile_for(&twin, &mut |_, _| {}))?;
    assert_eq!(device.stats().pipelines, 2);
    Ok(())
}

#[test]
fn a_weight_in_blocks_takes_its_size_in_whole_words() -> Result<(), KernelError> {
    let device = gpu(false)?;
    for (block, bytes) in [(BlockType::Q4_K, 144 * 512), (BlockType::Q6_K, 212 * 512)] {
        let before = device.stats().live_bytes;
        let file = vec![0; 512 * block.bytes()];
        let data = WeightData { shape: &[512, 256], dtype: DType::Block(block), bytes: &file, scales: None };
        let weight = device.weight(data)?;
        assert_eq!(device.stats().live_bytes, before + bytes, "{block}");
        drop(weight);
        block_on(device.zeros(&[1])?.to_vec())?;
        assert!(device.stats().live_bytes < before + 1024, "{block}");
    }
    Ok(())
}

#[test]
fn a_set_token_cancels_at_the_next_checkpoint() -> Result<(), KernelError> {
    let device = gpu(false)?;
    device.cancel_token().cancel();
    assert_eq!(block_on(device.checkpoint()), Err(KernelError::Cancelled));
    device.cancel_token().reset();
    block_on(device.checkpoint())
}

#[test]
fn a_lost_device_says_so_everywhere() -> Result<(), KernelError> {
    let device = gpu(false)?;
    let x = device.tensor(&[4], &[1.0; 4])?;
    let y = scale_shift(&x, 2.0, 0.0)?;
    device.destroy();
    assert!(device.is_lost());
    let is_loss = |result: Result<(), KernelError>| matches!(result, Err(KernelError::DeviceLost { .. }));
    assert!(is_loss(block_on(y.to_vec()).map(drop)));
    assert!(is_loss(block_on(device.checkpoint())));
    assert!(is_loss(add(&x, &x).map(drop)));
    assert!(is_loss(device.tensor(&[4], &[1.0; 4]).map(drop)));
    // A new device works.
    let device = gpu(false)?;
    assert_eq!(block_on(device.tensor(&[2], &[1.0, 2.0])?.to_vec())?, [1.0, 2.0]);
    Ok(())
}

/// What a network would do: a large product, a small one, and attention.
fn some_work(device: &Device) -> Result<Vec<u32>, KernelError> {
    let x = device.tensor(&[8, 128, 64], &vec![0.5; 8 * 128 * 64])?;
    let bytes: Vec<u8> = (0..640 * 64).flat_map(|at| ((at % 97) as f32 / 97.0).to_le_bytes()).collect();
    let w =
        device.weight(WeightData { shape: &[640, 64], dtype: DType::F32, bytes: &bytes, scales: None })?;
    let y = linear(&x, &w, Epilogue::default())?;
    let y = attention(&y, &y, &y, 16, false)?;
    Ok(block_on(y.to_vec())?.into_iter().map(f32::to_bits).collect())
}

#[test]
fn a_gpu_is_tuned_once_and_results_stay_the_same_to_the_bit() -> Result<(), KernelError> {
    let device = gpu(false)?;
    let before = some_work(&device)?;
    assert!(device.tuned().is_empty());
    let mut measured = 0;
    while block_on(device.tune())? {
        measured += 1;
    }
    assert_eq!(measured, 2, "the product and the attention");
    assert_eq!(device.tuned().len(), 2, "{:?}", device.tuned());
    assert_eq!(some_work(&device)?, before);
    assert!(!block_on(device.tune())?, "measured once");

    let later = gpu(false)?;
    later.recall_tuned(device.tuned());
    assert_eq!(some_work(&later)?, before);
    assert!(!block_on(later.tune())?, "measured at an earlier visit");
    Ok(())
}

#[test]
fn a_cancelled_measurement_can_be_made_later() -> Result<(), KernelError> {
    let device = gpu(false)?;
    some_work(&device)?;
    device.cancel_token().cancel();
    assert!(matches!(block_on(device.tune()), Err(KernelError::Cancelled)));
    device.cancel_token().reset();
    some_work(&device)?;
    assert!(block_on(device.tune())?);
    Ok(())
}

#[test]
fn there_is_nothing_to_tune_on_the_cpu_and_before_any_work() -> Result<(), KernelError> {
    assert!(!block_on(Device::cpu().tune())?);
    assert!(!block_on(gpu(false)?.tune())?);
    Ok(())
}
