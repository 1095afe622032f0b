//! Models of few steps, and models that break down, on the CPU.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "../../models/tests/support/mod.rs"]
mod support;

use std::rc::Rc;

use image::RgbImage;
use kernels::Device;
use pipeline::{DecoderChoice, Model, NoObserver, Output, PipelineError, Request, generate};
use pollster::block_on;
use sampling::{Philox, SamplerKind, StrengthRule};
use support::{checkpoint_with, json_with, weights_with};
use weights::Folder;

const SCHEDULER: &str = "scheduler/scheduler_config.json";
const MANIFEST: &str = "model_index.json";
const CONFIG: &str = "unet/config.json";
const WEIGHTS: &str = "unet/diffusion_pytorch_model.safetensors";

/// A latent consistency model with a guidance input, but for its training.
fn consistency_model() -> Rc<dyn Folder> {
    let manifest = [
        ("_class_name", "LatentConsistencyModelPipeline".into()),
        ("scheduler", ["diffusers", "LCMScheduler"].as_slice().into()),
    ];
    let entries = [("_class_name", "LCMScheduler".into()), ("original_inference_steps", 50.into())];
    let proj: Vec<f32> = (0..32 * 8).map(|i| (i as f32 * 0.7).sin()).collect();
    let proj = ("time_embedding.cond_proj.weight", [32, 8], proj);
    checkpoint_with(
        "sd1",
        vec![
            (MANIFEST, json_with("sd1", MANIFEST, &manifest)),
            (SCHEDULER, json_with("sd1", SCHEDULER, &entries)),
            (CONFIG, json_with("sd1", CONFIG, &[("time_cond_proj_dim", 8.into())])),
            (WEIGHTS, weights_with("sd1", WEIGHTS, &[(proj.0, &proj.1, proj.2)])),
        ],
    )
}

fn request(model: &Model) -> Request {
    Request {
        negative_prompt: "blurry".to_owned(),
        strength: 0.5,
        width_px: 32,
        height_px: 32,
        decoder: DecoderChoice::Taesd,
        ..Request::suiting(model.profile(), "a lighthouse")
    }
}

fn run(model: &mut Model, request: &Request) -> Result<Output, PipelineError> {
    block_on(generate(model, &Device::cpu(), request, &mut Philox::new(3), &mut NoObserver))
}

#[test]
fn a_consistency_model_takes_the_guidance_scale_as_an_input() {
    let mut model = block_on(Model::open(consistency_model())).unwrap();
    let first = request(&model);
    assert_eq!((first.sampler, first.strength_rule), (SamplerKind::Lcm, StrengthRule::AllSteps));
    let output = run(&mut model, &first).unwrap();
    assert_eq!(output.executed_steps, 4);
    // There is no half for a negative prompt to have a part in.
    let other = Request { negative_prompt: "sharp".to_owned(), ..first.clone() };
    assert_eq!(run(&mut model, &other).unwrap(), output);
    let lower = Request { guidance_scale: 2.0, ..first.clone() };
    assert_ne!(run(&mut model, &lower).unwrap().latents, output.latents);
    let image = Request { source: Some(RgbImage::new(32, 32)), ..first };
    assert!(run(&mut model, &image).unwrap().start_sigma < output.start_sigma);
}

#[test]
fn latents_that_are_no_numbers_stop_the_run_at_their_step() {
    // A finite weight, whose answer overflows when it is multiplied.
    let bias = weights_with("sd1", WEIGHTS, &[("conv_out.bias", &[4], vec![3e38; 4])]);
    let mut model = block_on(Model::open(checkpoint_with("sd1", vec![(WEIGHTS, bias)]))).unwrap();
    for sampler in SamplerKind::ALL.into_iter().filter(|kind| *kind != SamplerKind::FlowEuler) {
        let request = Request { sampler, steps: 3, guidance_scale: 1.0, ..request(&model) };
        let error = run(&mut model, &request).unwrap_err();
        assert!(matches!(error, PipelineError::NotFinite { steps: 3, .. }), "{sampler:?}: {error}");
        if sampler == SamplerKind::Euler {
            let message = error.to_string();
            assert!(message.contains("step 1 of 3") && message.contains("another sampler"), "{message}");
        }
    }
}
