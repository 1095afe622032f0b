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
        let place = if kind == "attentions" { 1 } else { index.checked_mul(2)? };
        return Some(format!("middle_block.{place}.{}", inner_name(kind, inner)?));
    }
    let (way, level, rest) = split(name)?;
    let (kind, index, inner) = split(rest)?;
    // Names come from files too, so that numbers may be absurd.
    let resnets = Some(resnets(modules, way)).filter(|&resnets| resnets > 0)?;
    match way {
        // Block 0 is the first convolution, and each level ends with a downsampler.
        "down_blocks" => {
            let first = level.checked_mul(resnets + 1)?.checked_add(1)?;
            match kind {
                "downsamplers" => Some(format!("input_blocks.{}.0.op", first.checked_add(resnets)?)),
                _ => Some(format!("input_blocks.{}.{}", first.checked_add(index)?, of_block(kind, inner)?)),
            }
        }
        // An upsampler stands behind what its level's last block has.
        "up_blocks" => match kind {
            "upsamplers" => {
                let attends = modules.contains_key(&format!("{way}.{level}.attentions.0.proj_in"));
                let place = 1 + usize::from(attends);
                let last = level.checked_add(1)?.checked_mul(resnets)?.checked_sub(1)?;
                Some(format!("output_blocks.{last}.{place}.conv"))
            }
            _ => {
                let block = level.checked_mul(resnets)?.checked_add(index)?;
                Some(format!("output_blocks.{block}.{}", of_block(kind, inner)?))
            }
        },
        _ => None,
    }
}

/// Residual blocks of a level; every level of one way has as many.
fn resnets(modules: &ModuleShapes, way: &str) -> usize {
    (0..).take_while(|index| modules.contains_key(&format!("{way}.0.resnets.{index}.conv1"))).count()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lora::ModuleShape;

    /// Stable Diffusion 1's layout: two residual blocks a level on the way down, three on the way up; the innermost
    /// level has no attention.
    #[test]
    fn blocks_are_counted_over_the_levels() {
        let pairs = [
            ("conv_in", "input_blocks.0.0"),
            ("down_blocks.0.resnets.0.conv1", "input_blocks.1.0.in_layers.2"),
            ("down_blocks.0.attentions.1.proj_in", "input_blocks.2.1.proj_in"),
            ("down_blocks.0.resnets.1.conv1", "input_blocks.2.0.in_layers.2"),
            ("down_blocks.0.downsamplers.0.conv", "input_blocks.3.0.op"),
            ("down_blocks.3.resnets.1.time_emb_proj", "input_blocks.11.0.emb_layers.1"),
            ("mid_block.attentions.0.proj_out", "middle_block.1.proj_out"),
            ("mid_block.resnets.1.conv2", "middle_block.2.out_layers.3"),
            ("up_blocks.0.resnets.0.conv1", "output_blocks.0.0.in_layers.2"),
            ("up_blocks.0.resnets.1.conv1", "output_blocks.1.0.in_layers.2"),
            ("up_blocks.0.resnets.2.conv1", "output_blocks.2.0.in_layers.2"),
            ("up_blocks.0.upsamplers.0.conv", "output_blocks.2.1.conv"),
            ("up_blocks.1.attentions.0.proj_in", "output_blocks.3.1.proj_in"),
            ("up_blocks.1.upsamplers.0.conv", "output_blocks.5.2.conv"),
            (
                "up_blocks.3.attentions.2.transformer_blocks.0.attn1.to_out.0",
                "output_blocks.11.1.transformer_blocks.0.attn1.to_out.0",
            ),
            ("up_blocks.3.resnets.2.conv_shortcut", "output_blocks.11.0.skip_connection"),
            ("time_embedding.linear_2", "time_embed.2"),
            ("conv_out", "out.2"),
        ];
        let shape = ModuleShape { outputs: 1, inputs: 1, kernel: [1, 1] };
        let modules: ModuleShapes = pairs.iter().map(|(name, _)| ((*name).to_owned(), shape)).collect();
        let found = names(&modules);
        assert_eq!(found.len(), pairs.len());
        for (name, expected) in pairs {
            assert!(found.contains(&(expected.to_owned(), name.to_owned())), "{name}: {found:?}");
        }
    }

    #[test]
    fn odd_names_have_no_alias() {
        let shape = ModuleShape { outputs: 1, inputs: 1, kernel: [1, 1] };
        let odd = [
            "up_blocks.0.upsamplers.0.conv",
            "down_blocks.x",
            "up_blocks.18446744073709551615.resnets.0.conv1",
        ];
        let modules: ModuleShapes = odd.iter().map(|name| ((*name).to_owned(), shape)).collect();
        assert_eq!(names(&modules), []);
    }
}
