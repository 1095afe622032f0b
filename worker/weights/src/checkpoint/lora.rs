//! A short account of a LoRA file, from its names and shapes alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::Tensors;

/// What a LoRA file changes, and by how many ranks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoraSummary {
    /// How many modules have weights in it.
    pub modules: usize,
    /// How many of them are of the text encoder.
    pub text_modules: usize,
    /// Ranks, with how many modules have each.
    pub ranks: BTreeMap<usize, usize>,
    /// Whether it states alphas; without them the alpha is the rank.
    pub has_alpha: bool,
}

/// The first of a module's two matrices, `[rank, inputs, ..]`, as different tools name it.
const DOWN: [&str; 4] = [".lora_down.", ".lora_A.", ".lora.down.", ".lora_linear_layer.down."];

/// Beginnings of the text encoder's modules.
const TEXT: [&str; 3] = ["lora_te", "text_encoder", "text_model"];

impl LoraSummary {
    pub(super) fn of(tensors: &Tensors) -> Self {
        let mut summary = Self::default();
        let mut modules = BTreeSet::new();
        for name in tensors.names() {
            summary.has_alpha |= name.ends_with(".alpha");
            let Some((module, _)) = DOWN.iter().find_map(|down| name.split_once(down)) else { continue };
            if modules.insert(module) {
                summary.text_modules += usize::from(TEXT.iter().any(|text| module.starts_with(text)));
                let rank = tensors.get(name).and_then(|info| info.shape.first()).copied().unwrap_or_default();
                *summary.ranks.entry(rank).or_default() += 1;
            }
        }
        summary.modules = modules.len();
        summary
    }
}
