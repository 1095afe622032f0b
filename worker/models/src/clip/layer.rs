//! One layer of the encoder: attention, then a feed-forward network, each on normalised input.

use kernels::{
    KernelError, Tensor,
    ops::{self, Activation, Epilogue, Input},
};

use super::ClipTextConfig;
use crate::{
    ModelError,
    layers::{LayerNorm, Linear, Stack},
    loader::Loader,
};

pub(super) struct EncoderLayer {
    layer_norm1: LayerNorm,
    self_attn: SelfAttention,
    layer_norm2: LayerNorm,
    fc1: Linear,
    fc2: Linear,
    activation: Activation,
}

impl EncoderLayer {
    pub(super) async fn load(at: &Loader<'_>, config: &ClipTextConfig) -> Result<Self, ModelError> {
        let (width, inner, eps) = (config.hidden_size, config.intermediate_size, config.layer_norm_eps);
        Ok(Self {
            layer_norm1: LayerNorm::load(&at.at("layer_norm1"), width, eps).await?,
            self_attn: SelfAttention::load(&at.at("self_attn"), width, config.num_attention_heads).await?,
            layer_norm2: LayerNorm::load(&at.at("layer_norm2"), width, eps).await?,
            fc1: Linear::load(&at.at("mlp.fc1"), width, inner).await?,
            fc2: Linear::load(&at.at("mlp.fc2"), inner, width).await?,
            activation: config.activation()?,
        })
    }

    /// hidden: `[b, t, c]`
    pub(super) fn forward(&self, hidden: &Tensor) -> Result<Tensor, KernelError> {
        let hidden = self.self_attn.add_to(hidden, self.layer_norm1.of(hidden))?;
        let activation = Epilogue { activation: self.activation, ..Epilogue::default() };
        let inner = self.fc1.forward_with(self.layer_norm2.of(&hidden), activation)?;
        self.fc2.add_to(&hidden, &inner)
    }
}

struct SelfAttention {
    /// `q_proj`, `k_proj` and `v_proj`.
    projections: Stack,
    out_proj: Linear,
    heads: usize,
}

impl SelfAttention {
    async fn load(at: &Loader<'_>, width: usize, heads: usize) -> Result<Self, ModelError> {
        let projections = ["q_proj", "k_proj", "v_proj"].map(|name| (at.at(name), width));
        Ok(Self {
            projections: Stack::load(&projections, width, true).await?,
            out_proj: Linear::load(&at.at("out_proj"), width, width).await?,
            heads,
        })
    }

    /// `residual + attention(x)`, where a token sees itself and those before it.
    fn add_to(&self, residual: &Tensor, x: Input<'_>) -> Result<Tensor, KernelError> {
        let projected = self.projections.forward(x)?;
        let [q, k, v] = projected.three()?;
        self.out_proj.add_to(residual, &ops::attention(q, k, v, self.heads, true)?)
    }
}
