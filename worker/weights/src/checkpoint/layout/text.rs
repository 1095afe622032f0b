//! `CLIPTextModel`.

use std::collections::BTreeSet;

use super::{Expected, Fault, Shapes, axis, count};

/// The sizes of a text encoder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::checkpoint) struct TextLayout {
    /// Rows of the token table.
    pub(in crate::checkpoint) vocabulary: usize,
    /// Longest prompt in tokens.
    pub(in crate::checkpoint) positions: usize,
    /// Width of a token.
    pub(in crate::checkpoint) width: usize,
    /// Width inside the feed-forward layers.
    pub(in crate::checkpoint) inner: usize,
    pub(in crate::checkpoint) layers: usize,
}

impl TextLayout {
    /// Reads the sizes off the shapes.
    ///
    /// # Errors
    /// [`Fault::Missing`], when a tensor is missing that says a size.
    pub(in crate::checkpoint) fn of(shapes: &Shapes) -> Result<Self, Fault> {
        let tokens = "embeddings.token_embedding.weight";
        Ok(Self {
            vocabulary: axis(shapes, tokens, 0)?,
            width: axis(shapes, tokens, 1)?,
            positions: axis(shapes, "embeddings.position_embedding.weight", 0)?,
            inner: axis(shapes, "encoder.layers.0.mlp.fc1.weight", 0)?,
            layers: count(shapes, "encoder.layers"),
        })
    }

    /// The names of every tensor.
    pub(in crate::checkpoint) fn expected(&self) -> BTreeSet<String> {
        let mut expected = Expected::default();
        expected.one("embeddings.token_embedding.weight");
        expected.one("embeddings.position_embedding.weight");
        expected.pair("final_layer_norm");
        for layer in 0..self.layers {
            let at = format!("encoder.layers.{layer}");
            expected.pairs(&at, &["layer_norm1", "layer_norm2", "mlp.fc1", "mlp.fc2"]);
            let attention = format!("{at}.self_attn");
            expected.pairs(&attention, &["q_proj", "k_proj", "v_proj", "out_proj"]);
        }
        expected.names
    }
}
