//! The text encoder's names: transformers' (with or without `text_model.`), or OpenCLIP's.

use super::{Named, Names, Renames, has_module, renamed, split_after, whole};

/// Outside the layers of OpenCLIP.
const TOP: &[(&str, &str)] = &[
    ("token_embedding", "embeddings.token_embedding"),
    ("positional_embedding", "embeddings.position_embedding.weight"),
    ("ln_final", "final_layer_norm"),
];

/// Inside a layer of OpenCLIP.
const LAYER: &[(&str, &str)] = &[
    ("ln_1", "layer_norm1"),
    ("ln_2", "layer_norm2"),
    ("attn.out_proj", "self_attn.out_proj"),
    ("mlp.c_fc", "mlp.fc1"),
    ("mlp.c_proj", "mlp.fc2"),
];

/// Queries, keys and values, in the order of their rows in the fused projection.
const FUSED: [(&str, &str); 2] = [("attn.in_proj_weight", "weight"), ("attn.in_proj_bias", "bias")];
const THIRDS: [&str; 3] = ["q_proj", "k_proj", "v_proj"];

/// Weights of tasks other than conditioning, and the mask that every CLIP computes for itself.
const UNUSED: [&str; 4] = ["text_projection", "text_projection.weight", "logit_scale", "attn_mask"];

/// The last of ViT-H's 24 layers, which Stable Diffusion 2 does not run. In transformers' names it is there in files of
/// stable-diffusion.cpp, and not in published folders. No other encoder here has so many layers.
const VIT_H_LAST: &str = "encoder.layers.23";

/// What becomes of each name.
pub(super) fn renames(names: &Names<'_>) -> Renames {
    let is_open_clip = has_module(names, "transformer.resblocks");
    let last = is_open_clip.then(|| layers(names).saturating_sub(1));
    let rename = |name: &str| match last {
        _ if UNUSED.contains(&name) => Some(Vec::new()),
        Some(last) => open_clip(name, last),
        None => Some(transformers(name)),
    };
    names.iter().filter_map(|name| Some(((*name).to_owned(), rename(name)?))).collect()
}

fn layers(names: &Names<'_>) -> usize {
    (0_usize..).take_while(|layer| has_module(names, &format!("transformer.resblocks.{layer}"))).count()
}

/// Stable Diffusion 2 conditions on the layer before the last (`FrozenOpenCLIPEmbedder`, `layer="penultimate"`),
/// so that the last one is not run.
fn open_clip(name: &str, last: usize) -> Option<Vec<Named>> {
    if let Some(new) = renamed(TOP, name) {
        return Some(whole(new));
    }
    let (layer, rest) = split_after(name.strip_prefix("transformer.resblocks.")?, 1)?;
    let layer: usize = layer.parse().ok()?;
    if layer >= last {
        return Some(Vec::new());
    }
    let at = format!("encoder.layers.{layer}");
    if let Some((_, kind)) = FUSED.iter().find(|(fused, _)| rest == *fused) {
        let third = |(third, name): (usize, &&str)| Named {
            to: format!("{at}.self_attn.{name}.{kind}"),
            third: Some(third),
        };
        return Some(THIRDS.iter().enumerate().map(third).collect());
    }
    Some(whole(format!("{at}.{}", renamed(LAYER, rest)?)))
}

fn transformers(name: &str) -> Vec<Named> {
    let name = name.strip_prefix("text_model.").unwrap_or(name);
    match name.starts_with(&format!("{VIT_H_LAST}.")) || UNUSED.contains(&name) {
        true => Vec::new(),
        false => whole(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_layer_is_left_out() {
        let names = [
            "transformer.resblocks.0.attn.in_proj_weight",
            "transformer.resblocks.1.ln_1.weight",
            "text_projection",
        ];
        let renames = renames(&names.into_iter().collect());
        let fused: Vec<_> = renames[names[0]].iter().map(|named| (named.to.as_str(), named.third)).collect();
        assert_eq!(
            fused,
            [
                ("encoder.layers.0.self_attn.q_proj.weight", Some(0)),
                ("encoder.layers.0.self_attn.k_proj.weight", Some(1)),
                ("encoder.layers.0.self_attn.v_proj.weight", Some(2)),
            ]
        );
        assert!(renames[names[1]].is_empty() && renames[names[2]].is_empty());
    }
}
