//! What a picture needs is compiled before it is begun: nothing is compiled later, and the progress is true.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "../../models/tests/support/mod.rs"]
mod support;

use std::rc::Rc;

use image::{GrayImage, Luma, Rgb, RgbImage};
use kernels::Device;
use pipeline::{
    DecoderChoice, LoraUse, Model, Observer, PipelineError, Preview, PromptSyntax, Request, Stage, generate,
};
use pollster::block_on;
use sampling::Philox;
use support::{checkpoint, golden_root, gpu};
use weights::{MemorySource, lora::Lora};

/// Notes what is compiled when, and cancels when so many kernels are done.
struct Witness {
    device: Device,
    told: Vec<(usize, usize)>,
    /// Compiled on the device at each word after the last of these.
    compiled: Vec<u64>,
    cancel_at: Option<usize>,
}

impl Witness {
    fn new(device: &Device) -> Self {
        Self { device: device.clone(), told: Vec::new(), compiled: Vec::new(), cancel_at: None }
    }

    /// Makes a picture and checks that what was told is what was done.
    fn watch(mut self, model: &mut Model, request: &Request) -> Vec<(usize, usize)> {
        let before = self.device.stats().pipelines;
        block_on(generate(model, &self.device.clone(), request, &mut Philox::new(3), &mut self)).unwrap();
        let total = self.told.last().map_or(0, |&(_, total)| total);
        if total > 0 {
            let expected: Vec<_> = (0..=total).map(|done| (done, total)).collect();
            assert_eq!(self.told, expected);
        }
        let after = before + total as u64;
        assert!(self.compiled.len() > 4, "stages and steps follow");
        assert!(self.compiled.iter().all(|&count| count == after), "{after}: {:?}", self.compiled);
        assert_eq!(self.device.stats().pipelines, after);
        self.told
    }
}

impl Observer for Witness {
    fn stage(&mut self, stage: Stage) {
        match stage {
            Stage::Compiling { done, total } => {
                assert!(self.compiled.is_empty(), "it comes first");
                self.told.push((done, total));
                if self.cancel_at == Some(done) {
                    self.device.cancel_token().cancel();
                }
            }
            _ => self.compiled.push(self.device.stats().pipelines),
        }
    }

    fn step(&mut self, _step: usize, _steps: usize, _preview: Option<&Preview>) {
        self.compiled.push(self.device.stats().pipelines);
    }
}

fn model(family: &str) -> Model {
    block_on(Model::open(checkpoint(family))).unwrap()
}

/// Two steps from a picture, with guidance.
fn request(model: &Model) -> Request {
    Request {
        negative_prompt: "rain".to_owned(),
        source: Some(RgbImage::from_fn(64, 64, |x, y| Rgb([x as u8, y as u8, 99]))),
        strength: 0.5,
        steps: 4,
        guidance_scale: 7.5,
        width_px: 64,
        height_px: 64,
        ..Request::suiting(model.profile(), "a tree")
    }
}

fn mask() -> GrayImage {
    GrayImage::from_fn(64, 64, |x, _| Luma([if x < 30 { 255 } else { 0 }]))
}

#[test]
fn a_gpu_compiles_everything_before_the_first_stage() {
    let mut sd1 = model("sd1");
    let plain = request(&sd1);
    let long = ["a (tall:1.3) tree"; 40].join(" and ");
    let requests = [
        plain.clone(),
        Request { source: None, guidance_scale: 1.0, ..plain.clone() },
        Request { mask: Some(mask()), ..plain.clone() },
        Request { width_px: 72, height_px: 40, ..plain.clone() },
        Request { decoder: DecoderChoice::Taesd, ..plain.clone() },
        Request { prompt: long, prompt_syntax: PromptSyntax::Weighted, ..plain },
    ];
    for request in &requests {
        // A device of its own, so that nothing is left over from the request before.
        let told = Witness::new(&gpu()).watch(&mut sd1, request);
        assert!(told.len() > 10, "{told:?}");
    }
    let mut inpainting = model("sd1-inpaint");
    let masked = Request { mask: Some(mask()), ..request(&inpainting) };
    Witness::new(&gpu()).watch(&mut inpainting, &masked);
}

#[test]
fn a_gpu_compiles_what_loras_need() {
    let bytes = std::fs::read(golden_root().join("sd1-lora/a_kohya.safetensors")).unwrap();
    let lora = Rc::new(block_on(Lora::open("the file", Rc::new(MemorySource::new(bytes)))).unwrap());
    let mut model = model("sd1");
    let with_lora = Request { loras: vec![LoraUse { lora, scale: 0.7 }], ..request(&model) };
    Witness::new(&gpu()).watch(&mut model, &with_lora);
}

#[test]
fn a_gpu_compiles_nothing_twice() {
    let (device, mut model) = (gpu(), model("sd1"));
    let first = request(&model);
    assert!(!Witness::new(&device).watch(&mut model, &first).is_empty());
    assert_eq!(Witness::new(&device).watch(&mut model, &first), []);
    // Only what the other size needs besides.
    let other = Request { width_px: 128, height_px: 128, ..first.clone() };
    let more = Witness::new(&device).watch(&mut model, &other);
    assert!(more.len() < 10, "{more:?}");
    assert_eq!(Witness::new(&device).watch(&mut model, &first), []);
}

#[test]
fn compiling_for_a_gpu_can_be_cancelled_and_gone_on_with() {
    let (device, mut model) = (gpu(), model("sd1"));
    let request = request(&model);
    let mut witness = Witness { cancel_at: Some(3), ..Witness::new(&device) };
    let run = block_on(generate(&mut model, &device, &request, &mut Philox::new(3), &mut witness));
    assert!(matches!(run, Err(PipelineError::Cancelled)), "{:?}", run.err());
    let (done, total) = witness.told[witness.told.len() - 1];
    assert_eq!((done, device.stats().pipelines), (3, 3));
    assert!(witness.compiled.is_empty(), "nothing else was begun");
    device.cancel_token().reset();
    let told = Witness::new(&device).watch(&mut model, &request);
    assert_eq!(told[0], (0, total - done));
}

#[test]
fn nothing_is_compiled_for_the_cpu() {
    let mut model = model("sd1");
    let request = request(&model);
    assert_eq!(Witness::new(&Device::cpu()).watch(&mut model, &request), []);
}
