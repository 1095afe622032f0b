//! `palimpsest generate`.

use std::{
    fs,
    hash::{BuildHasher, Hasher, RandomState},
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    time::Instant,
};

use kernels::Device;
use pipeline::{
    InpaintArea, Model, Observer, Output, Preview, Profile, PromptSyntax, Request, Stage,
    source::{self, SourceError},
};
use sampling::{NoiseSource, Philox, item_seed};

use crate::{
    args::{Area, GenerateArgs},
    device,
    error::CliError,
    lora, model, quantize, tensors,
};

/// Makes the pictures that the arguments describe. All input is looked at before any work begins.
pub(crate) async fn run(args: &GenerateArgs) -> Result<(), CliError> {
    check_outputs(args)?;
    let folder = model::folder(&args.model, args.unet.as_deref(), args.vae.as_deref()).await?;
    let mut model = Model::open(folder.clone()).await?;
    let (loras, notes) = lora::open(&args.loras, &model).await?;
    let request = Request { loras, ..request(args, model.profile())? };
    let recorded = args.noise.as_deref().map(tensors::read_noise).transpose()?;
    // Before the device: graphics drivers may print warnings of their own.
    model.check(&request)?;
    let _lives_as_long_as_the_run = match args.quantize {
        Some(target) => {
            let (smaller, file) = quantize::for_one_run(folder, target).await?;
            model = Model::open(smaller).await?;
            Some(file)
        }
        None => None,
    };
    let (device, note) = device::open(args.device).await?;
    say(&format!("device: {note}"));
    for note in &notes {
        say(note);
    }
    if let Some(mut noise) = recorded {
        return picture(args, &mut model, &device, &request, (&mut noise, "recorded noise"), None).await;
    }
    let seed = args.seed.unwrap_or_else(random_seed);
    for item in 0..args.count {
        let seed = item_seed(seed, item.into());
        let (mut noise, name) = (Philox::new(seed), format!("seed {seed}"));
        let number = (args.count > 1).then_some(item + 1);
        picture(args, &mut model, &device, &request, (&mut noise, &name), number).await?;
    }
    Ok(())
}

/// Makes one picture from noise and its name, writes what is asked for and says so.
async fn picture(
    args: &GenerateArgs,
    model: &mut Model,
    device: &Device,
    request: &Request,
    (noise, noise_name): (&mut dyn NoiseSource, &str),
    number: Option<u32>,
) -> Result<(), CliError> {
    let started = Instant::now();
    let output = pipeline::generate(model, device, request, noise, &mut Terminal::new()).await?;
    let out = numbered(&args.out, number);
    write_picture(&out, &output)?;
    if let Some(path) = &args.latents {
        tensors::write_latents(&numbered(path, number), &output)?;
    }
    let Output { width_px, height_px, executed_steps, start_sigma, .. } = output;
    let seconds = started.elapsed().as_secs_f64();
    say(&format!(
        "{}: {width_px}x{height_px}, {executed_steps} steps from sigma {start_sigma:.4}, {noise_name}, {seconds:.1} s",
        out.display()
    ));
    Ok(())
}

/// `DIR/STEM.png` as `DIR/STEM-1.png`; as it is without a number.
fn numbered(path: &Path, number: Option<u32>) -> PathBuf {
    let (Some(number), Some(stem)) = (number, path.file_stem()) else { return path.to_owned() };
    let mut name = stem.to_owned();
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
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
    let source = args.source.as_deref().map(|path| read(path, source::decode)).transpose()?;
    let mask = args.mask.as_deref().map(|path| read(path, source::decode_mask)).transpose()?;
    let inpaint_area = match args.inpaint_area {
        Area::Whole => InpaintArea::Whole,
        Area::Masked => InpaintArea::Masked { padding_px: args.inpaint_padding },
    };
    let (width_px, height_px) = match (args.width, args.height, &source) {
        (Some(width), Some(height), _) => (width, height),
        (.., Some(source)) if inpaint_area == InpaintArea::Whole => {
            profile.size_for_source(source.width(), source.height())
        }
        _ => (profile.native_px, profile.native_px),
    };
    Ok(Request {
        prompt: args.prompt.clone(),
        negative_prompt: args.negative_prompt.clone(),
        prompt_syntax: match args.prompt_weighting {
            true => PromptSyntax::Weighted,
            false => PromptSyntax::Plain,
        },
        source,
        mask,
        source_fit: args.source_fit.into(),
        mask_feather_px: args.mask_feather,
        inpaint_area,
        strength: args.strength,
        strength_rule: args.strength_rule.map_or(profile.strength_rule, Into::into),
        steps: args.steps.unwrap_or(profile.default_steps as usize),
        guidance_scale: args.guidance.unwrap_or(profile.default_guidance),
        sampler: args.sampler.unwrap_or(profile.sampler),
        width_px,
        height_px,
        decoder: args.decoder.into(),
        loras: Vec::new(),
    })
}

fn read<T>(path: &Path, decode: impl Fn(&[u8]) -> Result<T, SourceError>) -> Result<T, CliError> {
    let bytes = fs::read(path).map_err(|reason| CliError::Unreadable { path: path.to_owned(), reason })?;
    decode(&bytes).map_err(|reason| CliError::Picture { path: path.to_owned(), reason })
}

fn write_picture(path: &Path, output: &Output) -> Result<(), CliError> {
    let refuse = |reason: String| CliError::Unwritable { path: path.to_owned(), reason };
    let file = output.to_png().map_err(|error| refuse(error.to_string()))?;
    fs::write(path, file).map_err(|error| refuse(error.to_string()))
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
