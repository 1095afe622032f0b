//! How much of a GPU's memory a picture takes: Stable Diffusion 1.5 at its full size, in dry runs.
//!
//! The checkpoints are made up as they are read. A dry run makes, keeps and frees the buffers of a real one and counts
//! its dispatches, but computes nothing; that it tells the truth is a test here, with the small checkpoint.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "../../models/tests/support/mod.rs"]
mod support;

use std::rc::Rc;

use checkpoints::{MadeUpFolder, Numbers, quantized, stable_diffusion_1_5};
use image::{Rgb, RgbImage};
use kernels::{Device, GpuOptions, Stats};
use pipeline::{Model, Observer, Output, Preview, Request, Stage, generate};
use pollster::block_on;
use sampling::Philox;
use support::checkpoint;
use weights::Folder;

const MB: u64 = 1_000_000;

/// Dispatches of one pass of Stable Diffusion 1.5's UNet over both halves of the guidance, at 512 px.
const UNET_DISPATCHES: u64 = 247;

/// Batches are those of a graphics card, whichever adapter the tests run on.
const REAL: GpuOptions = GpuOptions {
    fallback_adapter: false,
    default_limits: false,
    dry_run: false,
    graphics_card: true,
    profile: false,
    memory_limit_bytes: None,
};
const DRY: GpuOptions = GpuOptions { dry_run: true, ..REAL };

/// The device's counters at the beginning of each stage and after each step.
struct Watch {
    device: Device,
    stages: Vec<(Stage, Stats)>,
    steps: Vec<Stats>,
}

impl Observer for Watch {
    fn stage(&mut self, stage: Stage) {
        // A dry run compiles nothing.
        if !matches!(stage, Stage::Compiling { .. }) {
            self.stages.push((stage, self.device.stats()));
        }
    }

    fn step(&mut self, _step: usize, _steps: usize, _preview: Option<&Preview>) {
        self.steps.push(self.device.stats());
    }
}

impl Watch {
    /// Everything that a dry run has in common with a real one.
    fn counts(&self) -> Vec<Stats> {
        let all = self.stages.iter().map(|(_, stats)| stats).chain(&self.steps);
        all.chain([&self.device.stats()])
            .map(|&stats| Stats { pipelines: 0, bind_groups: 0, ..stats })
            .collect()
    }
}

/// Some steps from a picture, so that every part is needed: text encoder, encoder, UNet with guidance, decoder.
fn run(folder: Rc<dyn Folder>, options: GpuOptions, side_px: u32, steps: usize) -> Watch {
    let device = block_on(Device::gpu(options)).unwrap();
    let mut model = block_on(Model::open(folder)).unwrap();
    let (watch, _) = picture(&mut model, &device, side_px, steps);
    assert_eq!(watch.steps.len(), steps);
    watch
}

/// The same with a model that may have made others before.
fn picture(model: &mut Model, device: &Device, side_px: u32, steps: usize) -> (Watch, Output) {
    let request = Request {
        negative_prompt: "rain".to_owned(),
        source: Some(RgbImage::from_fn(side_px, side_px, |x, y| Rgb([x as u8, y as u8, 99]))),
        strength: 0.5,
        steps: 2 * steps,
        width_px: side_px,
        height_px: side_px,
        guidance_scale: 7.5,
        ..Request::suiting(model.profile(), "a tree")
    };
    let mut watch = Watch { device: device.clone(), stages: Vec::new(), steps: Vec::new() };
    let output = block_on(generate(model, device, &request, &mut Philox::new(5), &mut watch)).unwrap();
    (watch, output)
}

fn print(name: &str, watch: &Watch) {
    for (stage, stats) in &watch.stages {
        println!("{name}: {stage:?} begins with {} MB", stats.live_bytes / MB);
    }
    let stats = watch.device.stats();
    let [first, second] = [0, 1].map(|step| watch.steps[step].dispatches);
    println!(
        "{name}: peak {} MB, at the end {} MB, {} MB uploaded; {} dispatches, {} a step",
        stats.peak_bytes / MB,
        stats.live_bytes / MB,
        stats.bytes_uploaded / MB,
        stats.dispatches,
        second - first,
    );
}

#[test]
fn a_dry_run_counts_as_a_real_gpu_run() {
    let [real, dry] = [REAL, DRY].map(|options| run(checkpoint("sd1"), options, 64, 2));
    assert_eq!(dry.counts(), real.counts());
    // A dry run meets kernels one after the other; a real run has all of them before it begins.
    assert_eq!(dry.device.stats().pipelines, real.device.stats().pipelines);
}

/// From the second step on all buffers and pipelines are there. In that step some tensors find a buffer that fits better
/// than in the first one, where it was made only later; from the third on all bind groups are there too.
#[test]
fn a_gpu_has_nothing_to_make_after_the_first_step() {
    let watch = run(checkpoint("sd1"), REAL, 64, 4);
    let made = [0, 1, 2, 3].map(|at: usize| {
        let Stats { pipelines, bind_groups, buffers, .. } = watch.steps[at];
        (pipelines, buffers, bind_groups)
    });
    println!("pipelines, buffers and bind groups after each step: {made:?}");
    let [first, second, _, last] = made;
    assert_eq!((last.0, last.1), (first.0, first.1));
    assert_eq!(last, second);
}

#[test]
fn gpu_memory_of_a_model_in_f16() {
    let model = stable_diffusion_1_5(Numbers::RandomF16);
    let watch = run(Rc::new(model.clone()), DRY, 512, 2);
    print("f16", &watch);
    assert!(watch.device.stats().peak_bytes < 4000 * MB);
    let [first, second] = [0, 1].map(|step| watch.steps[step].dispatches);
    assert_eq!(second - first, UNET_DISPATCHES);
}

/// Where there is no room for more than a part.
#[test]
fn gpu_memory_of_parts_that_take_turns() {
    let folder = stable_diffusion_1_5(Numbers::RandomF16);
    let device = block_on(Device::gpu(DRY)).unwrap();
    let mut model = block_on(Model::open(Rc::new(folder.clone()))).unwrap();
    assert!(model.take_turns() && !model.take_turns());
    let (watch, _) = picture(&mut model, &device, 512, 2);
    print("f16, in turns", &watch);
    assert!(watch.device.stats().peak_bytes < 2200 * MB);
    check_turns(&folder, &watch);
    let again = uploaded_again(&mut model, &device);
    assert!(again > 1800 * MB, "the denoiser is read again, and the autoencoder once more");
}

/// Bytes uploaded for another picture.
fn uploaded_again(model: &mut Model, device: &Device) -> u64 {
    let before = device.stats();
    picture(model, device, 512, 2);
    let Stats { buffers, bytes_uploaded, .. } = device.stats();
    let (buffers, bytes_uploaded) = (buffers - before.buffers, bytes_uploaded - before.bytes_uploaded);
    println!("a second picture: {buffers} buffers made, {} MB uploaded", bytes_uploaded / MB);
    bytes_uploaded
}

/// The second picture of a model finds it loaded, but for the text encoder, which a known prompt does without.
#[test]
fn a_second_picture_loads_nothing_onto_a_gpu() {
    let device = block_on(Device::gpu(DRY)).unwrap();
    let mut model = block_on(Model::open(Rc::new(stable_diffusion_1_5(Numbers::RandomF16)))).unwrap();
    let (first, _) = picture(&mut model, &device, 512, 2);
    print("f16", &first);
    let first = device.stats().bytes_uploaded;
    let again = uploaded_again(&mut model, &device);
    assert!(first > 2000 * MB && again < 10 * MB);
}

/// A device that has room for each part by itself, but not for two.
#[test]
fn a_picture_on_a_full_gpu_is_begun_again_and_the_same() {
    let made = |memory_limit_bytes: Option<u64>| {
        let device = block_on(Device::gpu(GpuOptions { memory_limit_bytes, ..REAL })).unwrap();
        let mut model = block_on(Model::open(checkpoint("sd1"))).unwrap();
        let (watch, output) = picture(&mut model, &device, 64, 2);
        (output, watch.device.stats().peak_bytes, model.takes_turns())
    };
    let (roomy, peak, turns) = made(None);
    assert!(!turns);
    let (tight, tight_peak, turns) = made(Some(peak * 9 / 10));
    println!("peak {peak}, in turns {tight_peak}");
    assert!(turns && tight_peak < peak);
    assert_eq!(tight, roomy);
}

/// Whether each part goes before the next one comes.
fn check_turns(model: &MadeUpFolder, watch: &Watch) {
    let bytes_of = |part: &str| {
        let files = model.files().filter(|(path, _)| path.starts_with(part) && !path.ends_with(".json"));
        files.map(|(_, file)| file.len_bytes()).sum::<u64>()
    };
    let [text, vae, unet] = ["text_encoder/", "vae/", "unet/"].map(bytes_of);
    let turns = [(0, text), (text, vae), (vae, unet), (unet, vae)];
    let changes = watch.stages.windows(2).filter(|pair| pair[0].0 == Stage::Loading);
    let changes: Vec<_> = changes.collect();
    assert_eq!(changes.len(), turns.len());
    for (change, (goes, comes)) in changes.into_iter().zip(turns) {
        let [before, after] = [0, 1].map(|at| change[at].1.live_bytes);
        // Vectors are widened, and idle buffers may be freed when there are many.
        let most = before - goes + comes + 20 * MB;
        assert!(after <= most, "{:?}: {before} bytes became {after}, not {most}", change[1].0);
    }
}

#[test]
fn gpu_memory_of_a_model_in_8_and_4_bits() {
    let model = stable_diffusion_1_5(Numbers::RandomF16);
    let peak = |name: &str| {
        let watch = run(Rc::new(quantized(&model, name.parse().unwrap()).unwrap()), DRY, 512, 2);
        print(name, &watch);
        watch.device.stats().peak_bytes
    };
    let (eight, four) = (peak("q8_0"), peak("q4_k"));
    assert!(eight < 2200 * MB, "{eight}");
    assert!(four < eight, "{four}");
}

#[test]
fn every_weight_fits_the_default_limits_of_a_gpu() {
    let options = GpuOptions { default_limits: true, ..DRY };
    for (name, numbers, most) in
        [("f16", Numbers::RandomF16, 4000 * MB), ("f32", Numbers::ZeroF32, 6000 * MB)]
    {
        let watch = run(Rc::new(stable_diffusion_1_5(numbers)), options, 512, 2);
        print(&format!("{name}, default limits"), &watch);
        assert!(watch.device.stats().peak_bytes < most);
    }
}
