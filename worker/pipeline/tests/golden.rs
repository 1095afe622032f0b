//! Whole pipelines against what the reference computed, on both devices.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "../../models/tests/support/mod.rs"]
mod support;

use image::{GrayImage, RgbImage};
use kernels::Device;
use pipeline::{DecoderChoice, InpaintArea, Model, NoObserver, PromptSyntax, Request, generate, source};
use pollster::block_on;
use sampling::{Replay, SamplerKind, StrengthRule};
use support::{Golden, assert_close, checkpoint, golden_root, gpu};

const CPU_LIMIT: f64 = 1e-6;
const GPU_LIMIT: f64 = 1e-5;

const STRENGTHS: [&str; 5] = ["0.1", "0.3", "0.5", "0.7", "1.0"];

#[test]
fn text_to_image_on_the_cpu() {
    block_on(check_family(&Device::cpu(), "sd1", &text_to_image(), CPU_LIMIT));
    block_on(check_family(&Device::cpu(), "sd2", &text_to_image(), CPU_LIMIT));
}

#[test]
fn image_to_image_on_the_cpu_sd1() {
    block_on(check_family(&Device::cpu(), "sd1", &image_to_image(), CPU_LIMIT));
}

#[test]
fn image_to_image_on_the_cpu_sd2() {
    block_on(check_family(&Device::cpu(), "sd2", &image_to_image(), CPU_LIMIT));
}

#[test]
fn inpainting_on_the_cpu() {
    for family in ["sd1", "sd2"] {
        block_on(check_family(&Device::cpu(), family, &inpainting(), CPU_LIMIT));
    }
}

#[test]
fn inpainting_models_on_the_cpu() {
    block_on(check_family(&Device::cpu(), "sd1-inpaint", &inpainting_model(), CPU_LIMIT));
}

#[test]
fn inpainting_models_on_the_gpu() {
    let device = gpu();
    let few = ["inpaint_ddim_0.5", "inpaint_ragged_1.0"];
    let names = gpu_cases(&device, &few, inpainting_model());
    block_on(check_family(&device, "sd1-inpaint", &names, GPU_LIMIT));
}

#[test]
fn pipelines_on_the_gpu_sd1() {
    let device = gpu();
    let few = [
        "img2img_ddim_0.1",
        "img2img_euler_0.3",
        "img2img_ddim_0.5",
        "img2img_euler_0.7",
        "img2img_ddim_1.0",
        "img2img_noguidance_0.5",
        "img2img_dpmpp_2m_0.5",
    ];
    block_on(check_family(&device, "sd1", &gpu_cases(&device, &few, plain()), GPU_LIMIT));
}

#[test]
fn pipelines_on_the_gpu_sd2() {
    let device = gpu();
    let few = [
        "txt2img_euler",
        "img2img_euler_0.1",
        "img2img_ddim_0.3",
        "img2img_euler_0.5",
        "img2img_ddim_0.7",
        "img2img_euler_1.0",
        "img2img_euler_ancestral_0.6",
    ];
    block_on(check_family(&device, "sd2", &gpu_cases(&device, &few, plain()), GPU_LIMIT));
}

/// All pipelines; but on an emulated GPU, where all of them take ten minutes, only `few`: between the two families,
/// DDIM and Euler at each strength, and the others once.
fn gpu_cases(device: &Device, few: &[&str], all: Vec<String>) -> Vec<String> {
    const FORCE: &str = "PALIMPSEST_ALL_GPU_CASES";
    if device.is_software_adapter() && std::env::var_os(FORCE).is_none() {
        println!("{} is emulated: only {few:?} run; set {FORCE} to run all", device.name());
        return few.iter().map(ToString::to_string).collect();
    }
    all
}

/// Every pipeline of a model that knows nothing of masks.
fn plain() -> Vec<String> {
    [text_to_image(), image_to_image(), inpainting()].concat()
}

/// Every pipeline of an inpainting model.
fn inpainting_model() -> Vec<String> {
    let names = [
        "ddim_0.5",
        "ddim_1.0",
        "ddim_other_prompt",
        "euler_0.7",
        "euler_1.0",
        "euler_noguidance",
        "ragged_1.0",
    ];
    names.map(|name| format!("inpaint_{name}")).to_vec()
}

fn text_to_image() -> Vec<String> {
    ["ddim", "euler", "dpmpp_2m"].map(|sampler| format!("txt2img_{sampler}")).to_vec()
}

fn image_to_image() -> Vec<String> {
    let of = |sampler: &'static str| STRENGTHS.map(|strength| format!("img2img_{sampler}_{strength}"));
    let single = ["img2img_euler_ancestral_0.6", "img2img_noguidance_0.5"].map(str::to_owned);
    [of("ddim").as_slice(), &of("euler"), &of("dpmpp_2m"), &single].concat()
}

fn inpainting() -> Vec<String> {
    ["ddim", "euler", "dpmpp_2m"].map(|sampler| format!("inpaint_{sampler}_0.8")).to_vec()
}

async fn check_family(device: &Device, family: &str, names: &[String], limit: f64) {
    let mut model = Model::open(checkpoint(family)).await.unwrap();
    for name in names {
        let golden = Golden::read(family, name);
        let mut draws: Vec<String> =
            golden.names().into_iter().filter(|name| name.starts_with("noise_")).collect();
        draws.sort();
        let mut noise = Replay::new(draws.iter().map(|name| golden.floats(name).1).collect());
        let request = request(family, name, &golden);
        let output = generate(&mut model, device, &request, &mut noise, &mut NoObserver).await.unwrap();

        let (shape, latents) = golden.floats("latents");
        assert_eq!(output.latents_shape.to_vec(), shape);
        assert_close(&format!("{family} {name} latents"), &output.latents, &latents, limit);
        let (shape, decoded) = golden.floats("decoded_every_4th");
        let [_, _, height, width] = output.decoded_shape;
        assert_eq!(shape, [1, 3, height / 4, width / 4]);
        let thinned = every_4th(&output.decoded, width);
        assert_close(&format!("{family} {name} decoded"), &thinned, &decoded, limit);
    }
}

/// The request that a golden file was made with, from its name and metadata.
fn request(family: &str, name: &str, golden: &Golden) -> Request {
    let metadata = golden.metadata();
    let text = |key: &str| serde_json::from_str::<String>(&metadata[key]).unwrap();
    let number = |key: &str| metadata.get(key).map(|value| value.parse::<f64>().unwrap());
    let side = |key: &str| number(key).unwrap_or(128.0) as u32;
    let (width_px, height_px) = (side("width"), side("height"));
    let picture = |what: &str| {
        let folder = golden_root().join(family).join("golden");
        let of_size = folder.join(format!("{what}_{width_px}x{height_px}.png"));
        let path = if of_size.exists() { of_size } else { folder.join(format!("{what}.png")) };
        source::decode(&std::fs::read(path).unwrap()).unwrap()
    };
    let source: Option<RgbImage> = (!name.starts_with("txt2img")).then(|| picture("source"));
    let mask: Option<GrayImage> =
        name.starts_with("inpaint").then(|| image::DynamicImage::from(picture("mask")).into_luma8());
    Request {
        prompt: text("prompt"),
        negative_prompt: text("negative_prompt"),
        prompt_syntax: PromptSyntax::Plain,
        source,
        mask,
        source_fit: pipeline::SourceFit::Stretch,
        mask_feather_px: 0,
        inpaint_area: InpaintArea::Whole,
        strength: number("strength").unwrap_or(1.0),
        strength_rule: StrengthRule::Steps,
        steps: number("num_inference_steps").unwrap() as usize,
        guidance_scale: number("guidance_scale").unwrap(),
        sampler: sampler_in(name),
        width_px,
        height_px,
        decoder: DecoderChoice::Vae,
        loras: Vec::new(),
    }
}

/// The sampler that a golden file is named after, if any: the longest name, for some are part of others.
fn sampler_in(name: &str) -> SamplerKind {
    let named = |kind: &SamplerKind| name.contains(&kind.name().replace('-', "_"));
    let found = SamplerKind::ALL.into_iter().filter(named).max_by_key(|kind| kind.name().len());
    found.unwrap_or(SamplerKind::Euler)
}

/// `decoded[:, :, 1::4, 2::4]`
fn every_4th(decoded: &[f32], width: usize) -> Vec<f32> {
    let rows = decoded.chunks(width).skip(1).step_by(4);
    rows.flat_map(|row| row.iter().skip(2).step_by(4)).copied().collect()
}
