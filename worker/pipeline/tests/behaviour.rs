//! What a person relies on, with the built-in model on the CPU.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "../../models/tests/support/mod.rs"]
mod support;

use std::{path::PathBuf, rc::Rc};

use image::{GrayImage, Luma, Rgb, RgbImage};
use kernels::{CancelToken, Device};
use pipeline::{
    DecoderChoice, InpaintArea, Model, NoObserver, Observer, Output, PipelineError, Preview, PromptSyntax,
    Request, Stage, generate,
};
use pollster::block_on;
use sampling::{Philox, SamplerKind, StrengthRule};
use support::{checkpoint, gpu};
use weights::DirFolder;

fn builtin() -> Model {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../public/models/builtin");
    block_on(Model::open(Rc::new(DirFolder::new(folder)))).unwrap()
}

fn source() -> RgbImage {
    RgbImage::from_fn(64, 64, |x, y| Rgb([(4 * x) as u8, (4 * y) as u8, if x > 30 { 200 } else { 40 }]))
}

fn request() -> Request {
    Request {
        prompt: "a green apple".to_owned(),
        negative_prompt: String::new(),
        prompt_syntax: PromptSyntax::Plain,
        source: Some(source()),
        mask: None,
        source_fit: pipeline::SourceFit::Stretch,
        mask_feather_px: 0,
        inpaint_area: InpaintArea::Whole,
        strength: 0.5,
        strength_rule: StrengthRule::AllSteps,
        steps: 4,
        guidance_scale: 3.0,
        sampler: SamplerKind::FlowEuler,
        width_px: 64,
        height_px: 64,
        decoder: DecoderChoice::Vae,
        loras: Vec::new(),
    }
}

fn run(model: &mut Model, request: &Request, seed: u64) -> Result<Output, PipelineError> {
    block_on(generate(model, &Device::cpu(), request, &mut Philox::new(seed), &mut NoObserver))
}

/// Mean absolute difference from the source, in steps of 1/255.
fn distance(output: &Output) -> f64 {
    let rgb = output.rgba8.chunks_exact(4).flat_map(|pixel| &pixel[..3]);
    let differences = rgb.zip(source().into_raw()).map(|(&got, from)| f64::from(got.abs_diff(from)));
    differences.sum::<f64>() / f64::from(3 * output.width_px * output.height_px)
}

#[test]
fn more_strength_goes_further_from_the_source() {
    let mut model = builtin();
    let distances = [0.1, 0.3, 0.6, 0.9].map(|strength| {
        let output = run(&mut model, &Request { strength, ..request() }, 3).unwrap();
        assert_eq!(output.executed_steps, 4);
        distance(&output)
    });
    assert!(distances.is_sorted_by(|near, far| near < far), "{distances:?}");
}

#[test]
fn a_seed_and_a_prompt_decide_the_picture() {
    let mut model = builtin();
    let first = run(&mut model, &request(), 3).unwrap();
    assert_eq!(first, run(&mut builtin(), &request(), 3).unwrap());
    assert_ne!(first.rgba8, run(&mut model, &request(), 4).unwrap().rgba8);
    let other = Request { prompt: "a blue house".to_owned(), ..request() };
    assert_ne!(first.rgba8, run(&mut model, &other, 3).unwrap().rgba8);
    let against = Request { negative_prompt: "a blue house".to_owned(), ..request() };
    assert_ne!(first.rgba8, run(&mut model, &against, 3).unwrap().rgba8);
}

#[test]
fn pixels_outside_the_mask_stay_to_the_byte() {
    let mask = GrayImage::from_fn(64, 64, |x, _| Luma([if x < 32 { 0 } else { 255 }]));
    let request = Request { mask: Some(mask), strength: 1.0, ..request() };
    let output = run(&mut builtin(), &request, 3).unwrap();
    let picture = RgbImage::from_fn(64, 64, |x, y| {
        let at = 4 * (y * 64 + x) as usize;
        Rgb([output.rgba8[at], output.rgba8[at + 1], output.rgba8[at + 2]])
    });
    let differs = |x: u32| (0..64).any(|y| picture.get_pixel(x, y) != source().get_pixel(x, y));
    assert!(!(0..32).any(differs), "the kept half changed");
    assert!((32..64).all(differs), "the masked half did not");
}

/// A request for Stable Diffusion's small stand-ins.
fn classic_request() -> Request {
    Request {
        sampler: SamplerKind::Euler,
        strength_rule: StrengthRule::Steps,
        decoder: DecoderChoice::Taesd,
        ..request()
    }
}

#[test]
fn only_the_masked_part_is_generated_at_the_sources_own_pixels() {
    let mut model = block_on(Model::open(checkpoint("sd1"))).unwrap();
    let photo = RgbImage::from_fn(157, 93, |x, y| Rgb([x as u8, y as u8, (x * 7 + y * 13) as u8]));
    let is_white = |x: u32, y: u32| (30..52).contains(&x) && (40..60).contains(&y);
    let mask = GrayImage::from_fn(157, 93, |x, y| Luma([if is_white(x, y) { 255 } else { 0 }]));
    let request = Request {
        source: Some(photo.clone()),
        mask: Some(mask),
        mask_feather_px: 6,
        inpaint_area: InpaintArea::Masked { padding_px: 4 },
        ..classic_request()
    };
    let output = run(&mut model, &request, 3).unwrap();
    assert_eq!((output.width_px, output.height_px), (157, 93));
    assert_eq!((output.latents_shape, output.decoded_shape), ([1, 4, 8, 8], [1, 3, 64, 64]));
    let mut changed = 0;
    for ((x, y, before), after) in photo.enumerate_pixels().zip(output.rgba8.chunks_exact(4)) {
        let beyond =
            |at: u32, low: u32, high: u32| f64::from(low.saturating_sub(at).max(at.saturating_sub(high)));
        let distance = beyond(x, 30, 51).hypot(beyond(y, 40, 59));
        assert!(distance < 6.0 || before.0 == after[..3], "{x},{y} changed");
        changed += usize::from(before.0 != after[..3]);
    }
    assert!(changed > 400, "only {changed} pixels changed");

    let black = Request { mask: Some(GrayImage::new(8, 8)), ..request };
    assert!(matches!(run(&mut model, &black, 3), Err(PipelineError::EmptyMask)));
    assert!(matches!(model.check(&black), Err(PipelineError::EmptyMask)));
}

#[test]
fn an_inpainting_model_without_a_mask_repaints_everything() {
    let mut model = block_on(Model::open(checkpoint("sd1-inpaint"))).unwrap();
    let unmasked = Request { decoder: DecoderChoice::Vae, ..classic_request() };
    let white = GrayImage::from_pixel(3, 3, Luma([255]));
    let masked = Request { mask: Some(white), ..unmasked.clone() };
    let (without, with) = (run(&mut model, &unmasked, 3).unwrap(), run(&mut model, &masked, 3).unwrap());
    assert_eq!(without, with);
    let from_words = run(&mut model, &Request { source: None, ..unmasked }, 3).unwrap();
    assert_ne!(from_words.latents, without.latents);
}

#[test]
fn the_tiny_autoencoder_stands_in_for_the_large_one() {
    let mut model = block_on(Model::open(checkpoint("sd1"))).unwrap();
    assert!(model.profile().has_taesd);
    let request = classic_request();
    let tiny = run(&mut model, &request, 3).unwrap();
    let large = run(&mut model, &Request { decoder: DecoderChoice::Vae, ..request }, 3).unwrap();
    assert_eq!(tiny.decoded.len(), large.decoded.len());
    assert_ne!(tiny.decoded, large.decoded);
}

#[test]
fn requests_are_refused_before_any_work() {
    let mut model = builtin();
    let bad: [(Request, &str); 7] = [
        (Request { prompt: " \n".to_owned(), ..request() }, "the prompt is empty"),
        (Request { width_px: 65, ..request() }, "multiples of 8"),
        (Request { height_px: 264, ..request() }, "256 pixels"),
        (Request { guidance_scale: f64::NAN, ..request() }, "guidance"),
        (Request { steps: 0, ..request() }, "at least 1 step"),
        (Request { strength: 0.0, ..request() }, "leave no step to run"),
        (Request { sampler: SamplerKind::Ddim, ..request() }, "flow"),
    ];
    for (request, expected) in bad {
        let checked = model.check(&request).unwrap_err().to_string();
        assert!(checked.contains(expected), "{checked}");
        assert_eq!(run(&mut model, &request, 3).unwrap_err().to_string(), checked);
    }
}

/// Remembers what it is told, and cancels at a step.
#[derive(Default)]
struct Witness {
    stages: Vec<Stage>,
    steps: Vec<(usize, usize)>,
    cancel: Option<(usize, CancelToken)>,
}

impl Observer for Witness {
    fn stage(&mut self, stage: Stage) {
        self.stages.push(stage);
    }

    fn step(&mut self, step: usize, steps: usize, preview: Option<&Preview>) {
        let preview = preview.unwrap();
        assert_eq!((preview.width_px, preview.height_px, preview.rgba.len()), (8, 8, 256));
        self.steps.push((step, steps));
        if let Some((at, token)) = &self.cancel
            && *at == step
        {
            token.cancel();
        }
    }
}

#[test]
fn progress_is_told_in_order() {
    let mut witness = Witness::default();
    let device = Device::cpu();
    block_on(generate(&mut builtin(), &device, &request(), &mut Philox::new(1), &mut witness)).unwrap();
    witness.stages.retain(|stage| *stage != Stage::Loading);
    let expected = [Stage::EncodingText, Stage::EncodingSource, Stage::Denoising, Stage::Decoding];
    assert_eq!(witness.stages, expected);
    assert_eq!(witness.steps, [(1, 4), (2, 4), (3, 4), (4, 4)]);
}

#[test]
fn cancelling_stops_after_the_step() {
    let device = Device::cpu();
    let mut model = builtin();
    let mut witness = Witness { cancel: Some((2, device.cancel_token())), ..Witness::default() };
    let run = block_on(generate(&mut model, &device, &request(), &mut Philox::new(1), &mut witness));
    assert!(matches!(run, Err(PipelineError::Cancelled)));
    assert_eq!(witness.steps.len(), 2);
    device.cancel_token().reset();
    let again = block_on(generate(&mut model, &device, &request(), &mut Philox::new(1), &mut NoObserver));
    assert!(again.is_ok(), "the model is unusable after a cancelled run");
}

#[test]
fn a_lost_gpu_is_an_error_and_a_new_device_goes_on() {
    let (device, mut model) = (gpu(), builtin());
    let request = Request { steps: 1, source: None, width_px: 16, height_px: 16, ..request() };
    device.destroy();
    let run = block_on(generate(&mut model, &device, &request, &mut Philox::new(1), &mut NoObserver));
    assert!(matches!(run, Err(PipelineError::DeviceLost { .. })), "{:?}", run.err());
    let again = block_on(generate(&mut model, &gpu(), &request, &mut Philox::new(1), &mut NoObserver));
    assert!(again.is_ok(), "{:?}", again.err());
}
