//! From the names of published single files to diffusers' names, by tables and by what names there are.
//!
//! The names of single files are those of CompVis' latent-diffusion code (`ldm/modules/diffusionmodules`), which
//! number a UNet's blocks in one row; where a level begins, and which blocks have attention, is read off the names.

mod text;
mod unet;
mod vae;

pub(super) use vae::is_tiny;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use super::Part;
use crate::{Tensors, View};

/// Names of one part, without the part's prefix.
pub(super) type Names<'a> = BTreeSet<&'a str>;

/// What a name becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// Diffusers' name.
    pub(super) to: String,
    /// Which third of the tensor's rows, for fused projections.
    pub(super) third: Option<usize>,
}

/// What becomes of each name of a part. Names without an entry are unknown; an empty entry says that the model
/// has no use for the tensor.
pub(super) type Renames = BTreeMap<String, Vec<Named>>;

/// Prefixes of the parts in single files, longest first where one begins another.
const PREFIXES: [(&str, Part); 7] = [
    ("model.diffusion_model.", Part::Unet),
    ("unet.", Part::Unet),
    ("first_stage_model.", Part::Vae),
    ("vae.", Part::Vae),
    ("cond_stage_model.transformer.", Part::TextEncoder),
    ("cond_stage_model.model.", Part::TextEncoder),
    ("text_encoder.", Part::TextEncoder),
];

/// Tensors that tell a file of one part alone, without a prefix.
const BARE: [(&str, Part); 7] = [
    ("input_blocks.0.0.weight", Part::Unet),
    ("down_blocks.0.resnets.0.conv1.weight", Part::Unet),
    ("encoder.conv_in.weight", Part::Vae),
    ("decoder.conv_in.weight", Part::Vae),
    ("decoder.layers.0.weight", Part::Vae),
    ("embeddings.token_embedding.weight", Part::TextEncoder),
    ("text_model.embeddings.token_embedding.weight", Part::TextEncoder),
];

/// A copy of the UNet that training averages; samplers use the other one.
const EMA: &str = "model_ema.";

/// What training code registers beside the weights: tables of the noise schedule, and marks of the model's kind.
const BUFFERS: [&str; 19] = [
    "alphas_cumprod",
    "alphas_cumprod_prev",
    "betas",
    "cond_stage_model.logit_scale",
    "denoiser.sigmas",
    "edm_vpred.sigma_max",
    "edm_vpred.sigma_min",
    "log_one_minus_alphas_cumprod",
    "logvar",
    "lvlb_weights",
    "posterior_log_variance_clipped",
    "posterior_mean_coef1",
    "posterior_mean_coef2",
    "posterior_variance",
    "scale_factor",
    "sqrt_alphas_cumprod",
    "sqrt_one_minus_alphas_cumprod",
    "sqrt_recip_alphas_cumprod",
    "sqrt_recipm1_alphas_cumprod",
];

/// Keys that say what the model predicts, by being there.
pub(super) const V_PREDICTION: &str = "v_pred";
/// As [`V_PREDICTION`], for a schedule that ends in pure noise.
pub(super) const ZERO_SNR: &str = "ztsnr";

/// Where a tensor of a file belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// To a part, under this name there.
    In(Part, &'a str),
    /// An averaged copy.
    Ema,
    /// Nothing that is computed with.
    Buffer,
    /// Nowhere that is known.
    Unknown,
}

/// Sorts the names of a file.
pub(super) fn places(tensors: &Tensors) -> BTreeMap<&str, Place<'_>> {
    let bare = BARE.iter().find(|(name, _)| tensors.get(name).is_some()).map(|&(_, part)| part);
    tensors.names().map(|name| (name, place(name, bare))).collect()
}

fn place(name: &str, bare: Option<Part>) -> Place<'_> {
    if name.starts_with(EMA) {
        return Place::Ema;
    }
    let is_mark = name == V_PREDICTION || name == ZERO_SNR;
    if is_mark || BUFFERS.contains(&name) || name.ends_with("position_ids") {
        return Place::Buffer;
    }
    let prefixed = PREFIXES.iter().find_map(|&(prefix, part)| Some((part, name.strip_prefix(prefix)?)));
    match prefixed.or(bare.map(|part| (part, name))) {
        Some((part, name)) => Place::In(part, name),
        None => Place::Unknown,
    }
}

/// What becomes of the names of a part.
pub(super) fn renames(part: Part, names: &Names<'_>) -> Renames {
    match part {
        Part::Unet => unet::renames(names),
        Part::Vae => vae::renames(names),
        Part::TextEncoder => text::renames(names),
    }
}

/// A tensor `of` under the name `named.to`, `shape` being the tensor's own.
pub(super) fn view(of: &str, named: &Named, shape: &[usize]) -> View {
    let mut view = View::of(of);
    if let (Some(third), Some(&rows)) = (named.third, shape.first()) {
        // Rows that are not three equal parts give a range that is refused later, by its size.
        let len = rows / 3;
        view.rows = Some(third * len..(third + 1) * len);
    }
    // The attention of the autoencoder: 1x1 convolutions there, linear layers in diffusers.
    if let [rows, columns, 1, 1] = *shape
        && named.to.contains("mid_block.attentions.0.to_")
    {
        view.shape = Some(vec![rows, columns]);
    }
    view
}

/// `module.rest` under the first entry of `table` whose old name is the beginning of `rest`, by whole segments.
fn renamed(table: &[(&str, &str)], rest: &str) -> Option<String> {
    table.iter().find_map(|(old, new)| match rest.strip_prefix(old)? {
        "" => Some((*new).to_owned()),
        tail if tail.starts_with('.') => Some(format!("{new}{tail}")),
        _ => None,
    })
}

/// One name for one whole tensor.
fn whole(to: String) -> Vec<Named> {
    vec![Named { to, third: None }]
}

/// Splits after the first `count` segments: `a.b.c.d` after 2 is `a.b` and `c.d`.
fn split_after(name: &str, count: usize) -> Option<(&str, &str)> {
    let (at, _) = name.match_indices('.').nth(count.checked_sub(1)?)?;
    Some((name.get(..at)?, name.get(at + 1..)?))
}

/// Whether any name is inside the module.
fn has_module(names: &Names<'_>, module: &str) -> bool {
    inside(names, module).next().is_some()
}

/// What the names inside a module are called there.
fn inside<'a>(names: &Names<'a>, module: &str) -> impl Iterator<Item = &'a str> {
    let prefix = format!("{module}.");
    let from = names.range::<str, _>((Bound::Included(prefix.as_str()), Bound::Unbounded));
    from.map_while(move |name| name.strip_prefix(prefix.as_str()))
}

#[cfg(test)]
mod tests;
