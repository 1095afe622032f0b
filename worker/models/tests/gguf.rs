//! UNets in GGUF files of two other programs, against what the reference computed with their weights.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;

use std::rc::Rc;

use kernels::Device;
use models::{Taps, UNet, UNetConfig, layout};
use pollster::block_on;
use support::{Golden, assert_close, checkpoint, golden_root, gpu};
use weights::{Checkpoint, MemorySource, OverlayFolder};

const CPU_LIMIT: f64 = 1e-9;
const GPU_LIMIT: f64 = 1e-8;

/// Runs the UNet of a file over the reference's inputs.
async fn check(device: &Device, name: &str, limit: f64) {
    let bytes = std::fs::read(golden_root().join(format!("sd1-gguf/{name}.gguf"))).unwrap();
    let (file_bytes, before) = (bytes.len() as u64, device.stats().live_bytes);
    let mut folder = OverlayFolder::new(Some(checkpoint("sd1")));
    folder.insert("unet.gguf", Rc::new(MemorySource::new(bytes)));
    let opened = Checkpoint::open(Rc::new(folder)).await.unwrap();
    let config = UNetConfig::load(opened.configs(), "unet/config.json").await.unwrap();
    let model = UNet::load(device, &opened.tensors("unet").await.unwrap(), &config).await.unwrap();
    let taken = device.stats().live_bytes - before;
    println!("{name}: {taken} bytes on the device, {file_bytes} in the file");
    // Vectors are widened and buffers rounded up; matrices stay as they are. The CPU device widens all.
    assert!(
        !device.is_gpu() || taken <= file_bytes + file_bytes / 4,
        "{name}: {taken} bytes for {file_bytes}"
    );

    let golden = Golden::read("sd1-gguf", name);
    let (shape, prompts) = golden.floats("encoder_hidden_states");
    let context = model.context(&device.tensor(&shape, &prompts).unwrap()).await.unwrap();
    let timesteps: Vec<f64> = golden.integers("timestep").1.into_iter().map(|t| t as f64).collect();
    let (shape, sample) = golden.floats("sample");
    let sample = layout::upload(device, shape.try_into().unwrap(), &sample).unwrap();
    let output = model.forward(&sample, &timesteps, &context, &Taps::none()).await.unwrap();
    let (_, got) = layout::download(&output).await.unwrap();
    assert_close(name, &got, &golden.floats("output").1, limit);
}

#[test]
fn blocks_of_one_type_on_the_cpu() {
    block_on(check(&Device::cpu(), "unet_q8_0_sdcpp", CPU_LIMIT));
}

#[test]
fn blocks_of_many_types_on_the_cpu() {
    block_on(check(&Device::cpu(), "unet_mixed_comfy", CPU_LIMIT));
}

#[test]
fn blocks_of_one_type_on_the_gpu() {
    block_on(check(&gpu(), "unet_q8_0_sdcpp", GPU_LIMIT));
}

#[test]
fn blocks_of_many_types_on_the_gpu() {
    block_on(check(&gpu(), "unet_mixed_comfy", GPU_LIMIT));
}
