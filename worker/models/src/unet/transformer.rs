//! A transformer over the pixels of a picture (diffusers' `Transformer2DModel`).

use kernels::{
    KernelError, Tensor,
    ops::{Epilogue, Statistics},
};

use super::{
    Pass,
    attention::{Context, CrossAttention, SelfAttention},
};
use crate::{
    ModelError,
    layers::{GroupNorm, LayerNorm, Linear, size_of},
    loader::Loader,
};

/// The transformers' norms do not follow the configuration's `norm_eps`.
const GROUP_NORM_EPS: f32 = 1e-6;
const LAYER_NORM_EPS: f32 = 1e-5;
/// Width of the feed-forward layer over the width of a token.
const EXPANSION: usize = 4;

/// Sizes of a transformer.
#[derive(Clone, Copy)]
pub(super) struct TransformerShape {
    pub(super) width: usize,
    pub(super) heads: usize,
    pub(super) layers: usize,
    pub(super) context_width: usize,
    pub(super) groups: usize,
}

/// `x + proj_out(blocks(proj_in(norm(x))))`. The projections are 1x1 convolutions or linear layers, which are
/// the same computation on channels-last pixels.
pub(super) struct Transformer {
    name: String,
    norm: GroupNorm,
    proj_in: Linear,
    transformer_blocks: Vec<TransformerBlock>,
    proj_out: Linear,
}

impl Transformer {
    pub(super) async fn load(at: &Loader<'_>, shape: TransformerShape) -> Result<Self, ModelError> {
        let width = shape.width;
        let mut transformer_blocks = Vec::with_capacity(shape.layers);
        for index in 0..shape.layers {
            let at = at.at("transformer_blocks").at(index);
            transformer_blocks.push(TransformerBlock::load(&at, shape).await?);
        }
        Ok(Self {
            name: at.path().to_owned(),
            norm: GroupNorm::load(&at.at("norm"), width, shape.groups, GROUP_NORM_EPS).await?,
            proj_in: Linear::load(&at.at("proj_in"), width, width).await?,
            transformer_blocks,
            proj_out: Linear::load(&at.at("proj_out"), width, width).await?,
        })
    }

    pub(super) fn cross_attentions(&self) -> impl Iterator<Item = &CrossAttention> {
        self.transformer_blocks.iter().map(|block| &block.attn2)
    }

    /// x: `[n, h, w, width]`
    pub(super) fn forward(&self, x: &Tensor, pass: &Pass<'_>) -> Result<Tensor, KernelError> {
        let [height, width] = size_of(x)?;
        // What each layer finds out for the norm behind it.
        let wanted = self.transformer_blocks.iter().map(|block| block.norm1.statistics());
        let mut wanted = wanted.chain([None]);
        let first = Epilogue { statistics: wanted.next().flatten(), ..Epilogue::default() };
        let projected = self.proj_in.forward_with(self.norm.of(x), first)?;
        let channels = projected.shape().last().copied().unwrap_or_default();
        let mut tokens = projected.reshape(&[pass.samples, height * width, channels])?;
        for (block, behind) in self.transformer_blocks.iter().zip(wanted) {
            tokens = block.forward(&tokens, pass.context, behind)?;
        }
        let added = added_to(x, self.norm.statistics());
        let output = self.proj_out.forward_with(&tokens.reshape(x.shape())?, added)?;
        pass.taps.record(&self.name, &output);
        Ok(output)
    }
}

/// Attention to the picture, attention to the prompt, feed-forward: each on normalised tokens, each added.
struct TransformerBlock {
    norm1: LayerNorm,
    attn1: SelfAttention,
    norm2: LayerNorm,
    attn2: CrossAttention,
    norm3: LayerNorm,
    /// Twice the inner width: half of it gates the other half.
    ff_in: Linear,
    ff_out: Linear,
}

impl TransformerBlock {
    async fn load(at: &Loader<'_>, shape: TransformerShape) -> Result<Self, ModelError> {
        let TransformerShape { width, heads, context_width, .. } = shape;
        let inner = EXPANSION * width;
        Ok(Self {
            norm1: LayerNorm::load(&at.at("norm1"), width, LAYER_NORM_EPS).await?,
            attn1: SelfAttention::load(&at.at("attn1"), width, heads).await?,
            norm2: LayerNorm::load(&at.at("norm2"), width, LAYER_NORM_EPS).await?,
            attn2: CrossAttention::load(&at.at("attn2"), width, context_width, heads).await?,
            norm3: LayerNorm::load(&at.at("norm3"), width, LAYER_NORM_EPS).await?,
            ff_in: Linear::load(&at.at("ff.net.0.proj"), width, 2 * inner).await?,
            ff_out: Linear::load(&at.at("ff.net.2"), inner, width).await?,
        })
    }

    /// tokens: `[n, t, width]`. `behind` is what a norm behind the block wants to know.
    fn forward(
        &self,
        tokens: &Tensor,
        context: &Context,
        behind: Option<Statistics>,
    ) -> Result<Tensor, KernelError> {
        let added = added_to(tokens, self.norm2.statistics());
        let tokens = self.attn1.forward_with(self.norm1.of(tokens), added)?;
        let added = added_to(&tokens, self.norm3.statistics());
        let tokens = self.attn2.forward_with(self.norm2.of(&tokens), context, added)?;
        let gated = Epilogue { gated: true, ..Epilogue::default() };
        let inner = self.ff_in.forward_with(self.norm3.of(&tokens), gated)?;
        self.ff_out.forward_with(&inner, added_to(&tokens, behind))
    }
}

/// What is behind a layer whose output is added to its input, and normalised.
fn added_to(input: &Tensor, statistics: Option<Statistics>) -> Epilogue<'_> {
    Epilogue { residual: Some(input), statistics, ..Epilogue::default() }
}
