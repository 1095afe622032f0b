//! The autoencoder's names. CompVis counts the decoder's levels from the outermost, diffusers from the innermost.

use super::{Names, Renames, has_module, renamed, split_after, whole};

const TOP: &[(&str, &str)] = &[
    ("encoder.conv_in", "encoder.conv_in"),
    ("encoder.norm_out", "encoder.conv_norm_out"),
    ("encoder.conv_out", "encoder.conv_out"),
    ("decoder.conv_in", "decoder.conv_in"),
    ("decoder.norm_out", "decoder.conv_norm_out"),
    ("decoder.conv_out", "decoder.conv_out"),
    ("quant_conv", "quant_conv"),
    ("post_quant_conv", "post_quant_conv"),
];

const RESNET: &[(&str, &str)] = &[
    ("norm1", "norm1"),
    ("conv1", "conv1"),
    ("norm2", "norm2"),
    ("conv2", "conv2"),
    ("nin_shortcut", "conv_shortcut"),
];

const MID: &[(&str, &str)] = &[
    ("block_1", "resnets.0"),
    ("block_2", "resnets.1"),
    ("attn_1.norm", "attentions.0.group_norm"),
    ("attn_1.q", "attentions.0.to_q"),
    ("attn_1.k", "attentions.0.to_k"),
    ("attn_1.v", "attentions.0.to_v"),
    ("attn_1.proj_out", "attentions.0.to_out.0"),
];

/// Diffusers' own names before 0.18.
const OLDER: [(&str, &str); 4] = [
    ("attentions.0.query.", "attentions.0.to_q."),
    ("attentions.0.key.", "attentions.0.to_k."),
    ("attentions.0.value.", "attentions.0.to_v."),
    ("attentions.0.proj_attn.", "attentions.0.to_out.0."),
];

/// Modules that only diffusers' own names have: of its `AutoencoderKL`, and of its `AutoencoderTiny`.
const DIFFUSERS: [&str; 4] = ["encoder.down_blocks", "decoder.up_blocks", "encoder.layers", TINY_DECODER];

/// What the decoder of a tiny autoencoder is.
const TINY_DECODER: &str = "decoder.layers";

/// Whether the names, under diffusers' names, are a tiny autoencoder's.
pub(in crate::checkpoint) fn is_tiny<'a>(mut names: impl Iterator<Item = &'a str>) -> bool {
    names.any(|name| name.strip_prefix(TINY_DECODER).is_some_and(|rest| rest.starts_with('.')))
}

/// What becomes of each name. Names of diffusers' own stay, but for those of its older versions.
pub(super) fn renames(names: &Names<'_>) -> Renames {
    let is_diffusers = DIFFUSERS.iter().any(|module| has_module(names, module));
    let levels = (0_usize..).take_while(|level| has_module(names, &format!("decoder.up.{level}"))).count();
    let rename = |name: &str| match is_diffusers {
        true => Some(OLDER.iter().fold(name.to_owned(), |name, (old, new)| name.replace(old, new))),
        false => renamed(TOP, name).or_else(|| inner(name, levels)),
    };
    let entry = |name: &&str| {
        // The discriminator of the autoencoder's training.
        let named = if name.starts_with("loss.") { Vec::new() } else { whole(rename(name)?) };
        Some(((*name).to_owned(), named))
    };
    names.iter().filter_map(entry).collect()
}

/// Names inside the levels and the middle.
fn inner(name: &str, levels: usize) -> Option<String> {
    let (side, rest) = name.split_once('.')?;
    let blocks = match side {
        "encoder" => "down",
        "decoder" => "up",
        _ => return None,
    };
    if let Some(mid) = rest.strip_prefix("mid.") {
        return Some(format!("{side}.mid_block.{}", renamed(MID, mid)?));
    }
    let (level, rest) = rest.strip_prefix(blocks)?.strip_prefix('.')?.split_once('.')?;
    let level: usize = level.parse().ok()?;
    let level = if blocks == "up" { levels.checked_sub(level.checked_add(1)?)? } else { level };
    let at = format!("{side}.{blocks}_blocks.{level}");
    if let Some(conv) = rest.strip_prefix(&format!("{blocks}sample.conv.")) {
        return Some(format!("{at}.{blocks}samplers.0.conv.{conv}"));
    }
    let (block, rest) = split_after(rest.strip_prefix("block.")?, 1)?;
    block.parse::<usize>().ok()?;
    Some(format!("{at}.resnets.{block}.{}", renamed(RESNET, rest)?))
}
