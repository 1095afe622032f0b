//! Networks of many layouts, renamed as CompVis would have them and back.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use super::*;
use crate::checkpoint::layout::{Shapes, TextLayout, UnetLayout, VaeLayout};

/// CompVis' names for a UNet of diffusers' names, by counting blocks in a row: the inverse of what is tested.
fn unet_to_ldm(layout: &UnetLayout) -> Vec<(String, String)> {
    let levels = layout.widths.len();
    let (mut modules, mut block) = (Vec::new(), 1);
    for level in 0..levels {
        for layer in 0..layout.layers[level] {
            modules.push((format!("down_blocks.{level}.resnets.{layer}"), format!("input_blocks.{block}.0")));
            modules
                .push((format!("down_blocks.{level}.attentions.{layer}"), format!("input_blocks.{block}.1")));
            block += 1;
        }
        modules
            .push((format!("down_blocks.{level}.downsamplers.0.conv"), format!("input_blocks.{block}.0.op")));
        block += 1;
    }
    block = 0;
    for up in 0..levels {
        let level = levels - 1 - up;
        for layer in 0..=layout.layers[level] {
            modules.push((format!("up_blocks.{up}.resnets.{layer}"), format!("output_blocks.{block}.0")));
            modules.push((format!("up_blocks.{up}.attentions.{layer}"), format!("output_blocks.{block}.1")));
            block += 1;
        }
        let place = if layout.up_depths[level] > 0 { 2 } else { 1 };
        let upsampler = format!("output_blocks.{}.{place}.conv", block - 1);
        modules.push((format!("up_blocks.{up}.upsamplers.0.conv"), upsampler));
    }
    let second = if layout.mid_depth == Some(0) { 1 } else { 2 };
    for (new, old) in [("resnets.0", 0), ("attentions.0", 1), ("resnets.1", second)] {
        modules.push((format!("mid_block.{new}"), format!("middle_block.{old}")));
    }
    for (new, old) in [
        ("conv_in", "input_blocks.0.0"),
        ("time_embedding.linear_1", "time_embed.0"),
        ("time_embedding.linear_2", "time_embed.2"),
        ("conv_norm_out", "out.0"),
        ("conv_out", "out.2"),
    ] {
        modules.push((new.to_owned(), old.to_owned()));
    }
    let rename = |name: String| {
        let (module, old) = modules.iter().find(|(new, _)| name.starts_with(&format!("{new}."))).unwrap();
        let mut rest = name[module.len()..].to_owned();
        if module.contains("resnets") {
            for (new, old) in [
                (".norm1.", ".in_layers.0."),
                (".conv1.", ".in_layers.2."),
                (".time_emb_proj.", ".emb_layers.1."),
                (".norm2.", ".out_layers.0."),
                (".conv2.", ".out_layers.3."),
                (".conv_shortcut.", ".skip_connection."),
            ] {
                rest = rest.replace(new, old);
            }
        }
        (format!("{old}{rest}"), name)
    };
    layout.expected().into_iter().map(rename).collect()
}

fn assert_renames(part: Part, pairs: &[(String, String)]) {
    let names: Names<'_> = pairs.iter().map(|(old, _)| old.as_str()).collect();
    assert_eq!(names.len(), pairs.len(), "the inverse rule gave a name twice");
    let renames = renames(part, &names);
    for (old, new) in pairs {
        let got: Vec<_> = renames.get(old).into_iter().flatten().map(|named| named.to.as_str()).collect();
        assert_eq!(got, [new.as_str()], "{old}");
    }
}

/// Levels, layers of each, where attention is, how deep.
fn layouts() -> Vec<UnetLayout> {
    let mut layouts = Vec::new();
    for (widths, layers, depths, mid_depth) in [
        (vec![320, 640, 1280, 1280], vec![2, 2, 2, 2], vec![1, 1, 1, 0], Some(1)),
        (vec![32, 64, 96], vec![1, 1, 1], vec![0, 1, 0], Some(1)),
        (vec![32, 64, 96], vec![1, 3, 2], vec![0, 0, 2], Some(2)),
        (vec![320, 640, 1280], vec![2, 2, 2], vec![0, 2, 10], Some(10)),
        (vec![64], vec![4], vec![3], Some(0)),
        (vec![32, 32, 32, 32, 64], vec![1; 5], vec![0; 5], Some(0)),
    ] {
        let context = depths.iter().any(|&depth| depth > 0).then_some(768);
        let up_depths = depths.clone();
        let (in_channels, out_channels) = (9, 4);
        layouts.push(UnetLayout {
            in_channels,
            out_channels,
            widths,
            layers,
            down_depths: depths,
            up_depths,
            mid_depth,
            context,
            is_linear: false,
            guidance_waves: None,
        });
    }
    layouts
}

#[test]
fn unets_of_any_layout() {
    for layout in layouts() {
        assert_renames(Part::Unet, &unet_to_ldm(&layout));
    }
}

#[test]
fn sizes_are_read_back() {
    for layout in layouts() {
        let mut shapes: Shapes = layout.expected().into_iter().map(|name| (name, vec![8, 8, 1, 1])).collect();
        for (level, &width) in layout.widths.iter().enumerate() {
            shapes.insert(format!("down_blocks.{level}.resnets.0.conv1.weight"), vec![width, 8, 3, 3]);
        }
        shapes.insert("conv_in.weight".to_owned(), vec![8, 9, 3, 3]);
        shapes.insert("conv_out.weight".to_owned(), vec![4, 8, 3, 3]);
        for (name, shape) in &mut shapes {
            if name.ends_with("attn2.to_k.weight") {
                *shape = vec![8, 768];
            }
        }
        assert_eq!(UnetLayout::of(&shapes), Ok(layout));
    }
}

#[test]
fn autoencoders_of_any_depth() {
    for (widths, layers) in [(vec![128, 256, 512, 512], 2), (vec![64], 1), (vec![32, 64, 96], 3)] {
        let levels = widths.len();
        let layout = VaeLayout {
            in_channels: 3,
            out_channels: 3,
            latent_channels: 4,
            widths,
            layers,
            has_attention: true,
            has_quant: true,
            has_post_quant: true,
        };
        let rename = |name: String| {
            let mut old = name.clone();
            for up in 0..levels {
                let level = levels - 1 - up;
                old = old.replace(&format!("up_blocks.{up}."), &format!("up.{level}."));
                old = old.replace(&format!("down_blocks.{up}."), &format!("down.{up}."));
            }
            for (new, ldm) in [
                ("mid_block.resnets.0", "mid.block_1"),
                ("mid_block.resnets.1", "mid.block_2"),
                ("mid_block.attentions.0.group_norm", "mid.attn_1.norm"),
                ("mid_block.attentions.0.to_out.0", "mid.attn_1.proj_out"),
                ("mid_block.attentions.0.to_", "mid.attn_1."),
                ("resnets.", "block."),
                ("conv_shortcut", "nin_shortcut"),
                ("conv_norm_out", "norm_out"),
                ("samplers.0.", "sample."),
            ] {
                old = old.replace(new, ldm);
            }
            (old, name)
        };
        let pairs: Vec<_> = layout.expected().into_iter().map(rename).collect();
        assert_renames(Part::Vae, &pairs);
    }
}

#[test]
fn open_clip_gives_all_layers_but_the_last() {
    let layout = TextLayout { vocabulary: 49408, positions: 77, width: 1024, inner: 4096, layers: 3 };
    let mut names = vec!["token_embedding.weight".to_owned(), "positional_embedding".to_owned()];
    let pair = |module: &str| [format!("{module}.weight"), format!("{module}.bias")];
    names.extend(pair("ln_final"));
    for layer in 0..=layout.layers {
        let at = format!("transformer.resblocks.{layer}");
        names.extend(["attn.in_proj_weight", "attn.in_proj_bias"].map(|name| format!("{at}.{name}")));
        for module in ["ln_1", "ln_2", "attn.out_proj", "mlp.c_fc", "mlp.c_proj"] {
            names.extend(pair(&format!("{at}.{module}")));
        }
    }
    let renames = renames(Part::TextEncoder, &names.iter().map(String::as_str).collect());
    let got: BTreeSet<String> = renames.into_values().flatten().map(|named| named.to).collect();
    assert_eq!(got, layout.expected());
}

#[test]
fn names_from_outside_cannot_hurt() {
    let odd = [
        "decoder.up.18446744073709551615.block.0.conv1.weight",
        "encoder.down..block..conv1",
        "input_blocks.99999999999999999999.0.op.weight",
        "input_blocks.1.0.op.weight",
        "transformer.resblocks.18446744073709551615.ln_1.weight",
        ".",
        "",
        "encoder.mid.",
        "output_blocks.0.0.in_layers.0.é",
    ];
    for part in [Part::Unet, Part::Vae, Part::TextEncoder] {
        renames(part, &odd.into_iter().collect());
    }
}
