//! Attention of pixels to each other and to the prompt.

use std::collections::BTreeMap;

use kernels::{
    KernelError, Tensor,
    ops::{self, Epilogue, Input},
};

use crate::{
    ModelError,
    layers::{Linear, Stack},
    loader::Loader,
};

/// Attention of a picture's tokens to each other (`attn1`).
pub(super) struct SelfAttention {
    /// `to_q`, `to_k` and `to_v`.
    projections: Stack,
    to_out: Linear,
    heads: usize,
}

impl SelfAttention {
    pub(super) async fn load(at: &Loader<'_>, width: usize, heads: usize) -> Result<Self, ModelError> {
        let projections = ["to_q", "to_k", "to_v"].map(|name| (at.at(name), width));
        Ok(Self {
            projections: Stack::load(&projections, width, false).await?,
            to_out: Linear::load(&at.at("to_out.0"), width, width).await?,
            heads,
        })
    }

    /// The attention of x, with more work fused behind it.
    pub(super) fn forward_with(&self, x: Input<'_>, epilogue: Epilogue<'_>) -> Result<Tensor, KernelError> {
        let projected = self.projections.forward(x)?;
        let [q, k, v] = projected.three()?;
        self.to_out.forward_with(&ops::attention(q, k, v, self.heads, false)?, epilogue)
    }
}

/// Attention of a picture's tokens to the prompt's (`attn2`).
pub(super) struct CrossAttention {
    to_q: Linear,
    to_k: Linear,
    to_v: Linear,
    to_out: Linear,
    heads: usize,
    /// Under which the [`Context`] keeps this layer's part.
    name: String,
}

/// What every cross-attention layer makes of a prompt. It does not depend on picture or timestep, so it is
/// computed once and used in every step. Layers are told apart by their names.
#[derive(Default)]
pub struct Context {
    pub(super) layers: BTreeMap<String, KeyValue>,
    /// For a model that takes the guidance scale as an input.
    pub(super) guidance_scale: Option<f64>,
}

/// Keys and values of one layer, each `[b, t, c]`.
pub(super) struct KeyValue {
    k: Tensor,
    v: Tensor,
}

impl CrossAttention {
    pub(super) async fn load(
        at: &Loader<'_>,
        width: usize,
        context_width: usize,
        heads: usize,
    ) -> Result<Self, ModelError> {
        Ok(Self {
            to_q: Linear::load_without_bias(&at.at("to_q"), width, width).await?,
            to_k: Linear::load_without_bias(&at.at("to_k"), context_width, width).await?,
            to_v: Linear::load_without_bias(&at.at("to_v"), context_width, width).await?,
            to_out: Linear::load(&at.at("to_out.0"), width, width).await?,
            heads,
            name: at.path().to_owned(),
        })
    }

    /// Adds this layer's part to a context. prompt: `[b, t, context_width]`
    pub(super) fn prepare(&self, prompt: &Tensor, context: &mut Context) -> Result<(), KernelError> {
        let part = KeyValue { k: self.to_k.forward(prompt)?, v: self.to_v.forward(prompt)? };
        context.layers.insert(self.name.clone(), part);
        Ok(())
    }

    /// The attention of x to the prompt, with more work fused behind it.
    pub(super) fn forward_with(
        &self,
        x: Input<'_>,
        context: &Context,
        epilogue: Epilogue<'_>,
    ) -> Result<Tensor, KernelError> {
        let Some(KeyValue { k, v }) = context.layers.get(&self.name) else {
            return Err(KernelError::Shape {
                op: "cross-attention",
                expected: "a context made by the same model".to_owned(),
                got: format!("one of {} layers", context.layers.len()),
            });
        };
        let q = self.to_q.forward(x)?;
        self.to_out.forward_with(&ops::attention(&q, k, v, self.heads, false)?, epilogue)
    }
}
