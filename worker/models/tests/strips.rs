//! Autoencoders in strips against the same in one piece.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;

use kernels::{Device, Tensor};
use models::{Taesd, Vae, layout};
use pollster::block_on;
use support::{assert_close, checkpoint, golden_root, gpu};

/// What strips may differ by: rounding.
const LIMIT: f64 = 1e-9;

/// A photograph, repeated up to `height` and `width`, in -1..1.
fn photo(device: &Device, [height, width]: [usize; 2]) -> Tensor {
    let bytes = std::fs::read(golden_root().join("../data/cat.png")).unwrap();
    let photo = image::load_from_memory(&bytes).unwrap().into_rgb8();
    let photo = image::imageops::resize(
        &photo,
        u32::try_from(width).unwrap(),
        u32::try_from(height).unwrap(),
        image::imageops::FilterType::Triangle,
    );
    let values: Vec<f32> = photo.as_raw().iter().map(|&byte| f32::from(byte) / 127.5 - 1.0).collect();
    device.tensor(&[1, height, width, 3], &values).unwrap()
}

async fn large(device: &Device, size: [usize; 2], largest_bytes: u64) {
    let picture = photo(device, size);
    let folder = checkpoint("sd1");
    let whole = Vae::open(device, folder.as_ref(), "vae").await.unwrap().with_largest_tensor_bytes(u64::MAX);
    let expected = whole.encode(&picture).await.unwrap();
    let latents = layout::upload(device, expected.shape, &expected.mean).unwrap();
    let decoded = whole.decode(&latents).await.unwrap().to_vec().await.unwrap();

    let strips = whole.with_largest_tensor_bytes(largest_bytes);
    let found = strips.encode(&picture).await.unwrap();
    assert_close("vae mean", &found.mean, &expected.mean, LIMIT);
    assert_close("vae logvar", &found.logvar, &expected.logvar, LIMIT);
    let found = strips.decode(&latents).await.unwrap().to_vec().await.unwrap();
    assert_close("vae decoded", &found, &decoded, LIMIT);
}

async fn tiny(device: &Device, size: [usize; 2], largest_bytes: u64) {
    let picture = photo(device, size);
    let folder = checkpoint("sd1");
    let whole = Taesd::open(device, folder.as_ref(), "taesd").await.unwrap();
    let whole = whole.with_largest_tensor_bytes(u64::MAX);
    let latents = whole.encode(&picture).await.unwrap();
    let expected = latents.to_vec().await.unwrap();
    let decoded = whole.decode(&latents).await.unwrap().to_vec().await.unwrap();

    let strips = whole.with_largest_tensor_bytes(largest_bytes);
    let found = strips.encode(&picture).await.unwrap();
    assert_close("taesd latents", &found.to_vec().await.unwrap(), &expected, LIMIT);
    let found = strips.decode(&latents).await.unwrap().to_vec().await.unwrap();
    assert_close("taesd decoded", &found, &decoded, LIMIT);
}

#[test]
fn large_autoencoder_on_the_cpu() {
    // 6 MiB: ten strips of a picture whose largest activation has 64 MiB.
    block_on(large(&Device::cpu(), [512, 512], 6 << 20));
    // The smallest strips there are, and a height that no halving divides.
    block_on(large(&Device::cpu(), [75, 64], 1));
}

#[test]
fn tiny_autoencoder_on_the_cpu() {
    block_on(tiny(&Device::cpu(), [512, 512], 6 << 20));
    block_on(tiny(&Device::cpu(), [75, 64], 1));
}

#[test]
fn autoencoders_on_the_gpu() {
    let device = gpu();
    block_on(large(&device, [96, 64], 200_000));
    block_on(tiny(&device, [96, 64], 200_000));
}

#[test]
fn strips_take_less_memory() {
    let peak = |largest_bytes: u64| {
        let device = Device::cpu();
        let vae = block_on(Vae::open(&device, checkpoint("sd1").as_ref(), "vae")).unwrap();
        let vae = vae.with_largest_tensor_bytes(largest_bytes);
        let latents = device.tensor(&[1, 32, 32, 4], &[0.5; 32 * 32 * 4]).unwrap();
        block_on(vae.decode(&latents)).unwrap();
        device.stats().peak_bytes
    };
    let (whole, strips) = (peak(u64::MAX), peak(1 << 20));
    println!("a decoder's peak: {whole} bytes whole, {strips} in strips");
    assert!(4 * strips < 3 * whole, "{strips} of {whole} bytes");
}
