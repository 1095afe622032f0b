//! Operations of networks, counted from the shapes of their weights: each is multiplied with so many rows.

use checkpoints::Shapes;

/// Where a weight is used.
pub(super) struct Use {
    /// Rows that it meets, over all samples.
    pub(super) rows: usize,
    /// Behind queries: the keys that each of them meets.
    pub(super) keys: usize,
}

impl Use {
    pub(super) fn rows(rows: usize) -> Self {
        Self { rows, keys: 0 }
    }
}

/// Sums over all weights that `place` knows by their module's name.
pub(super) fn of(shapes: &Shapes, place: impl Fn(&str) -> Option<Use>) -> u64 {
    let weights = shapes.tensors().iter().filter(|(_, shape)| shape.len() > 1);
    let each = weights.filter_map(|(name, shape)| {
        let Use { rows, keys } = place(name.strip_suffix(".weight")?)?;
        let weight: usize = shape.iter().product();
        // Scores and their product with the values: 2 `keys` operations each for a channel of a query.
        let attention = 4 * rows as u64 * keys as u64 * shape[0] as u64;
        Some(2 * rows as u64 * weight as u64 + attention)
    });
    each.sum()
}

/// The number behind `prefix` in a module's name.
pub(super) fn number(module: &str, prefix: &str) -> Option<usize> {
    module.strip_prefix(prefix)?.split('.').next()?.parse().ok()
}

/// A module of a UNet of so many levels, for `samples` of `side` latents a side and prompts of so many `tokens`.
pub(super) fn unet_use(module: &str, levels: usize, samples: usize, side: usize, tokens: usize) -> Use {
    let level = if module.starts_with("mid_block") {
        levels - 1
    } else if let Some(block) = number(module, "down_blocks.") {
        block + usize::from(module.contains("downsamplers"))
    } else if let Some(block) = number(module, "up_blocks.") {
        levels - 1 - block - usize::from(module.contains("upsamplers"))
    } else {
        0
    };
    let positions = (side >> level) * (side >> level);
    if module.contains("time_emb") {
        return Use::rows(samples);
    }
    if module.ends_with("attn2.to_k") || module.ends_with("attn2.to_v") {
        return Use::rows(samples * tokens);
    }
    let keys = match module.rsplit_once('.') {
        Some((attention, "to_q")) if attention.ends_with("attn1") => positions,
        Some((_, "to_q")) => tokens,
        _ => 0,
    };
    Use { rows: samples * positions, keys }
}

/// A module of an autoencoder's decoder, for one picture of `side` latents a side; `None` for the encoder's.
pub(super) fn decoder_use(module: &str, levels: usize, side: usize) -> Option<Use> {
    if module == "post_quant_conv" {
        return Some(Use::rows(side * side));
    }
    let module = module.strip_prefix("decoder.")?;
    let doublings = match number(module, "up_blocks.") {
        Some(block) => block + usize::from(module.contains("upsamplers")),
        None if module == "conv_out" => levels - 1,
        None => 0,
    };
    let positions = (side << doublings) * (side << doublings);
    Some(Use { rows: positions, keys: if module.ends_with("to_q") { positions } else { 0 } })
}

/// A layer of the tiny decoder: four levels of five layers behind the first one.
pub(super) fn tiny_decoder_use(module: &str, side: usize) -> Option<Use> {
    let layer = number(module, "decoder.layers.")?;
    let level = layer.saturating_sub(1) / 5;
    Some(Use::rows((side << level) * (side << level)))
}

/// A module of the text encoder, for so many prompts. The tables are looked up, not multiplied.
pub(super) fn text_use(module: &str, prompts: usize, tokens: usize) -> Option<Use> {
    let keys = if module.ends_with("q_proj") { tokens } else { 0 };
    (!module.contains("embedding")).then_some(Use { rows: prompts * tokens, keys })
}
