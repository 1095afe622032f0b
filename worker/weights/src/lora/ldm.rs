//! The UNet's module names in the original code of latent diffusion (CompVis' `openaimodel.py`), which number the
//! blocks of the whole way down and up: `input_blocks.4.1` is diffusers' `down_blocks.1.attentions.0`.

use super::ModuleShapes;

/// Pairs of an LDM name and the diffusers name of the same module, for every module of a UNet. What lies within a
/// transformer has one name in both.
pub(super) fn names(modules: &ModuleShapes) -> Vec<(String, String)> {
    modules.keys().filter_map(|name| Some((ldm_name(modules, name)?, name.clone()))).collect()
}

fn ldm_name(modules: &ModuleShapes, name: &str) -> Option<String> {
    match name {
        "conv_in" => return Some("input_blocks.0.0".to_owned()),
        "conv_out" => return Some("out.2".to_owned()),
        "time_embedding.linear_1" => return Some("time_embed.0".to_owned()),
        "time_embedding.linear_2" => return Some("time_embed.2".to_owned()),
        _ => {}
    }
    if let Some(rest) = name.strip_prefix("mid_block.") {
        let (kind, index, inner) = split(rest)?;
        let place = if kind == "attentions" { 1 } else { 2 * index };
        return Some(format!("middle_block.{place}.{}", inner_name(kind, inner)?));
    }
    let (way, level, rest) = split(name)?;
    let (kind, index, inner) = split(rest)?;
    let resnets = resnets(modules, way, 0);
    match way {
        // Block 0 is the first convolution, and each level ends with a downsampler.
        "down_blocks" => {
            let first = 1 + level * (resnets + 1);
            match kind {
                "downsamplers" => Some(format!("input_blocks.{}.0.op", first + resnets)),
                _ => Some(format!("input_blocks.{}.{}", first + index, of_block(kind, inner)?)),
            }
        }
        // An upsampler stands behind what its level's last block has.
        "up_blocks" => match kind {
            "upsamplers" => {
                let attends = modules.contains_key(&format!("{way}.{level}.attentions.0.proj_in"));
                let place = 1 + usize::from(attends);
                Some(format!("output_blocks.{}.{place}.conv", (level + 1) * resnets - 1))
            }
            _ => Some(format!("output_blocks.{}.{}", level * resnets + index, of_block(kind, inner)?)),
        },
        _ => None,
    }
}

/// Residual blocks of a level; every level of one way has as many.
fn resnets(modules: &ModuleShapes, way: &str, level: usize) -> usize {
    (0..).take_while(|index| modules.contains_key(&format!("{way}.{level}.resnets.{index}.conv1"))).count()
}

/// `attentions.3.proj_in` to its three parts.
fn split(name: &str) -> Option<(&str, usize, &str)> {
    let (kind, rest) = name.split_once('.')?;
    let (index, inner) = rest.split_once('.')?;
    Some((kind, index.parse().ok()?, inner))
}

fn of_block(kind: &str, inner: &str) -> Option<String> {
    let place = usize::from(kind == "attentions");
    Some(format!("{place}.{}", inner_name(kind, inner)?))
}

fn inner_name<'a>(kind: &str, inner: &'a str) -> Option<&'a str> {
    match (kind, inner) {
        ("attentions", inner) => Some(inner),
        ("resnets", "conv1") => Some("in_layers.2"),
        ("resnets", "time_emb_proj") => Some("emb_layers.1"),
        ("resnets", "conv2") => Some("out_layers.3"),
        ("resnets", "conv_shortcut") => Some("skip_connection"),
        _ => None,
    }
}
