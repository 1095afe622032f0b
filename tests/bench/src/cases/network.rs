//! Whole networks.

use checkpoints::{
    MadeUpFolder, Numbers, Shapes, UNetSizes, autoencoder, clip_l, quantized, stable_diffusion_1_5,
    tiny_autoencoder,
};
use kernels::Device;
use serde_json::{Value, json};
use weights::{Folder, Tensors, WeightsError, quantize::Target};

use super::{Case, Made, flops, port};
use crate::{
    BenchError, Entry, Port, Task,
    task::{CONFIG, STEM},
};

/// Tokens of a prompt.
const TOKENS: usize = 77;
/// Both halves of the guidance.
const SAMPLES: usize = 2;
/// Latents of a picture of 512 px.
const LATENTS_512: usize = 64;

pub(super) struct Network {
    kind: Kind,
    stored: Stored,
}

#[derive(Clone)]
enum Kind {
    UNet(UNetSizes),
    Decoder([usize; 4]),
    TinyDecoder,
    TextEncoder,
}

#[derive(Clone, Copy)]
enum Stored {
    Plain(Numbers),
    /// As the page's import quantizes Stable Diffusion 1.5.
    Blocks(Target),
}

pub(super) fn all() -> Vec<Case> {
    let small = Stored::Plain(Numbers::RandomF32);
    let half = Stored::Plain(Numbers::RandomF16);
    let unet = |widths: [usize; 4], context| {
        Kind::UNet(UNetSizes { in_channels: 4, widths: widths.to_vec(), layers: 2, context })
    };
    let full = Kind::UNet(UNetSizes::stable_diffusion_1_5());
    let mut cases = vec![
        case("unet_tiny", unet([32, 32, 64, 64], 32), 16, small, "f32", false),
        case("unet_small", unet([64, 128, 256, 256], 256), 32, small, "f32", false),
        case("vae_decoder_small", Kind::Decoder([32, 64, 128, 128]), 32, small, "f32", false),
        case("clip_l", Kind::TextEncoder, 0, half, "f16", false),
        case("taesd_decoder_512", Kind::TinyDecoder, LATENTS_512, half, "f16", false),
        case("vae_decoder_512", Kind::Decoder([128, 256, 512, 512]), LATENTS_512, half, "f16", true),
    ];
    for (stored, dtype) in [
        (small, "f32"),
        (half, "f16"),
        (Stored::Blocks(Target::Q8_0), "q8_0"),
        (Stored::Blocks(Target::Q4_K), "q4_k"),
    ] {
        cases.push(case("sd15_unet_512", full.clone(), LATENTS_512, stored, dtype, true));
    }
    cases
}

fn case(name: &str, kind: Kind, side: usize, stored: Stored, dtype: &'static str, is_large: bool) -> Case {
    let (inputs, output) = kind.ports(side);
    let entry = Entry {
        name: name.to_owned(),
        base: name.to_owned(),
        precision: dtype.to_owned(),
        inputs,
        outputs: vec![output],
        weights: None,
        ops: Default::default(),
    };
    let flops = kind.flops(side);
    Case { entry, dtype, flops, is_large, made: Made::Network(Network { kind, stored }) }
}

impl Kind {
    fn shapes(&self) -> Shapes {
        match self {
            Self::UNet(sizes) => sizes.shapes(),
            Self::Decoder(widths) => autoencoder(*widths),
            Self::TinyDecoder => tiny_autoencoder(),
            Self::TextEncoder => clip_l(),
        }
    }

    fn config(&self) -> Value {
        match self {
            Self::UNet(sizes) => json!({
                "_class_name": "UNet2DConditionModel", "in_channels": sizes.in_channels,
                "block_out_channels": sizes.widths, "layers_per_block": sizes.layers,
                "cross_attention_dim": sizes.context, "attention_head_dim": 8,
            }),
            Self::Decoder(widths) => json!({
                "_class_name": "AutoencoderKL", "block_out_channels": widths, "layers_per_block": 2,
                "down_block_types": vec!["DownEncoderBlock2D"; 4], "up_block_types": vec!["UpDecoderBlock2D"; 4],
            }),
            Self::TinyDecoder => json!({ "_class_name": "AutoencoderTiny" }),
            Self::TextEncoder => json!({
                "model_type": "clip_text_model", "hidden_size": 768, "intermediate_size": 3072,
                "num_attention_heads": 12, "num_hidden_layers": 12, "hidden_act": "quick_gelu",
            }),
        }
    }

    fn ports(&self, side: usize) -> (Vec<Port>, Port) {
        let picture = [1, 3, 8 * side, 8 * side];
        match self {
            Self::UNet(sizes) => {
                let sample = [SAMPLES, sizes.in_channels, side, side];
                let prompt = port("encoder_hidden_states", &[SAMPLES, TOKENS, sizes.context]);
                (vec![port("sample", &sample), port("timestep", &[SAMPLES]), prompt], port("out", &sample))
            }
            Self::Decoder(_) | Self::TinyDecoder => {
                (vec![port("latent", &[1, 4, side, side])], port("out", &picture))
            }
            Self::TextEncoder => {
                (vec![port("ids", &[SAMPLES, TOKENS])], port("out", &[SAMPLES, TOKENS, 768]))
            }
        }
    }

    fn flops(&self, side: usize) -> u64 {
        let shapes = self.shapes();
        match self {
            Self::UNet(sizes) => {
                let levels = sizes.widths.len();
                flops::of(&shapes, |module| Some(flops::unet_use(module, levels, SAMPLES, side, TOKENS)))
            }
            Self::Decoder(widths) => {
                flops::of(&shapes, |module| flops::decoder_use(module, widths.len(), side))
            }
            Self::TinyDecoder => flops::of(&shapes, |module| flops::tiny_decoder_use(module, side)),
            Self::TextEncoder => flops::of(&shapes, |module| flops::text_use(module, SAMPLES, TOKENS)),
        }
    }
}

impl Network {
    pub(super) async fn load(&self, entry: Entry, device: &Device) -> Result<Task, BenchError> {
        let mut folder = MadeUpFolder::default();
        folder.insert_json(CONFIG, &self.kind.config());
        let tensors = match self.stored {
            Stored::Plain(numbers) => {
                folder.insert_tensors(&format!("{STEM}.safetensors"), &self.kind.shapes(), numbers);
                Tensors::open_in(&folder, STEM).await?
            }
            Stored::Blocks(target) => {
                let model = quantized(&stable_diffusion_1_5(Numbers::RandomF16), target)?;
                let file = "checkpoint.safetensors";
                let missing = || WeightsError::MissingFile { file: file.to_owned() };
                Tensors::open(model.open(file).await?.ok_or_else(missing)?).await?.part("unet.")
            }
        };
        Task::network(entry, device, &folder, &tensors).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Torch's own counts for the same networks.
    #[test]
    fn operations_are_as_many_as_torch_counts() {
        let counted = |name: &str| all().into_iter().find(|case| case.entry.name == name).unwrap().flops;
        for (name, torch) in [
            ("unet_tiny", 529_033_216),
            ("unet_small", 17_315_561_472_u64),
            ("vae_decoder_small", 39_381_401_600),
        ] {
            let ratio = counted(name) as f64 / torch as f64;
            assert!((ratio - 1.0).abs() < 1e-3, "{name}: {} for {torch}", counted(name));
        }
    }
}
