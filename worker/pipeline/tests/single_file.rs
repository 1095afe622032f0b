//! A checkpoint in one file makes the picture that its folder makes, to the bit.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "../../models/tests/support/mod.rs"]
mod reference;
#[path = "../../weights/tests/support/mod.rs"]
mod support;

use std::rc::Rc;

use kernels::Device;
use pipeline::{Model, NoObserver, Output, Request, generate, source};
use pollster::block_on;
use reference::{Golden, assert_close};
use sampling::{Philox, Replay, SamplerKind, StrengthRule};
use support::{file, golden, single};
use weights::{DirFolder, Folder, MemoryFolder};

const CPU_LIMIT: f64 = 1e-6;

fn single_file() -> Rc<dyn Folder> {
    let mut folder = MemoryFolder::default();
    folder.insert("checkpoint.safetensors", file(&single(), &[]));
    Rc::new(folder)
}

fn run(folder: Rc<dyn Folder>) -> Output {
    let mut model = block_on(Model::open(folder)).unwrap();
    let source = image::RgbImage::from_fn(32, 32, |x, y| image::Rgb([8 * x as u8, 8 * y as u8, 99]));
    let request = Request {
        negative_prompt: "rain".to_owned(),
        source: Some(source),
        strength: 0.5,
        steps: 4,
        width_px: 32,
        height_px: 32,
        ..Request::suiting(model.profile(), "a tree")
    };
    block_on(generate(&mut model, &Device::cpu(), &request, &mut Philox::new(5), &mut NoObserver)).unwrap()
}

#[test]
fn one_file_makes_the_same_picture() {
    assert_eq!(run(single_file()), run(Rc::new(DirFolder::new(golden().join("sd1")))));
}

#[test]
fn one_file_makes_the_references_picture() {
    let recorded = Golden::read("sd1", "img2img_ddim_0.5");
    let metadata = recorded.metadata();
    let text = |key: &str| serde_json::from_str::<String>(&metadata[key]).unwrap();
    let number = |key: &str| metadata[key].parse::<f64>().unwrap();
    let picture = std::fs::read(golden().join("sd1/golden/source.png")).unwrap();
    let mut model = block_on(Model::open(single_file())).unwrap();
    let request = Request {
        negative_prompt: text("negative_prompt"),
        source: Some(source::decode(&picture).unwrap()),
        strength: number("strength"),
        strength_rule: StrengthRule::Steps,
        steps: number("num_inference_steps") as usize,
        guidance_scale: number("guidance_scale"),
        sampler: SamplerKind::Ddim,
        width_px: 128,
        height_px: 128,
        ..Request::suiting(model.profile(), text("prompt"))
    };
    let mut noise = Replay::new(["noise_00", "noise_01"].map(|name| recorded.floats(name).1).to_vec());
    let output =
        block_on(generate(&mut model, &Device::cpu(), &request, &mut noise, &mut NoObserver)).unwrap();
    assert_close("latents", &output.latents, &recorded.floats("latents").1, CPU_LIMIT);
}
