//! `palimpsest generate`.

use std::{
    fs,
    hash::{BuildHasher, Hasher, RandomState},
    io::{IsTerminal, Write},
    path::Path,
    time::Instant,
};

use image::{DynamicImage, ImageFormat, RgbImage, RgbaImage};
use pipeline::{Model, Observer, Output, Preview, Profile, Request, Stage, source};
use sampling::{NoiseSource, Philox};

use crate::{args::GenerateArgs, device, error::CliError, model, tensors};

/// Makes the picture that the arguments describe. All input is looked at before any work begins.
pub(crate) async fn run(args: &GenerateArgs) -> Result<(), CliError> {
    let started = Instant::now();
    check_outputs(args)?;
    let folder = model::folder(&args.model, args.unet.as_deref(), args.vae.as_deref()).await?;
    let mut model = Model::open(folder).await?;
    let request = request(args, model.profile())?;
    let (mut noise, noise_name): (Box<dyn NoiseSource>, String) = match &args.noise {
        Some(path) => (Box::new(tensors::read_noise(path)?), "recorded noise".to_owned()),
        None => {
            let seed = args.seed.unwrap_or_else(random_seed);
            (Box::new(Philox::new(seed)), format!("seed {seed}"))
        }
    };
    // Before the device: graphics drivers may print warnings of their own.
    model.check(&request)?;
    let (device, note) = device::open(args.device).await?;
    say(&format!("device: {note}"));
    let output =
        pipeline::generate(&mut model, &device, &request, noise.as_mut(), &mut Terminal::new()).await?;
    write_picture(&args.out, &output)?;
    if let Some(path) = &args.latents {
        tensors::write_latents(path, &output)?;
    }
    let Output { width_px, height_px, executed_steps, start_sigma, .. } = output;
    let seconds = started.elapsed().as_secs_f64();
    say(&format!(
        "{}: {width_px}x{height_px}, {executed_steps} steps from sigma {start_sigma:.4}, {noise_name}, {seconds:.1} s",
        args.out.display()
    ));
    Ok(())
}

/// A run can take minutes; a path that nothing can be written to is better found before it.
fn check_outputs(args: &GenerateArgs) -> Result<(), CliError> {
    if args.out.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("png")) {
        return Err(CliError::NotPng { path: args.out.clone() });
    }
    for path in std::iter::once(&args.out).chain(&args.latents) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if folder.is_some_and(|folder| !folder.is_dir()) {
            return Err(CliError::Unwritable {
                path: path.clone(),
                reason: "there is no such folder".to_owned(),
            });
        }
    }
    Ok(())
}

fn request(args: &GenerateArgs, profile: &Profile) -> Result<Request, CliError> {
    let source = args.source.as_deref().map(read_picture).transpose()?;
    let mask = args.mask.as_deref().map(read_picture).transpose()?;
    let (width_px, height_px) = match (args.width, args.height, &source) {
        (Some(width), Some(height), _) => (width, height),
        (.., Some(source)) => profile.size_for_source(source.width(), source.height()),
        _ => (profile.native_px, profile.native_px),
    };
    Ok(Request {
        prompt: args.prompt.clone(),
        negative_prompt: args.negative_prompt.clone(),
        source,
        mask: mask.map(|mask| DynamicImage::from(mask).into_luma8()),
        strength: args.strength,
        strength_rule: args.strength_rule.map_or(profile.strength_rule, Into::into),
        steps: args.steps.unwrap_or(profile.default_steps as usize),
        guidance_scale: args.guidance.unwrap_or(profile.default_guidance),
        sampler: args.sampler.map_or(profile.sampler, Into::into),
        width_px,
        height_px,
        decoder: args.decoder.into(),
    })
}

fn read_picture(path: &Path) -> Result<RgbImage, CliError> {
    let bytes = fs::read(path).map_err(|reason| CliError::Unreadable { path: path.to_owned(), reason })?;
    source::decode(&bytes).map_err(|reason| CliError::Picture { path: path.to_owned(), reason })
}

fn write_picture(path: &Path, output: &Output) -> Result<(), CliError> {
    let refuse = |reason: String| CliError::Unwritable { path: path.to_owned(), reason };
    let picture = RgbaImage::from_raw(output.width_px, output.height_px, output.rgba8.clone())
        .ok_or_else(|| refuse("the picture has too few pixels".to_owned()))?;
    let opaque = DynamicImage::from(picture).into_rgb8();
    opaque.save_with_format(path, ImageFormat::Png).map_err(|error| refuse(error.to_string()))
}

/// The standard library seeds its hash maps from the operating system.
fn random_seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// One line on standard output, whose reader may have gone away.
fn say(line: &str) {
    writeln!(std::io::stdout(), "{line}").ok();
}

/// Counts steps on one line, where somebody watches.
struct Terminal {
    watched: bool,
}

impl Terminal {
    fn new() -> Self {
        Self { watched: std::io::stderr().is_terminal() }
    }
}

impl Observer for Terminal {
    fn stage(&mut self, _stage: Stage) {}

    fn step(&mut self, step: usize, steps: usize, _preview: Option<&Preview>) {
        if self.watched {
            let end = if step == steps { "\n" } else { "" };
            eprint!("\rstep {step} of {steps}{end}");
        }
    }
}
