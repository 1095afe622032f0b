//! The UNet's names.

use std::collections::BTreeMap;

use super::{Names, Renames, has_module, inside, renamed, split_after, whole};

type Table = &'static [(&'static str, &'static str)];

/// Outside the blocks.
const TOP: Table = &[
    ("time_embed.0", "time_embedding.linear_1"),
    ("time_embed.2", "time_embedding.linear_2"),
    ("time_embed.cond_proj", "time_embedding.cond_proj"),
    ("input_blocks.0.0", "conv_in"),
    ("out.0", "conv_norm_out"),
    ("out.2", "conv_out"),
];

const RESNET: Table = &[
    ("in_layers.0", "norm1"),
    ("in_layers.2", "conv1"),
    ("emb_layers.1", "time_emb_proj"),
    ("out_layers.0", "norm2"),
    ("out_layers.3", "conv2"),
    ("skip_connection", "conv_shortcut"),
];

/// Names inside are the same on both sides.
const TRANSFORMER: Table = &[
    ("norm", "norm"),
    ("proj_in", "proj_in"),
    ("transformer_blocks", "transformer_blocks"),
    ("proj_out", "proj_out"),
];

const DOWNSAMPLE: Table = &[("op", "conv")];
const UPSAMPLE: Table = &[("conv", "conv")];

/// In the order in which a module's names are tried.
const KINDS: [Table; 4] = [RESNET, TRANSFORMER, DOWNSAMPLE, UPSAMPLE];

/// Modules by their old names: the new name, and the table of what is inside.
type Modules = BTreeMap<String, (String, Table)>;

/// What becomes of each name. Names of diffusers' own stay.
pub(super) fn renames(names: &Names<'_>) -> Renames {
    if !has_module(names, "input_blocks") {
        return names.iter().map(|name| ((*name).to_owned(), whole((*name).to_owned()))).collect();
    }
    let modules = modules(names);
    let rename = |name: &str| {
        renamed(TOP, name).or_else(|| {
            // `input_blocks.1.0` and `middle_block.0`.
            [3, 2].into_iter().find_map(|segments| {
                let (module, rest) = split_after(name, segments)?;
                let (new, table) = modules.get(module)?;
                Some(format!("{new}.{}", renamed(table, rest)?))
            })
        })
    };
    names.iter().filter_map(|name| Some(((*name).to_owned(), whole(rename(name)?)))).collect()
}

/// What kind of module it is, from the names inside.
fn kind(names: &Names<'_>, module: &str) -> Option<Table> {
    let is = |table: &Table| inside(names, module).any(|name| renamed(table, name).is_some());
    KINDS.into_iter().find(is)
}

fn modules(names: &Names<'_>) -> Modules {
    let mut modules = Modules::new();
    add_down(names, &mut modules);
    add_mid(names, &mut modules);
    add_up(names, &mut modules);
    modules
}

/// Blocks in a row: residual blocks, each with or without attention, until a downsampler ends the level.
fn add_down(names: &Names<'_>, modules: &mut Modules) {
    let (mut level, mut layer) = (0_usize, 0_usize);
    for block in 1_usize.. {
        let module = format!("input_blocks.{block}.0");
        match kind(names, &module) {
            Some(DOWNSAMPLE) => {
                modules.insert(module, (format!("down_blocks.{level}.downsamplers.0"), DOWNSAMPLE));
                (level, layer) = (level + 1, 0);
            }
            Some(RESNET) => {
                modules.insert(module, (format!("down_blocks.{level}.resnets.{layer}"), RESNET));
                let attention = format!("input_blocks.{block}.1");
                if kind(names, &attention) == Some(TRANSFORMER) {
                    let new = format!("down_blocks.{level}.attentions.{layer}");
                    modules.insert(attention, (new, TRANSFORMER));
                }
                layer += 1;
            }
            _ => break,
        }
    }
}

/// Residual blocks with attention between them, or without.
fn add_mid(names: &Names<'_>, modules: &mut Modules) {
    let (mut resnets, mut attentions) = (0_usize, 0_usize);
    for index in 0_usize.. {
        let module = format!("middle_block.{index}");
        let new = match kind(names, &module) {
            Some(RESNET) => {
                resnets += 1;
                (format!("mid_block.resnets.{}", resnets - 1), RESNET)
            }
            Some(TRANSFORMER) => {
                attentions += 1;
                (format!("mid_block.attentions.{}", attentions - 1), TRANSFORMER)
            }
            _ => break,
        };
        modules.insert(module, new);
    }
}

/// As on the way down, but the upsampler that ends a level sits in the block of its last residual block.
fn add_up(names: &Names<'_>, modules: &mut Modules) {
    let (mut level, mut layer) = (0_usize, 0_usize);
    for block in 0_usize.. {
        let module = format!("output_blocks.{block}.0");
        if kind(names, &module) != Some(RESNET) {
            break;
        }
        modules.insert(module, (format!("up_blocks.{level}.resnets.{layer}"), RESNET));
        let mut is_last = false;
        for place in 1..=2 {
            let module = format!("output_blocks.{block}.{place}");
            match kind(names, &module) {
                Some(TRANSFORMER) => {
                    modules.insert(module, (format!("up_blocks.{level}.attentions.{layer}"), TRANSFORMER));
                }
                Some(UPSAMPLE) => {
                    modules.insert(module, (format!("up_blocks.{level}.upsamplers.0"), UPSAMPLE));
                    is_last = true;
                }
                _ => {}
            }
        }
        (level, layer) = if is_last { (level + 1, 0) } else { (level, layer + 1) };
    }
}
