//! `text_encoder/config.json`.

use kernels::ops::Activation;
use serde::Deserialize;
use weights::{Folder, require_json};

use crate::ModelError;

const FILE: &str = "text_encoder/config.json";

/// Sizes of CLIP's text encoder, under transformers' names (`CLIPTextConfig`) and with its defaults. Other
/// settings are not looked at: transformers writes dozens (of text generation, of training) that CLIP never reads.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct ClipTextConfig {
    /// `clip_text_model`.
    pub model_type: String,
    /// Rows of the token table.
    pub vocab_size: usize,
    /// Width of a token.
    pub hidden_size: usize,
    /// Width inside the feed-forward layers.
    pub intermediate_size: usize,
    /// Number of layers. Published SD 2.x encoders have one less than the model they were cut from, so that the
    /// last hidden state is the penultimate layer's.
    pub num_hidden_layers: usize,
    /// Attention heads.
    pub num_attention_heads: usize,
    /// Longest prompt in tokens.
    pub max_position_embeddings: usize,
    /// `quick_gelu` or `gelu`.
    pub hidden_act: String,
    /// Epsilon of every norm.
    pub layer_norm_eps: f32,
    /// Whether padding is hidden from the prompt's tokens. diffusers' pipelines read it, transformers knows nothing of it.
    pub use_attention_mask: bool,
}

impl Default for ClipTextConfig {
    fn default() -> Self {
        Self {
            model_type: "clip_text_model".to_owned(),
            vocab_size: 49408,
            hidden_size: 512,
            intermediate_size: 2048,
            num_hidden_layers: 12,
            num_attention_heads: 8,
            max_position_embeddings: 77,
            hidden_act: "quick_gelu".to_owned(),
            layer_norm_eps: 1e-5,
            use_attention_mask: false,
        }
    }
}

impl ClipTextConfig {
    /// Reads a configuration.
    ///
    /// # Errors
    /// [`ModelError::Weights`] when the file is missing or not JSON, [`ModelError::Unsupported`] for another
    /// kind of encoder, [`ModelError::BadSetting`] for sizes that do not fit each other.
    pub async fn load(folder: &dyn Folder, path: &str) -> Result<Self, ModelError> {
        let config: Self = require_json(folder, path).await?;
        config.check()?;
        Ok(config)
    }

    pub(crate) fn check(&self) -> Result<(), ModelError> {
        if self.model_type != "clip_text_model" {
            return Err(unsupported("model_type", &self.model_type));
        }
        if self.use_attention_mask {
            return Err(unsupported("use_attention_mask", "true"));
        }
        self.activation()?;
        let heads = self.num_attention_heads;
        if heads == 0 || !self.hidden_size.is_multiple_of(heads) {
            let reason = format!("is {heads}, which does not divide hidden_size {}", self.hidden_size);
            return Err(ModelError::BadSetting { file: FILE, field: "num_attention_heads", reason });
        }
        Ok(())
    }

    pub(crate) fn activation(&self) -> Result<Activation, ModelError> {
        match self.hidden_act.as_str() {
            "quick_gelu" => Ok(Activation::QuickGelu),
            "gelu" => Ok(Activation::Gelu),
            other => Err(unsupported("hidden_act", other)),
        }
    }
}

fn unsupported(field: &str, value: &str) -> ModelError {
    ModelError::Unsupported { file: FILE, field: field.to_owned(), value: format!("{value:?}") }
}
