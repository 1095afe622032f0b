//! Makes the pictures that `tests/reference/random_models.py` had diffusers make, and says how far they are off.
//!
//! `cargo run --release -p pipeline --example against_reference FOLDER [--gpu]`
#![allow(clippy::print_stdout, reason = "a program that prints its results")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use image::{GrayImage, RgbImage};
use kernels::{Device, GpuOptions};
use pipeline::{Model, NoObserver, Request, SourceFit, generate};
use pollster::block_on;
use safetensors::{SafeTensors, tensor::TensorView};
use sampling::{Replay, StrengthRule};
use serde::Deserialize;
use weights::DirFolder;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Above this, normalised by the variance, a difference is not rounding.
const LIMIT: f64 = 1e-6;

/// What diffusers was asked for.
#[derive(Deserialize)]
struct Told {
    width: u32,
    height: u32,
    prompt: String,
    negative_prompt: String,
    num_inference_steps: usize,
    guidance_scale: f64,
    strength: Option<f64>,
    scheduler: String,
    /// Why diffusers made nothing of it.
    refused: Option<String>,
}

/// How many pictures came out how.
#[derive(Default)]
struct Tally {
    close: usize,
    off: usize,
    refused: usize,
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let root = PathBuf::from(arguments.next().ok_or("which folder?")?);
    let device = match arguments.next().as_deref() {
        Some("--gpu") => block_on(Device::gpu(GpuOptions::default()))?,
        _ => Device::cpu(),
    };
    let mut tally = Tally::default();
    for folder in sorted(&root)? {
        check_model(&folder, &device, &mut tally)?;
    }
    let Tally { close, off, refused } = tally;
    println!("{close} close, {off} off, {refused} refused");
    Ok(())
}

/// Makes every picture that diffusers made with the model of a folder.
fn check_model(folder: &Path, device: &Device, tally: &mut Tally) -> Outcome<()> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut model = match block_on(Model::open(Rc::new(DirFolder::new(folder)))) {
        Ok(model) => model,
        Err(error) => {
            println!("{name}: not opened: {error}");
            tally.refused += 1;
            return Ok(());
        }
    };
    for file in sorted(&folder.join("runs"))? {
        let run = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match compare(&mut model, device, &file) {
            Ok((what, [latents, decoded])) => {
                let is_close = latents.max(decoded) <= LIMIT;
                *(if is_close { &mut tally.close } else { &mut tally.off }) += 1;
                let mark = if is_close { "" } else { "OFF " };
                println!("{name} {run} {what}: {mark}{latents:.1e} {decoded:.1e}");
            }
            Err(error) => {
                println!("{name} {run}: refused: {error}");
                tally.refused += 1;
            }
        }
    }
    Ok(())
}

fn sorted(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Outcome<Vec<_>>>();
    let mut paths = entries?;
    paths.sort();
    Ok(paths)
}

/// What ran, and the normalised mean squared errors of latents and picture.
fn compare(model: &mut Model, device: &Device, file: &Path) -> Outcome<(String, [f64; 2])> {
    let bytes = std::fs::read(file)?;
    let (_, header) = SafeTensors::read_metadata(&bytes)?;
    let told = header.metadata().as_ref().and_then(|metadata| metadata.get("request")).ok_or("no request")?;
    let told: Told = serde_json::from_str(told)?;
    let golden = SafeTensors::deserialize(&bytes)?;
    let mut draws: Vec<&str> = golden.names().into_iter().filter(|name| name.starts_with("noise_")).collect();
    draws.sort_unstable();
    let draws = draws.into_iter().map(|name| Ok(floats(&golden.tensor(name)?))).collect::<Outcome<_>>()?;
    let request = Request {
        negative_prompt: told.negative_prompt,
        source: golden.tensor("source").ok().and_then(|view| {
            let [height, width, _] = view.shape().try_into().ok()?;
            RgbImage::from_raw(width as u32, height as u32, view.data().to_vec())
        }),
        mask: golden.tensor("mask").ok().and_then(|view| {
            let [height, width] = view.shape().try_into().ok()?;
            GrayImage::from_raw(width as u32, height as u32, view.data().to_vec())
        }),
        source_fit: SourceFit::Stretch,
        strength: told.strength.unwrap_or(1.0),
        strength_rule: StrengthRule::Steps,
        steps: told.num_inference_steps,
        guidance_scale: told.guidance_scale,
        width_px: told.width,
        height_px: told.height,
        ..Request::suiting(model.profile(), told.prompt)
    };
    let output = block_on(generate(model, device, &request, &mut Replay::new(draws), &mut NoObserver));
    if let Some(why) = told.refused {
        let ours = output.map_or_else(|error| error.to_string(), |_| "a picture".to_owned());
        return Err(format!("diffusers refused: {why}; here: {ours}").into());
    }
    let output = output?;
    let error = |got: &[f32], name: &str| {
        let golden = floats(&golden.tensor(name)?);
        if !golden.iter().all(|value| value.is_finite()) {
            return Err("diffusers made no numbers".into());
        }
        // What is not comparable to numbers is as far off as can be.
        Outcome::Ok(measure::nmse(got, &golden).unwrap_or(f64::INFINITY))
    };
    let what = format!("{} as {}", told.scheduler, request.sampler.name());
    Ok((what, [error(&output.latents, "latents")?, error(&output.decoded, "decoded")?]))
}

fn floats(view: &TensorView<'_>) -> Vec<f32> {
    view.data().as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}
