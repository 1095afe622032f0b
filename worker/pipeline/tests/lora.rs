//! Whole pipelines with LoRAs against what the reference computed with merged weights, on both devices.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "../../models/tests/support/mod.rs"]
mod support;

use std::{path::PathBuf, rc::Rc};

use kernels::Device;
use pipeline::{
    DecoderChoice, InpaintArea, LoraUse, Model, NoObserver, Output, PipelineError, PromptSyntax, Request,
    generate, source,
};
use pollster::block_on;
use safetensors::{Dtype, tensor::TensorView};
use sampling::{Philox, Replay, SamplerKind, StrengthRule};
use support::{Golden, assert_close, checkpoint, golden_root, gpu};
use weights::{
    DirFolder, Folder, MemoryFolder, MemorySource, Tensors,
    lora::{Lora, LoraPart, module_shapes},
    read_bytes,
};

const CPU_LIMIT: f64 = 1e-6;
const GPU_LIMIT: f64 = 1e-5;
const FOLDING_LIMIT: f64 = 1e-9;

fn lora(path: &str) -> Rc<Lora> {
    open(std::fs::read(golden_root().join("sd1-lora").join(format!("{path}.safetensors"))).unwrap())
}

fn open(bytes: Vec<u8>) -> Rc<Lora> {
    Rc::new(block_on(Lora::open("the file", Rc::new(MemorySource::new(bytes)))).unwrap())
}

fn of(lora: &Rc<Lora>, scale: f64) -> LoraUse {
    LoraUse { lora: lora.clone(), scale }
}

/// The request that every golden was made with, but for the LoRAs.
fn request(golden: &Golden, loras: Vec<LoraUse>) -> Request {
    let metadata = golden.metadata();
    let text = |key: &str| serde_json::from_str::<String>(&metadata[key]).unwrap();
    let number = |key: &str| metadata[key].parse::<f64>().unwrap();
    let picture = std::fs::read(golden_root().join("sd1/golden/source.png")).unwrap();
    Request {
        prompt: text("prompt"),
        negative_prompt: text("negative_prompt"),
        prompt_syntax: PromptSyntax::Plain,
        source: Some(source::decode(&picture).unwrap()),
        mask: None,
        source_fit: pipeline::SourceFit::Stretch,
        mask_feather_px: 0,
        inpaint_area: InpaintArea::Whole,
        strength: number("strength"),
        strength_rule: StrengthRule::Steps,
        steps: number("num_inference_steps") as usize,
        guidance_scale: number("guidance_scale"),
        sampler: SamplerKind::Euler,
        width_px: 128,
        height_px: 128,
        decoder: DecoderChoice::Vae,
        loras,
    }
}

/// Makes the golden's picture and holds it against the golden.
fn check(model: &mut Model, device: &Device, name: &str, loras: Vec<LoraUse>, limit: f64) -> Output {
    let golden = Golden::read("sd1-lora", &format!("img2img_{name}"));
    let mut noise = Replay::new(["noise_00", "noise_01"].map(|name| golden.floats(name).1).to_vec());
    let request = request(&golden, loras);
    let output = block_on(generate(model, device, &request, &mut noise, &mut NoObserver)).unwrap();
    assert_close(&format!("{name} latents"), &output.latents, &golden.floats("latents").1, limit);
    let rows = output.decoded.chunks(128).skip(1).step_by(4);
    let thinned: Vec<f32> = rows.flat_map(|row| row.iter().skip(2).step_by(4)).copied().collect();
    assert_close(&format!("{name} decoded"), &thinned, &golden.floats("decoded_every_4th").1, limit);
    output
}

fn sd1() -> Model {
    block_on(Model::open(checkpoint("sd1"))).unwrap()
}

#[test]
fn scales_and_stacks_on_the_cpu() {
    let (mut model, device) = (sd1(), Device::cpu());
    let (a, b) = (lora("a_kohya"), lora("b_kohya"));
    let mut run = |name: &str, loras| check(&mut model, &device, name, loras, CPU_LIMIT);
    let none = run("none", Vec::new());
    run("a_1", vec![of(&a, 1.0)]);
    run("a_-0.5", vec![of(&a, -0.5)]);
    run("b_1", vec![of(&b, 1.0)]);
    run("a_0.7_b_0.4", vec![of(&a, 0.7), of(&b, 0.4)]);
    assert_eq!(run("a_0", vec![of(&a, 0.0)]), none, "a scale of 0 is not nothing");
    run("a_1", vec![of(&a, 1.0)]);
    assert_eq!(run("none", Vec::new()), none, "something is left of a LoRA that was taken off");
}

#[test]
fn every_layout_gives_the_same_picture() {
    let (mut model, device) = (sd1(), Device::cpu());
    let layouts = ["a_kohya", "a_peft", "a_peft_folded", "a_diffusers_folded"];
    let outputs = layouts.map(|layout| {
        println!("{layout}");
        check(&mut model, &device, "a_0.5", vec![of(&lora(layout), 0.5)], CPU_LIMIT)
    });
    // The folded files were rounded once more: a half of 9 of the 56960 values is no normal float16.
    let [kohya, peft, folded, older] = outputs;
    assert!(kohya == peft && folded == older, "two spellings of the same numbers differ");
    assert_close("folded", &folded.latents, &kohya.latents, FOLDING_LIMIT);
}

#[test]
fn scales_and_stacks_on_the_gpu() {
    let (mut model, device) = (sd1(), gpu());
    let (a, b) = (lora("a_kohya"), lora("b_kohya"));
    check(&mut model, &device, "a_0.5", vec![of(&a, 0.5)], GPU_LIMIT);
    check(&mut model, &device, "a_0.7_b_0.4", vec![of(&a, 0.7), of(&b, 0.4)], GPU_LIMIT);
}

#[test]
fn a_lora_that_does_not_fit_is_refused_before_any_work() {
    let model = sd1();
    let golden = Golden::read("sd1-lora", "img2img_none");
    let check = |lora: &str, scale| model.check(&request(&golden, vec![of(&self::lora(lora), scale)]));
    for (file, expected) in [("wrong_width", "must be [4, 64]"), ("unknown_module", "another model")] {
        let error = check(&format!("malformed/{file}"), 1.0).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    for scale in [f64::NAN, f64::INFINITY, 10.5] {
        assert!(matches!(check("a_kohya", scale), Err(PipelineError::LoraScale { .. })), "{scale}");
    }
    let mut model = model;
    let request = request(&golden, vec![of(&lora("malformed/nan"), 1.0)]);
    let (device, mut noise) = (Device::cpu(), Philox::new(1));
    let run = block_on(generate(&mut model, &device, &request, &mut noise, &mut NoObserver));
    let error = run.unwrap_err().to_string();
    assert!(error.contains("not a finite number") && error.contains("lora_up"), "{error}");
}

fn builtin() -> DirFolder {
    DirFolder::new(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../public/models/builtin"))
}

/// Writes float32 tensors as a safetensors file.
fn write(tensors: &[(String, Vec<usize>, Vec<f32>)]) -> Vec<u8> {
    let bytes: Vec<Vec<u8>> =
        tensors.iter().map(|(.., values)| values.iter().flat_map(|v| v.to_le_bytes()).collect()).collect();
    let views = tensors.iter().zip(&bytes).map(|((name, shape, _), bytes)| {
        (name.clone(), TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap())
    });
    safetensors::serialize(views, None).unwrap()
}

fn numbers(len: usize, seed: usize, size: f32) -> Vec<f32> {
    (0..len).map(|i| ((i * 7 + seed * 13) as f32 * 0.7).sin() * size).collect()
}

/// A LoRA of rank 2 for each module of the built-in model's int8 UNet, and the UNet as float32 with it merged in.
fn for_builtin() -> (Vec<u8>, Vec<u8>) {
    const STEM: &str = "unet/diffusion_pytorch_model";
    let tensors = block_on(Tensors::open_in(&builtin(), STEM)).unwrap();
    let modules = module_shapes(LoraPart::UNet, &tensors);
    let (mut lora, mut merged) = (Vec::new(), Vec::new());
    for (seed, name) in tensors.names().filter(|name| !name.ends_with(".scale")).enumerate() {
        let raw = block_on(tensors.read(name)).unwrap();
        let mut values = raw.to_f32().unwrap();
        let module = name.strip_suffix(".weight").filter(|module| modules.contains_key(*module));
        if let Some(module) = module {
            let (rows, width) = (raw.shape[0], values.len() / raw.shape[0]);
            let down = numbers(2 * width, seed, (width as f32).sqrt().recip());
            let up = numbers(2 * rows, seed + 1, 0.1);
            for (row, up) in values.chunks_exact_mut(width).zip(up.chunks_exact(2)) {
                for (column, value) in row.iter_mut().enumerate() {
                    *value += up[0] * down[column] + up[1] * down[width + column];
                }
            }
            let down_shape = [&[2], &raw.shape[1..]].concat();
            lora.push((format!("unet.{module}.lora_A.weight"), down_shape, down));
            lora.push((format!("unet.{module}.lora_B.weight"), vec![rows, 2], up));
        }
        merged.push((name.to_owned(), raw.shape, values));
    }
    (write(&lora), write(&merged))
}

#[test]
fn a_quantized_model_takes_a_lora_exactly() {
    let (file, merged) = for_builtin();
    let mut folder = MemoryFolder::default();
    for path in ["model_index.json", "scheduler/scheduler_config.json", "unet/config.json", "vae/config.json"]
        .into_iter()
        .chain(["text_encoder/config.json", "text_encoder/model.safetensors"])
        .chain(["vae/diffusion_pytorch_model.safetensors", "tokenizer/tokenizer_config.json"])
        .chain(["tokenizer/special_tokens_map.json"])
    {
        if let Some(bytes) = block_on(read_bytes(&builtin(), path)).unwrap() {
            folder.insert(path, bytes);
        }
    }
    folder.insert("unet/diffusion_pytorch_model.safetensors", merged);
    let run = |folder: Rc<dyn Folder>, loras: Vec<LoraUse>| {
        let mut model = block_on(Model::open(folder)).unwrap();
        let request = Request {
            prompt: "a red apple".to_owned(),
            source: None,
            steps: 3,
            guidance_scale: 3.0,
            sampler: SamplerKind::FlowEuler,
            width_px: 64,
            height_px: 64,
            ..request(&Golden::read("sd1-lora", "img2img_none"), loras)
        };
        let mut noise = Philox::new(4);
        block_on(generate(&mut model, &Device::cpu(), &request, &mut noise, &mut NoObserver)).unwrap()
    };
    let expected = run(Rc::new(folder), Vec::new());
    let got = run(Rc::new(builtin()), vec![of(&open(file), 1.0)]);
    assert_close("built-in with a LoRA", &got.latents, &expected.latents, CPU_LIMIT);
    let plain = run(Rc::new(builtin()), Vec::new());
    assert!(measure::nmse(&plain.latents, &expected.latents).unwrap() > 1e-3, "the LoRA does nothing");
}
