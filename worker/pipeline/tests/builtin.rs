//! The built-in model against what PyTorch computes with the same files, int8 weights and all.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "../../models/tests/support/mod.rs"]
mod support;

use std::{path::PathBuf, rc::Rc};

use kernels::Device;
use models::{ClipText, Taps, UNet, layout};
use pipeline::{DecoderChoice, InpaintArea, Model, NoObserver, PromptSyntax, Request, generate};
use pollster::block_on;
use sampling::{Replay, SamplerKind, StrengthRule};
use support::{Golden, assert_close, gpu};
use weights::{DirFolder, Folder};

#[test]
fn networks_and_pipeline_on_the_cpu() {
    block_on(networks(&Device::cpu(), 1e-9));
    block_on(pipeline(&Device::cpu(), 1e-6));
}

#[test]
fn networks_on_the_gpu() {
    block_on(networks(&gpu(), 1e-8));
}

#[test]
fn pipeline_on_the_gpu() {
    block_on(pipeline(&gpu(), 1e-5));
}

fn folder() -> Rc<dyn Folder> {
    let repository = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    Rc::new(DirFolder::new(repository.join("public/models/builtin")))
}

fn golden() -> Golden {
    Golden::read_file("builtin/golden.safetensors")
}

/// Text encoder and denoiser, each by itself.
async fn networks(device: &Device, limit: f64) {
    let (golden, folder) = (golden(), folder());
    let text = ClipText::open(device, folder.as_ref(), "text_encoder").await.unwrap();
    let (shape, ids) = golden.integers("ids");
    let prompts =
        ids.chunks(shape[1]).map(|prompt| prompt.iter().map(|&id| id as u32).collect()).collect::<Vec<_>>();
    let hidden = text.forward(&prompts, 0).await.unwrap();
    let (shape, expected) = golden.floats("text");
    assert_close("built-in text", &hidden.to_vec().await.unwrap(), &expected, limit);

    let unet = UNet::open(device, folder.as_ref(), "unet").await.unwrap();
    let context = unet.context(&device.tensor(&shape, &expected).unwrap()).await.unwrap();
    let (shape, sample) = golden.floats("unet_sample");
    let sample = layout::upload(device, shape.try_into().unwrap(), &sample).unwrap();
    let timestep = f64::from(golden.floats("unet_timestep").1[0]);
    let output = unet.forward(&sample, &[timestep; 2], &context, &Taps::none()).await.unwrap();
    let (_, got) = layout::download(&output).await.unwrap();
    assert_close("built-in unet", &got, &golden.floats("unet_output").1, limit);
}

/// From the prompt to the picture.
async fn pipeline(device: &Device, limit: f64) {
    let golden = golden();
    let metadata = golden.metadata();
    let request = Request {
        prompt: serde_json::from_str(&metadata["prompt"]).unwrap(),
        negative_prompt: String::new(),
        prompt_syntax: PromptSyntax::Plain,
        source: None,
        mask: None,
        source_fit: pipeline::SourceFit::Stretch,
        mask_feather_px: 0,
        inpaint_area: InpaintArea::Whole,
        strength: 1.0,
        strength_rule: StrengthRule::AllSteps,
        steps: metadata["steps"].parse().unwrap(),
        guidance_scale: metadata["guidance"].parse().unwrap(),
        sampler: SamplerKind::FlowEuler,
        width_px: 128,
        height_px: 128,
        decoder: DecoderChoice::Vae,
        loras: Vec::new(),
    };
    let mut noise = Replay::new(vec![golden.floats("noise").1]);
    let mut model = Model::open(folder()).await.unwrap();
    let output = generate(&mut model, device, &request, &mut noise, &mut NoObserver).await.unwrap();
    assert_close("built-in latents", &output.latents, &golden.floats("latents").1, limit);
    assert_close("built-in decoded", &output.decoded, &golden.floats("decoded").1, limit);
}
