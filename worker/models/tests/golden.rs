//! Every model against what the reference computed, on both devices.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;

use kernels::{Device, Tensor};
use models::{ClipText, Taesd, Taps, UNet, Vae, layout};
use pollster::block_on;
use support::{Golden, assert_close, checkpoint, gpu};

const CPU_LIMIT: f64 = 1e-9;
const GPU_LIMIT: f64 = 1e-8;

#[test]
fn text_encoders_on_the_cpu() {
    block_on(async {
        for family in ["sd1", "sd2"] {
            text_encoder(&Device::cpu(), family, CPU_LIMIT).await;
        }
    });
}

#[test]
fn unets_on_the_cpu() {
    block_on(async {
        for family in ["sd1", "sd2", "sd1-inpaint"] {
            unet(&Device::cpu(), family, CPU_LIMIT).await;
        }
    });
}

#[test]
fn autoencoders_on_the_cpu() {
    block_on(async {
        for family in ["sd1", "sd2"] {
            vae(&Device::cpu(), family, CPU_LIMIT).await;
        }
        taesd(&Device::cpu(), CPU_LIMIT).await;
    });
}

#[test]
fn text_encoders_and_unets_on_the_gpu() {
    let device = gpu();
    block_on(async {
        for family in ["sd1", "sd2"] {
            text_encoder(&device, family, GPU_LIMIT).await;
            unet(&device, family, GPU_LIMIT).await;
        }
        unet(&device, "sd1-inpaint", GPU_LIMIT).await;
    });
}

#[test]
fn autoencoders_on_the_gpu() {
    let device = gpu();
    block_on(async {
        for family in ["sd1", "sd2"] {
            vae(&device, family, GPU_LIMIT).await;
        }
        taesd(&device, GPU_LIMIT).await;
    });
}

async fn text_encoder(device: &Device, family: &str, limit: f64) {
    let golden = Golden::read(family, "text");
    let model = ClipText::open(device, checkpoint(family).as_ref(), "text_encoder").await.unwrap();
    let (shape, ids) = golden.integers("ids");
    let prompts: Vec<Vec<u32>> = ids
        .chunks(shape[1])
        .map(|prompt| prompt.iter().map(|&id| u32::try_from(id).unwrap()).collect())
        .collect();
    let hidden = model.forward(&prompts, 0).await.unwrap();
    let (shape, expected) = golden.floats("last_hidden_state");
    assert_eq!(hidden.shape(), shape);
    assert_close(&format!("{family} text"), &hidden.to_vec().await.unwrap(), &expected, limit);
}

async fn unet(device: &Device, family: &str, limit: f64) {
    let model = UNet::open(device, checkpoint(family).as_ref(), "unet").await.unwrap();
    let names = match family {
        "sd1-inpaint" => ["unet", "unet_ragged"],
        _ => ["unet_square", "unet_oblong"],
    };
    for name in names {
        let golden = Golden::read(family, name);
        let inputs = ["sample", "timestep", "encoder_hidden_states", "output"];
        let names = golden.names().into_iter().filter(|name| !inputs.contains(&name.as_str()));
        let tapped: Vec<String> = names.collect();
        assert_eq!(tapped.is_empty(), name == "unet_oblong");
        let taps = Taps::of(tapped.clone());

        let (shape, prompts) = golden.floats("encoder_hidden_states");
        let context = model.context(&device.tensor(&shape, &prompts).unwrap()).await.unwrap();
        let timesteps: Vec<f64> = golden.integers("timestep").1.into_iter().map(|t| t as f64).collect();
        let sample = upload(device, &golden, "sample");
        let output = model.forward(&sample, &timesteps, &context, &taps).await.unwrap();

        let (_, got) = layout::download(&output).await.unwrap();
        assert_close(&format!("{family} {name}"), &got, &golden.floats("output").1, limit);
        for tap in tapped {
            let tensor = taps.get(&tap).unwrap_or_else(|| panic!("{tap} was not recorded"));
            let got = match tensor.shape().len() {
                4 => layout::download(&tensor).await.unwrap().1,
                _ => tensor.to_vec().await.unwrap(),
            };
            assert_close(&format!("{family} {name} {tap}"), &got, &golden.floats(&tap).1, limit);
        }
    }
}

async fn vae(device: &Device, family: &str, limit: f64) {
    let golden = Golden::read(family, "vae");
    let model = Vae::open(device, checkpoint(family).as_ref(), "vae").await.unwrap();
    let moments = model.encode(&upload(device, &golden, "image")).await.unwrap();
    assert_close(&format!("{family} vae mean"), &moments.mean, &golden.floats("mean").1, limit);
    assert_close(&format!("{family} vae logvar"), &moments.logvar, &golden.floats("logvar").1, limit);
    let decoded = model.decode(&upload(device, &golden, "latent")).await.unwrap();
    let (_, got) = layout::download(&decoded).await.unwrap();
    assert_close(&format!("{family} vae decoded"), &got, &golden.floats("decoded").1, limit);
}

async fn taesd(device: &Device, limit: f64) {
    let golden = Golden::read("sd1", "taesd");
    let model = Taesd::open(device, checkpoint("sd1").as_ref(), "taesd").await.unwrap();
    let latents = model.encode(&upload(device, &Golden::read("sd1", "vae"), "image")).await.unwrap();
    let (_, got) = layout::download(&latents).await.unwrap();
    assert_close("taesd latents", &got, &golden.floats("latents").1, limit);
    let decoded = model.decode(&upload(device, &golden, "latent")).await.unwrap();
    let (_, got) = layout::download(&decoded).await.unwrap();
    assert_close("taesd decoded", &got, &golden.floats("decoded").1, limit);
}

fn upload(device: &Device, golden: &Golden, name: &str) -> Tensor {
    let (shape, values) = golden.floats(name);
    layout::upload(device, shape.try_into().unwrap(), &values).unwrap()
}
