//! What kind of file it is, from the names in it.

use std::fmt;

use crate::Tensors;

/// Kinds of weight files that people have. Only the first two are models for this application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Family {
    /// Stable Diffusion 1.x.
    StableDiffusion1,
    /// Stable Diffusion 2.x.
    StableDiffusion2,
    /// Stable Diffusion XL.
    StableDiffusionXl,
    /// Stable Diffusion 3.
    StableDiffusion3,
    /// FLUX.1.
    Flux,
    /// A network that adds a condition to a UNet.
    ControlNet,
    /// Changes to a model's weights.
    Lora,
    /// An autoencoder alone.
    Vae,
    /// A text encoder alone.
    TextEncoder,
    /// A learned token.
    Embedding,
    /// None of those.
    Unknown,
}

impl Family {
    /// A name for programs.
    pub fn id(self) -> &'static str {
        match self {
            Self::StableDiffusion1 => "sd1",
            Self::StableDiffusion2 => "sd2",
            Self::StableDiffusionXl => "sdxl",
            Self::StableDiffusion3 => "sd3",
            Self::Flux => "flux",
            Self::ControlNet => "controlnet",
            Self::Lora => "lora",
            Self::Vae => "vae",
            Self::TextEncoder => "text-encoder",
            Self::Embedding => "embedding",
            Self::Unknown => "unknown",
        }
    }

    /// What a person needs in place of such a file, or beside it, to make pictures.
    pub fn needed(self) -> &'static str {
        match self {
            Self::Lora => {
                "a LoRA changes a model: choose the model that it was made for, and add this file to it"
            }
            Self::Vae => {
                "a model also needs a UNet and a text encoder: use this file as the VAE of another model"
            }
            Self::TextEncoder => "a model also needs a UNet and a VAE: choose a whole checkpoint",
            Self::Embedding => "an embedding is one token: choose a whole checkpoint",
            Self::ControlNet => "ControlNets are not run: choose a checkpoint of Stable Diffusion 1 or 2",
            _ => "only checkpoints of Stable Diffusion 1 and 2 are run: choose one of those",
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::StableDiffusion1 => "Stable Diffusion 1",
            Self::StableDiffusion2 => "Stable Diffusion 2",
            Self::StableDiffusionXl => "Stable Diffusion XL",
            Self::StableDiffusion3 => "Stable Diffusion 3",
            Self::Flux => "FLUX",
            Self::ControlNet => "a ControlNet",
            Self::Lora => "a LoRA",
            Self::Vae => "a VAE without a model",
            Self::TextEncoder => "a text encoder without a model",
            Self::Embedding => "an embedding (textual inversion)",
            Self::Unknown => "a file of no known kind",
        })
    }
}

/// Parts of names that only one family has. Earlier rows win: a LoRA names the modules of its model.
const MARKS: [(&str, Family); 28] = [
    (".lora_up.", Family::Lora),
    (".lora_down.", Family::Lora),
    (".lora_A.", Family::Lora),
    (".lora_B.", Family::Lora),
    (".lora.up.", Family::Lora),
    (".lora.down.", Family::Lora),
    (".lora_linear_layer.", Family::Lora),
    ("_lora.up.", Family::Lora),
    (".hada_w1_a", Family::Lora),
    (".lokr_w1", Family::Lora),
    ("control_model.", Family::ControlNet),
    ("controlnet_", Family::ControlNet),
    ("input_hint_block.", Family::ControlNet),
    ("double_blocks.", Family::Flux),
    ("single_transformer_blocks.", Family::Flux),
    ("joint_blocks.", Family::StableDiffusion3),
    (".norm1_context.", Family::StableDiffusion3),
    ("conditioner.embedders.", Family::StableDiffusionXl),
    ("label_emb.", Family::StableDiffusionXl),
    ("add_embedding.", Family::StableDiffusionXl),
    ("text_encoder_2.", Family::StableDiffusionXl),
    ("string_to_param", Family::Embedding),
    ("emb_params", Family::Embedding),
    ("clip_l", Family::Embedding),
    ("clip_g", Family::Embedding),
    ("text_model.encoder.layers.", Family::TextEncoder),
    ("transformer.resblocks.", Family::TextEncoder),
    ("encoder.block.0.layer.", Family::TextEncoder),
];

/// The family that some tensor's name gives away, with that name. Text encoders are found here too, so that parts must
/// have been looked for first.
pub(super) fn marked(tensors: &Tensors) -> Option<(Family, &str)> {
    MARKS.iter().find_map(|(mark, family)| {
        let name = tensors.names().find(|name| name.contains(mark))?;
        Some((*family, name))
    })
}
