use std::path::Path;

use kernels::Device;
use pollster::block_on;
use sampling::{Philox, SamplerKind, StrengthRule};
use weights::{DirFolder, MemorySource, lora::Lora};

use super::*;
use crate::{InpaintArea, NoObserver, PromptSyntax, Request, generate};

fn open(folder: &str) -> Result<Model, PipelineError> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    block_on(Model::open(Rc::new(DirFolder::new(path))))
}

fn request(decoder: DecoderChoice) -> Request {
    Request {
        prompt: "a tree".to_owned(),
        negative_prompt: String::new(),
        prompt_syntax: PromptSyntax::Plain,
        source: Some(image::RgbImage::new(16, 16)),
        mask: None,
        source_fit: crate::SourceFit::Stretch,
        mask_feather_px: 0,
        inpaint_area: InpaintArea::Whole,
        strength: 0.5,
        strength_rule: StrengthRule::Steps,
        steps: 2,
        guidance_scale: 2.0,
        sampler: SamplerKind::Euler,
        width_px: 16,
        height_px: 16,
        decoder,
        loras: Vec::new(),
    }
}

#[test]
fn parts_of_a_large_model_take_turns() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/sd1-lora/a_kohya.safetensors");
    let file = MemorySource::new(std::fs::read(path).unwrap());
    let lora = Rc::new(block_on(Lora::open("a", Rc::new(file))).unwrap());
    let run = |is_small: bool| {
        let device = Device::cpu();
        let mut model = open("tests/golden/sd1").unwrap();
        assert!(model.loaded.is_small, "a small model stays loaded");
        model.loaded = Parts::new(is_small);
        let loras = vec![LoraUse { lora: lora.clone(), scale: 0.8 }];
        let (request, mut noise) = (Request { loras, ..request(DecoderChoice::Taesd) }, Philox::new(5));
        let output = block_on(generate(&mut model, &device, &request, &mut noise, &mut NoObserver)).unwrap();
        let live_bytes = device.stats().live_bytes;
        model.unload();
        assert!(device.stats().live_bytes < live_bytes);
        (output, live_bytes)
    };
    let ((kept, kept_bytes), (turns, turns_bytes)) = (run(true), run(false));
    assert_eq!(kept, turns);
    assert!(2 * turns_bytes < kept_bytes, "{turns_bytes} of {kept_bytes} bytes are still loaded");
}

/// A prompt is encoded once; another one, other LoRAs, or a device that is new are not the same.
#[test]
fn prompts_that_were_encoded_are_known() {
    let (device, elsewhere) = (Device::cpu(), Device::cpu());
    let mut model = open("tests/golden/sd1").unwrap();
    let mut dispatches = |device: &Device, prompt: &str, guidance_scale: f64| {
        let before = device.stats().dispatches;
        let plain = request(DecoderChoice::Taesd);
        let request = Request { prompt: prompt.to_owned(), guidance_scale, ..plain };
        let output =
            block_on(generate(&mut model, device, &request, &mut Philox::new(5), &mut NoObserver)).unwrap();
        (output, device.stats().dispatches - before)
    };
    let (first, with_encoder) = dispatches(&device, "a tree", 2.0);
    let (second, without) = dispatches(&device, "a tree", 2.0);
    assert_eq!(first, second);
    assert!(without < with_encoder, "{without} of {with_encoder} operators");
    for (prompt, guidance, what) in [("a lake", 2.0, "another prompt"), ("a tree", 1.0, "no negative prompt")]
    {
        let (_, first) = dispatches(&device, prompt, guidance);
        let (_, second) = dispatches(&device, prompt, guidance);
        assert!(second < first, "{what} is encoded, once");
    }
    assert_eq!(dispatches(&device, "a tree", 2.0), (first.clone(), without), "still known");
    assert_eq!(dispatches(&elsewhere, "a tree", 2.0), (first, with_encoder), "on another device");
}

#[test]
fn profiles_come_from_the_manifest_or_the_configurations() {
    let builtin = open("public/models/builtin").unwrap();
    let profile = builtin.profile();
    assert_eq!((profile.native_px, profile.max_px, profile.multiple_px), (128, 256, 8));
    assert_eq!((profile.sampler, profile.strength_rule), (SamplerKind::FlowEuler, StrengthRule::AllSteps));
    assert!(!profile.has_taesd);

    let plain = open("tests/golden/sd1").unwrap();
    let profile = plain.profile();
    assert_eq!((profile.native_px, profile.multiple_px), (128, 8));
    assert_eq!((profile.sampler, profile.strength_rule), (SamplerKind::Ddim, StrengthRule::Steps));
    assert!(profile.has_taesd);
}

#[test]
fn a_folder_without_a_model_is_refused() {
    let error = open("tests").err().map(|error| error.to_string());
    assert_eq!(error.as_deref(), Some("the model has no file model_index.json"));
}
