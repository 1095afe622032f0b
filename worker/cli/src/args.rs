//! The command line.

use std::{path::PathBuf, process::ExitCode};

use clap::{
    Args, Parser, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use pipeline::{DecoderChoice, InpaintArea, SourceFit};
use sampling::{SamplerKind, StrengthRule};

use crate::{FAILURE, lora::LoraArg};

#[derive(Parser)]
#[command(
    name = "palimpsest",
    version,
    about = "Makes pictures from pictures and sentences, on this machine"
)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make one picture.
    Generate(Box<GenerateArgs>),
    /// Write a model as one smaller GGUF file.
    Quantize(QuantizeArgs),
    /// Say what a weight file or a model's folder is, and what is wrong with it.
    Inspect(InspectArgs),
}

/// Which model to make smaller, and how far.
#[derive(Args)]
pub(crate) struct QuantizeArgs {
    /// A model: a folder in diffusers' layout, a .safetensors or .gguf file, or `builtin`; or one part of a model.
    #[arg(value_name = "IN")]
    pub(crate) model: String,
    /// A file whose UNet takes the place of the model's own.
    #[arg(long, value_name = "FILE")]
    pub(crate) unet: Option<PathBuf>,
    /// A file whose VAE takes the place of the model's own.
    #[arg(long, value_name = "FILE")]
    pub(crate) vae: Option<PathBuf>,
    /// The type of most numbers: f16, q8_0, q6_k, q5_k, q5_1, q5_0, q4_k, q4_1, q4_0, q3_k or q2_k. Layers that
    /// suffer most keep more.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) target: weights::quantize::Target,
    /// The file to write; it appears when it is whole.
    #[arg(value_name = "OUT.gguf")]
    pub(crate) out: PathBuf,
}

/// What to look at.
#[derive(Args)]
pub(crate) struct InspectArgs {
    /// A weight file, or a folder in diffusers' layout.
    #[arg(value_name = "FILE|DIR")]
    pub(crate) path: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What picture to make. Options that are left out take the model's own defaults.
#[derive(Args)]
pub(crate) struct GenerateArgs {
    /// A folder in diffusers' layout, a checkpoint in one file, or `builtin` for the model that comes with the
    /// program. Settings beside NAME.safetensors, in NAME.checkpoint.json, overrule what is inferred.
    #[arg(long, value_name = "DIR|FILE|builtin")]
    pub(crate) model: String,
    /// A file with the UNet to use in place of the model's.
    #[arg(long, value_name = "FILE")]
    pub(crate) unet: Option<PathBuf>,
    /// A file with the VAE to use in place of the model's.
    #[arg(long, value_name = "FILE")]
    pub(crate) vae: Option<PathBuf>,
    /// Runs with smaller weights: f16, q8_0, q4_k or another type of `palimpsest quantize`.
    #[arg(long, value_name = "TYPE")]
    pub(crate) quantize: Option<weights::quantize::Target>,
    /// What to draw.
    #[arg(long, value_name = "TEXT")]
    pub(crate) prompt: String,
    /// What to steer away from.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) negative_prompt: String,
    /// Reads weights in both prompts, as in `(word:1.3)` and `[word]`, and all of a long prompt.
    #[arg(long)]
    pub(crate) prompt_weighting: bool,
    /// The picture to start from: PNG, JPEG or WebP.
    #[arg(long, value_name = "IMG")]
    pub(crate) source: Option<PathBuf>,
    /// How the source comes to the size asked for: stretched, cropped to its middle, or padded in the colour of its
    /// edge.
    #[arg(long, value_enum, value_name = "FIT", default_value_t = Fit::Stretch, requires = "source")]
    pub(crate) source_fit: Fit,
    /// Where to repaint the source: white is repainted, black stays.
    #[arg(long, value_name = "IMG", requires = "source")]
    pub(crate) mask: Option<PathBuf>,
    /// Over how many pixels the mask's edge fades out, outside of its white.
    #[arg(long, value_name = "PX", requires = "mask", default_value_t = 0, allow_negative_numbers = true)]
    pub(crate) mask_feather: u32,
    /// How much of the source is generated anew: all of it, or only the part around the mask, at the source's full
    /// resolution.
    #[arg(long, value_enum, value_name = "AREA", requires = "mask", default_value_t = Area::Whole)]
    pub(crate) inpaint_area: Area,
    /// How many pixels around the mask the model gets to see with `--inpaint-area masked`.
    #[arg(long, value_name = "PX", requires = "mask", default_value_t = InpaintArea::PADDING_PX)]
    pub(crate) inpaint_padding: u32,
    /// How far to go from the source, 0 to 1.
    #[arg(long, value_name = "X", default_value_t = 0.5)]
    pub(crate) strength: f64,
    /// How strength becomes steps: run that share of them, or all of them from less noise.
    #[arg(long, value_enum, value_name = "RULE")]
    pub(crate) strength_rule: Option<Rule>,
    /// Steps of the schedule.
    #[arg(long, value_name = "N")]
    pub(crate) steps: Option<usize>,
    /// How strongly to follow the prompt; 1 turns guidance off.
    #[arg(long, value_name = "X")]
    pub(crate) guidance: Option<f64>,
    /// How latents move from noise to picture.
    #[arg(long, value_name = "NAME", value_parser = sampler())]
    pub(crate) sampler: Option<SamplerKind>,
    /// Seed of the noise; a random one is printed.
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// How many pictures to make. Each has a seed of its own, one more than the last, and a number in its file names:
    /// OUT-1.png, OUT-2.png, ..
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) count: u32,
    /// Width to generate; the source's by default, or the model's native size without a source and with
    /// `--inpaint-area masked`.
    #[arg(long, value_name = "PX", requires = "height")]
    pub(crate) width: Option<u32>,
    /// Height to generate.
    #[arg(long, value_name = "PX", requires = "width")]
    pub(crate) height: Option<u32>,
    /// Where to compute; `auto` takes a GPU if there is one.
    #[arg(long, value_enum, default_value_t = Device::Auto)]
    pub(crate) device: Device,
    /// Which autoencoder to use: the model's own, or the small one in its folder `taesd`.
    #[arg(long, value_enum, default_value_t = Decoder::Vae)]
    pub(crate) decoder: Decoder,
    /// Adds a LoRA to the model, at a scale of 1 unless one is given; can be repeated.
    #[arg(long = "lora", value_name = "FILE[:SCALE]")]
    pub(crate) loras: Vec<LoraArg>,
    /// Replays the tensors `noise_00`, `noise_01`, .. in place of random draws: a sample of the encoded source
    /// first, then the noise to start with, then with a mask a sample of the encoded masked picture (samples not with
    /// taesd).
    #[arg(long, value_name = "FILE.safetensors", conflicts_with = "count")]
    pub(crate) noise: Option<PathBuf>,
    /// Writes `latents` [1,c,h,w] before decoding and `decoded` [1,3,H,W] in -1..1.
    #[arg(long, value_name = "FILE.safetensors")]
    pub(crate) latents: Option<PathBuf>,
    /// The picture.
    #[arg(long, value_name = "FILE.png")]
    pub(crate) out: PathBuf,
}

/// Where to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Device {
    /// A GPU if there is one, else the CPU.
    Auto,
    /// The GPU, even an emulated one.
    Gpu,
    /// The CPU.
    Cpu,
}

/// How the source comes to another size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Fit {
    /// It is stretched.
    Stretch,
    /// Its middle is kept.
    Crop,
    /// It is laid on a ground of the colour of its edge.
    Pad,
}

/// How much of the source is generated anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Area {
    /// All of it.
    Whole,
    /// The part around the mask.
    Masked,
}

/// How strength becomes steps.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Rule {
    /// The last `steps * strength` steps run.
    Steps,
    /// All steps run, from less noise.
    AllSteps,
}

/// Which autoencoder to use.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Decoder {
    /// The model's own.
    Vae,
    /// The small one beside it.
    Taesd,
}

impl From<Rule> for StrengthRule {
    fn from(rule: Rule) -> Self {
        match rule {
            Rule::Steps => Self::Steps,
            Rule::AllSteps => Self::AllSteps,
        }
    }
}

impl From<Fit> for SourceFit {
    fn from(fit: Fit) -> Self {
        match fit {
            Fit::Stretch => Self::Stretch,
            Fit::Crop => Self::Crop,
            Fit::Pad => Self::Pad,
        }
    }
}

impl From<Decoder> for DecoderChoice {
    fn from(decoder: Decoder) -> Self {
        match decoder {
            Decoder::Vae => Self::Vae,
            Decoder::Taesd => Self::Taesd,
        }
    }
}

/// The samplers, by the engine's own names.
fn sampler() -> impl TypedValueParser<Value = SamplerKind> {
    PossibleValuesParser::new(SamplerKind::ALL.map(SamplerKind::name))
        .try_map(|name| SamplerKind::from_name(&name).ok_or("no such sampler"))
}

/// Parses the command line. Help and version go to standard output; a mistake becomes one line on standard error.
pub(crate) fn parse() -> Result<Command, ExitCode> {
    CommandLine::try_parse().map(|line| line.command).map_err(|error| {
        if !error.use_stderr() {
            // Nothing is left to do when standard output is closed.
            error.print().ok();
            return ExitCode::SUCCESS;
        }
        let message = error.to_string();
        let sentence = message.lines().map_while(|line| Some(line.trim()).filter(|line| !line.is_empty()));
        eprintln!("{}", sentence.collect::<Vec<_>>().join(" "));
        ExitCode::from(FAILURE)
    })
}
