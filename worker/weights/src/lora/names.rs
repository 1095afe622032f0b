//! Tensor names of LoRA files: which part and module of the model a tensor is for, and what it is there.
//!
//! Three families of names are about. kohya's sd-scripts write `lora_unet_` or `lora_te_` and the module's path with
//! underscores; diffusers and PEFT write `unet.` or `text_encoder.` and the path with dots; older diffusers hung the
//! matrices into attention processors (`attn1.processor.to_q_lora.down.weight`), at first without a prefix.

use super::{LoraError, LoraPart};

/// What a tensor is to its module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// `[rank, inputs]`, applied first.
    Down,
    /// `[outputs, rank]`
    Up,
    /// A number: the product is multiplied by `alpha / rank`.
    Alpha,
}

/// What a tensor's name says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// A LoRA's tensor: part, module as the file spells it, role.
    Known(LoraPart, String, Role),
    /// A LoRA's tensor for a part that the model does not have; the module with its prefix.
    Foreign(String),
    /// No LoRA's tensor.
    Other,
}

const SDXL: &str = "Stable Diffusion XL";
const FLUX: &str = "FLUX or another transformer";

/// How names of other families' files begin.
const FAMILIES: [(&str, &str); 10] = [
    ("lora_te1_", SDXL),
    ("lora_te2_", SDXL),
    ("text_encoder_2.", SDXL),
    ("lora_te3_", FLUX),
    ("lora_transformer_", FLUX),
    ("transformer.", FLUX),
    ("lora_unet_double_blocks_", FLUX),
    ("lora_unet_single_blocks_", FLUX),
    ("diffusion_model.double_blocks.", FLUX),
    ("diffusion_model.single_blocks.", FLUX),
];

/// What names of other methods' tensors contain.
const METHODS: [(&str, &str); 12] = [
    (".lora_mid.", "a LoCon with a core tensor (Tucker decomposition)"),
    (".dora_scale", "a DoRA"),
    (".lora_magnitude_vector", "a DoRA"),
    (".hada_", "a LoHa"),
    (".lokr_", "a LoKr"),
    (".oft_", "an OFT"),
    (".on_input", "an IA3"),
    (".lora_down.bias", "a LoRA with biases"),
    (".lora_up.bias", "a LoRA with biases"),
    (".lora_A.bias", "a LoRA with biases"),
    (".lora_B.bias", "a LoRA with biases"),
    (".diff_b", "a full difference of weights"),
];
/// The end of a name, because `.diff` would be found in other names too.
const FULL: (&str, &str) = (".diff", "a full difference of weights");

/// In an attention processor the role hangs on the layer's own name: `to_q_lora.down.weight`.
const PROCESSOR: [(&str, Role); 2] = [("_lora.down.weight", Role::Down), ("_lora.up.weight", Role::Up)];
const ROLES: [(&str, Role); 11] = [
    (".lora_down.weight", Role::Down),
    (".lora_up.weight", Role::Up),
    (".alpha", Role::Alpha),
    (".lora_A.weight", Role::Down),
    (".lora_B.weight", Role::Up),
    (".lora_A.default.weight", Role::Down),
    (".lora_B.default.weight", Role::Up),
    (".lora.down.weight", Role::Down),
    (".lora.up.weight", Role::Up),
    (".lora_linear_layer.down.weight", Role::Down),
    (".lora_linear_layer.up.weight", Role::Up),
];

const PREFIXES: [(&str, LoraPart); 6] = [
    ("lora_unet_", LoraPart::UNet),
    ("lora_te_", LoraPart::TextEncoder),
    ("unet.", LoraPart::UNet),
    ("text_encoder.", LoraPart::TextEncoder),
    ("model.diffusion_model.", LoraPart::UNet),
    ("diffusion_model.", LoraPart::UNet),
];
/// Modules that stand at the top of a part, for names without a prefix.
const TOPS: [(&str, LoraPart); 5] = [
    ("down_blocks.", LoraPart::UNet),
    ("mid_block.", LoraPart::UNet),
    ("up_blocks.", LoraPart::UNet),
    ("time_embedding.", LoraPart::UNet),
    ("text_model.", LoraPart::TextEncoder),
];

/// Reads a tensor's name.
pub(super) fn read(tensor: &str) -> Result<Reading, LoraError> {
    if let Some((_, family)) = FAMILIES.into_iter().find(|(prefix, _)| tensor.starts_with(prefix)) {
        return Err(LoraError::OtherModel { family, sign: format!("tensor {tensor}") });
    }
    let method = METHODS.into_iter().find(|(part, _)| tensor.contains(part));
    if let Some((_, method)) = method.or(Some(FULL).filter(|(end, _)| tensor.ends_with(end))) {
        return Err(LoraError::Unsupported { tensor: tensor.to_owned(), method });
    }
    let name = tensor.strip_prefix("base_model.model.").unwrap_or(tensor);
    if let Some((path, role)) = strip(name, &ROLES) {
        return Ok(match part_of(path) {
            Some((part, module)) => Reading::Known(part, module.to_owned(), role),
            None => Reading::Foreign(path.to_owned()),
        });
    }
    let Some((path, role)) = strip(name, &PROCESSOR) else { return Ok(Reading::Other) };
    Ok(match part_of(path) {
        Some((part, module)) => Reading::Known(part, of_processor(part, module), role),
        None => Reading::Foreign(path.to_owned()),
    })
}

fn strip<'a>(name: &'a str, roles: &[(&str, Role)]) -> Option<(&'a str, Role)> {
    roles.iter().find_map(|&(end, role)| Some((name.strip_suffix(end)?, role)))
}

fn part_of(path: &str) -> Option<(LoraPart, &str)> {
    let prefixed = PREFIXES.into_iter().find_map(|(prefix, part)| Some((part, path.strip_prefix(prefix)?)));
    prefixed.or_else(|| {
        let (_, part) = TOPS.into_iter().find(|(top, _)| path.starts_with(top))?;
        Some((part, path))
    })
}

/// `attn1.processor.to_out` is the layer `attn1.to_out.0`; in the text encoder `to_q` is `q_proj`.
fn of_processor(part: LoraPart, module: &str) -> String {
    let module = module.replace(".processor.", ".");
    match (part, module.rsplit_once(".to_")) {
        (LoraPart::TextEncoder, Some((attention, layer))) => format!("{attention}.{layer}_proj"),
        (LoraPart::UNet, Some((attention, "out"))) => format!("{attention}.to_out.0"),
        _ => module,
    }
}

/// What metadata says of another family of models: kohya's base model, or the model specification's architecture.
pub(super) fn other_family(entry: &str, value: &str) -> Option<&'static str> {
    let families: &[(&str, &'static str)] = match entry {
        "ss_base_model_version" => &[("sdxl", SDXL), ("flux", FLUX), ("sd3", FLUX)],
        "modelspec.architecture" => {
            &[("stable-diffusion-xl", SDXL), ("flux", FLUX), ("stable-diffusion-3", FLUX)]
        }
        _ => return None,
    };
    families.iter().find(|(start, _)| value.starts_with(start)).map(|&(_, family)| family)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layout_names_the_same_module() {
        use LoraPart::{TextEncoder, UNet};
        let known = |part, module: &str, role| Ok(Reading::Known(part, module.to_owned(), role));
        let cases = [
            (
                "lora_unet_mid_block_attentions_0_proj_in.alpha",
                UNet,
                "mid_block_attentions_0_proj_in",
                Role::Alpha,
            ),
            (
                "lora_te_text_model_encoder_layers_0_mlp_fc1.lora_up.weight",
                TextEncoder,
                "text_model_encoder_layers_0_mlp_fc1",
                Role::Up,
            ),
            ("unet.up_blocks.1.attn.to_q.lora_A.weight", UNet, "up_blocks.1.attn.to_q", Role::Down),
            ("base_model.model.unet.conv_in.lora_B.default.weight", UNet, "conv_in", Role::Up),
            (
                "text_encoder.text_model.x.q_proj.lora_linear_layer.down.weight",
                TextEncoder,
                "text_model.x.q_proj",
                Role::Down,
            ),
            (
                "down_blocks.0.attn1.processor.to_out_lora.up.weight",
                UNet,
                "down_blocks.0.attn1.to_out.0",
                Role::Up,
            ),
            (
                "unet.mid_block.attn1.processor.to_k_lora.down.weight",
                UNet,
                "mid_block.attn1.to_k",
                Role::Down,
            ),
            (
                "text_encoder.text_model.x.self_attn.to_out_lora.up.weight",
                TextEncoder,
                "text_model.x.self_attn.out_proj",
                Role::Up,
            ),
        ];
        for (tensor, part, module, role) in cases {
            assert_eq!(read(tensor), known(part, module, role), "{tensor}");
        }
        assert_eq!(read("down_blocks.0.resnets.0.conv1.weight"), Ok(Reading::Other));
        assert_eq!(read("lora_vae_x.lora_up.weight"), Ok(Reading::Foreign("lora_vae_x".to_owned())));
    }

    #[test]
    fn other_methods_and_models_are_refused_by_name() {
        let cases = [
            ("lora_unet_x.lora_mid.weight", "Tucker"),
            ("lora_unet_x.dora_scale", "DoRA"),
            ("unet.x.lora_magnitude_vector", "DoRA"),
            ("lora_unet_x.hada_w1_a", "LoHa"),
            ("lora_unet_x.lokr_w1", "LoKr"),
            ("lora_unet_x.diff", "full difference"),
            ("lora_unet_x.diff_b", "full difference"),
            ("lora_unet_x.lora_up.bias", "biases"),
            ("lora_te1_text_model_x.lora_up.weight", "Stable Diffusion XL"),
            ("text_encoder_2.x.lora_A.weight", "Stable Diffusion XL"),
            ("transformer.x.lora_A.weight", "FLUX"),
            ("lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight", "FLUX"),
        ];
        for (tensor, expected) in cases {
            let error = read(tensor).unwrap_err().to_string();
            assert!(error.contains(expected) && error.contains(tensor), "{error}");
        }
    }
}
