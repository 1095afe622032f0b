//! Files of other kinds, recognised by a few of their published names and refused in a sentence that helps.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;

use std::rc::Rc;

use pollster::block_on;
use support::zeros;
use weights::{Checkpoint, Family, MemoryFolder, MemorySource, Survey, Tensors, WeightsError};

/// A kind, names that its files have, and what the refusal must say.
const KINDS: &[(Family, &[&str], &str)] = &[
    (Family::Lora, &["lora_unet_mid_block_attentions_0_proj_in.lora_down.weight"], "add this file"),
    (Family::Lora, &["unet.mid_block.attentions.0.proj_in.lora_A.weight"], "add this file"),
    (Family::Lora, &["text_encoder.encoder.layers.0.self_attn.q_proj.lora_linear_layer.down.weight"], "LoRA"),
    (Family::ControlNet, &["control_model.input_blocks.0.0.weight"], "not run"),
    (Family::ControlNet, &["controlnet_cond_embedding.conv_in.weight", "conv_in.weight"], "ControlNet"),
    (
        Family::StableDiffusionXl,
        &["conditioner.embedders.1.model.ln_final.weight", "model.diffusion_model.input_blocks.0.0.weight"],
        "Stable Diffusion XL",
    ),
    (Family::StableDiffusionXl, &["label_emb.0.0.weight", "input_blocks.0.0.weight"], "1 and 2"),
    (Family::StableDiffusion3, &["model.diffusion_model.joint_blocks.0.x_block.mlp.fc1.weight"], "1 and 2"),
    (Family::Flux, &["double_blocks.0.img_attn.qkv.weight"], "FLUX"),
    (Family::Flux, &["model.diffusion_model.double_blocks.0.img_attn.qkv.weight"], "FLUX"),
    (Family::Vae, &["encoder.conv_in.weight", "decoder.conv_in.weight"], "as the VAE of"),
    (Family::TextEncoder, &["text_model.encoder.layers.0.mlp.fc1.weight"], "whole checkpoint"),
    (Family::Embedding, &["emb_params"], "one token"),
    (Family::Unknown, &["something.else"], "no known kind"),
];

#[test]
fn other_kinds_are_told_apart_and_refused() {
    for (family, names, expected) in KINDS {
        let shape: &[usize] = &[4, 4];
        let bytes = zeros(names.iter().map(|&name| (name, shape)));
        let tensors = block_on(Tensors::open(Rc::new(MemorySource::new(bytes.clone())))).unwrap();
        assert_eq!(Survey::of(&tensors).family, *family, "{names:?}");

        let mut folder = MemoryFolder::default();
        folder.insert("checkpoint.safetensors", bytes);
        let error = block_on(Checkpoint::open(Rc::new(folder))).err().unwrap();
        assert!(matches!(&error, WeightsError::OtherFamily { family: got, .. } if got == family), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn a_lora_is_summed_up() {
    let (rank_4, rank_8): (&[usize], &[usize]) = (&[4, 16], &[8, 16, 3, 3]);
    let bytes = zeros([
        ("lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight", rank_4),
        ("lora_unet_up_blocks_0_resnets_0_conv1.lora_down.weight", rank_8),
        ("lora_unet_up_blocks_0_resnets_0_conv1.lora_up.weight", rank_8),
        ("lora_unet_up_blocks_0_resnets_0_conv1.alpha", &[]),
    ]);
    let tensors = block_on(Tensors::open(Rc::new(MemorySource::new(bytes)))).unwrap();
    let lora = Survey::of(&tensors).lora.unwrap();
    assert_eq!((lora.modules, lora.text_modules, lora.has_alpha), (2, 1, true));
    assert_eq!(lora.ranks, [(4, 1), (8, 1)].into());
}

#[test]
fn pickles_are_refused_unread() {
    let heads: [&[u8]; 2] = [b"PK\x03\x04archive/data.pkl", b"\x80\x02}q\x00(X\x06\x00state"];
    for head in heads {
        for name in ["checkpoint.ckpt", "checkpoint.safetensors"] {
            let mut folder = MemoryFolder::default();
            folder.insert(name, head);
            let error = block_on(Checkpoint::open(Rc::new(folder))).err().unwrap();
            assert_eq!(error, WeightsError::Pickle { file: name.to_owned() });
        }
    }
    let mut folder = MemoryFolder::default();
    folder.insert("text_encoder/pytorch_model.bin", b"PK".as_slice());
    let error = block_on(Tensors::open_in(&folder, "text_encoder/model")).err().unwrap();
    assert_eq!(error, WeightsError::Pickle { file: "text_encoder/pytorch_model.bin".to_owned() });
}

#[test]
fn shards_of_the_half_precision_variant_are_found() {
    let index = br#"{"weight_map":{"a":"m.fp16-00001-of-00001.safetensors"}}"#;
    let shape: &[usize] = &[2];
    for ending in ["safetensors.index.fp16.json", "fp16.safetensors.index.json"] {
        let mut folder = MemoryFolder::default();
        folder.insert(format!("unet/m.{ending}"), index.as_slice());
        folder.insert("unet/m.fp16-00001-of-00001.safetensors", zeros([("a", shape)]));
        let tensors = block_on(Tensors::open_in(&folder, "unet/m")).unwrap();
        assert_eq!(tensors.names().collect::<Vec<_>>(), ["a"]);
    }
}
