//! Models that were made smaller, opened and run like any other: what the smaller numbers cost, type by type.
//!
//! `cargo nextest run -p pipeline --test quantized --no-capture` prints the figures.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "../../weights/tests/support/mod.rs"]
mod files;
#[path = "../../models/tests/support/mod.rs"]
mod support;

use std::{path::Path, rc::Rc};

use kernels::Device;
use models::{Taps, UNet, UNetConfig, layout};
use pipeline::{LoraUse, Model, NoObserver, Output, Request, generate};
use pollster::block_on;
use sampling::Philox;
use support::{Golden, golden_root};
use weights::{
    Checkpoint, DirFolder, Folder, MemoryFolder, MemorySource, Tensors,
    lora::Lora,
    quantize::{Source, quantize},
};

/// Every type with the most that the UNet's output may differ, as a normalised mean squared error.
const TYPES: [(&str, f64); 11] = [
    ("f16", 1e-9),
    ("q8_0", 2e-3),
    ("q6_k", 1e-2),
    ("q5_1", 2e-2),
    ("q5_k", 3e-2),
    ("q5_0", 3e-2),
    ("q4_1", 1.5e-1),
    ("q4_k", 1e-1),
    ("q4_0", 2e-1),
    ("q3_k", 3e-1),
    ("q2_k", 1.0),
];

fn sd1() -> Rc<dyn Folder> {
    Rc::new(DirFolder::new(golden_root().join("sd1")))
}

fn single() -> Rc<dyn Folder> {
    let mut folder = MemoryFolder::default();
    folder.insert("checkpoint.safetensors", files::file(&files::single(), &[]));
    Rc::new(folder)
}

fn builtin() -> Rc<dyn Folder> {
    Rc::new(DirFolder::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../public/models/builtin")))
}

/// A whole model as one GGUF file.
fn quantized(folder: Rc<dyn Folder>, name: &str) -> Vec<u8> {
    let source = block_on(Source::open(folder)).unwrap();
    let mut file = Vec::new();
    block_on(quantize(&source, name.parse().unwrap(), &mut file, &mut |_, _| {})).unwrap();
    file
}

fn folder_of(gguf: Vec<u8>) -> Rc<dyn Folder> {
    let mut folder = MemoryFolder::default();
    folder.insert("checkpoint.gguf", gguf);
    Rc::new(folder)
}

/// A picture, and what it takes to see a difference in it.
fn run(folder: Rc<dyn Folder>, lora: Option<&Rc<Lora>>) -> Output {
    let mut model = block_on(Model::open(folder)).unwrap();
    let source = image::RgbImage::from_fn(32, 32, |x, y| image::Rgb([8 * x as u8, 8 * y as u8, 99]));
    let request = Request {
        negative_prompt: "rain".to_owned(),
        source: Some(source),
        strength: 0.5,
        // Guidance would multiply what the types cost.
        guidance_scale: 1.0,
        steps: 4,
        width_px: 32,
        height_px: 32,
        loras: lora.map(|lora| LoraUse { lora: lora.clone(), scale: 1.0 }).into_iter().collect(),
        ..Request::suiting(model.profile(), "a tree")
    };
    block_on(generate(&mut model, &Device::cpu(), &request, &mut Philox::new(5), &mut NoObserver)).unwrap()
}

/// What the UNet makes of the reference's inputs.
async fn unet(folder: Rc<dyn Folder>) -> Vec<f32> {
    let device = Device::cpu();
    let opened = Checkpoint::open(folder).await.unwrap();
    let config = UNetConfig::load(opened.configs(), "unet/config.json").await.unwrap();
    let model = UNet::load(&device, &opened.tensors("unet").await.unwrap(), &config).await.unwrap();
    let golden = Golden::read("sd1-gguf", "unet_q8_0_sdcpp");
    let (shape, prompts) = golden.floats("encoder_hidden_states");
    let context = model.context(&device.tensor(&shape, &prompts).unwrap()).await.unwrap();
    let timesteps: Vec<f64> = golden.integers("timestep").1.into_iter().map(|t| t as f64).collect();
    let (shape, sample) = golden.floats("sample");
    let sample = layout::upload(&device, shape.try_into().unwrap(), &sample).unwrap();
    let output = model.forward(&sample, &timesteps, &context, &Taps::none()).await.unwrap();
    layout::download(&output).await.unwrap().1
}

fn open(gguf: Vec<u8>) -> Tensors {
    block_on(Tensors::open(Rc::new(MemorySource::new(gguf)))).unwrap()
}

#[test]
fn each_type_costs_what_it_may() {
    let expected = Golden::read("sd1-gguf", "unet_f32").floats("output").1;
    for (name, ceiling) in TYPES {
        let file = quantized(sd1(), name);
        let bytes = file.len();
        let error = measure::nmse(&block_on(unet(folder_of(file))), &expected).unwrap();
        println!("{name}: nmse {error:.1e}, {bytes} bytes");
        assert!(error <= ceiling, "{name}: {error:.1e}");
    }
}

#[test]
fn halves_make_the_same_picture_to_the_bit() {
    let expected = run(sd1(), None);
    assert_eq!(run(folder_of(quantized(sd1(), "f16")), None), expected);
    assert_eq!(run(folder_of(quantized(single(), "f16")), None), expected);
}

#[test]
fn a_single_file_becomes_what_its_folder_becomes() {
    for name in ["q8_0", "q4_k"] {
        let [folder, file] = [sd1(), single()].map(|model| open(quantized(model, name)));
        // The folder has a tiny autoencoder beside the model's own, the file has not.
        let of_the_model: Vec<&str> = folder.names().filter(|name| !name.starts_with("taesd.")).collect();
        assert!(file.names().eq(of_the_model.iter().copied()), "{name}");
        for tensor in of_the_model {
            assert_eq!(block_on(file.read(tensor)), block_on(folder.read(tensor)), "{name}: {tensor}");
        }
    }
}

#[test]
fn pictures_stay_close() {
    let expected = run(sd1(), None);
    for (name, ceiling) in [("q8_0", 1e-3), ("q4_k", 1.5e-1)] {
        let got = run(folder_of(quantized(single(), name)), None);
        let error = measure::nmse(&got.latents, &expected.latents).unwrap();
        println!("sd1, 4 steps, {name}: nmse {error:.1e}");
        assert!(error <= ceiling, "{name}: {error:.1e}");
    }
}

#[test]
fn the_built_in_model_becomes_blocks() {
    let expected = run(builtin(), None);
    for (name, ceiling) in [("f16", 1e-6), ("q8_0", 1e-3)] {
        let file = quantized(builtin(), name);
        let bytes = file.len();
        let model = block_on(Model::open(folder_of(file.clone()))).unwrap();
        assert_eq!(model.profile(), block_on(Model::open(builtin())).unwrap().profile(), "{name}");
        let got = run(folder_of(file), None);
        assert_eq!(got.latents_shape, expected.latents_shape);
        let error = measure::nmse(&got.latents, &expected.latents).unwrap();
        println!("built-in, {name}: nmse {error:.1e}, {bytes} bytes");
        assert!(error <= ceiling, "{name}: {error:.1e}");
    }
}

#[test]
fn a_lora_moves_a_quantized_model_as_it_moves_halves() {
    let file = std::fs::read(golden_root().join("sd1-lora/a_kohya.safetensors")).unwrap();
    let lora = Rc::new(block_on(Lora::open("a", Rc::new(MemorySource::new(file)))).unwrap());
    let small = quantized(sd1(), "q8_0");
    let moved = |folder: &dyn Fn() -> Rc<dyn Folder>| -> Vec<f32> {
        let (with, without) = (run(folder(), Some(&lora)), run(folder(), None));
        with.latents.iter().zip(&without.latents).map(|(with, without)| with - without).collect()
    };
    let (expected, got) = (moved(&sd1), moved(&|| folder_of(small.clone())));
    assert!(expected.iter().any(|value| value.abs() > 1e-2), "it moves nothing");
    let error = measure::nmse(&got, &expected).unwrap();
    println!("LoRA on q8_0, its change of the latents: nmse {error:.1e}");
    assert!(error <= 5e-2, "{error:.1e}");
}
