//! CLIP's text encoder: a causal transformer over token ids ("Learning Transferable Visual Models From Natural
//! Language Supervision", Radford et al. 2021). The diffusion model attends to its normalised last hidden state.

mod config;
mod layer;

use kernels::{Device, Tensor, Weight, ops};
use weights::{Folder, Tensors, lora::LoraPart};

use crate::{Adapters, ModelError, layers::LayerNorm, loader::Loader};
pub use config::ClipTextConfig;
use layer::EncoderLayer;

/// CLIP's text encoder on a device.
pub struct ClipText {
    device: Device,
    token_embedding: Weight,
    position_embedding: Weight,
    layers: Vec<EncoderLayer>,
    final_layer_norm: LayerNorm,
    adapters: Adapters,
}

impl ClipText {
    /// Loads the encoder from a part's folder, for example `text_encoder`.
    ///
    /// # Errors
    /// Any [`ModelError`] about the configuration and the weights.
    pub async fn open(device: &Device, folder: &dyn Folder, part: &str) -> Result<Self, ModelError> {
        let config = ClipTextConfig::load(folder, &format!("{part}/config.json")).await?;
        let tensors = Tensors::open_in(folder, &format!("{part}/model")).await?;
        Self::load(device, &tensors, &config).await
    }

    /// Loads the encoder from open tensors.
    ///
    /// # Errors
    /// Any [`ModelError`] about the configuration and the weights.
    pub async fn load(
        device: &Device,
        tensors: &Tensors,
        config: &ClipTextConfig,
    ) -> Result<Self, ModelError> {
        config.check()?;
        let root = Loader::new(device, tensors);
        // Published checkpoints nest the encoder in `text_model`; newer libraries write it without.
        let prefixed = root.at("text_model");
        let at = if prefixed.has("embeddings.token_embedding.weight") { prefixed } else { root };
        let width = config.hidden_size;
        let mut layers = Vec::with_capacity(config.num_hidden_layers);
        for index in 0..config.num_hidden_layers {
            layers.push(EncoderLayer::load(&at.at("encoder.layers").at(index), config).await?);
            device.checkpoint().await?;
        }
        let embeddings = at.at("embeddings");
        let positions = [config.max_position_embeddings, width];
        Ok(Self {
            device: device.clone(),
            token_embedding: embeddings.weight("token_embedding.weight", &[config.vocab_size, width]).await?,
            position_embedding: embeddings.weight("position_embedding.weight", &positions).await?,
            layers,
            final_layer_norm: LayerNorm::load(&at.at("final_layer_norm"), width, config.layer_norm_eps)
                .await?,
            adapters: Adapters::new(device, LoraPart::TextEncoder, at.layers().borrow(), at.path()),
        })
    }

    /// Where LoRAs are set into its layers.
    pub fn adapters(&self) -> &Adapters {
        &self.adapters
    }

    /// Encodes prompts of equal length, without the last `clip_skip` layers, to `[prompts, tokens, hidden_size]`
    /// after the final norm. `clip_skip` 0 is the last hidden state, 1 the penultimate layer's.
    ///
    /// # Errors
    /// [`ModelError::BadInput`] for prompts that differ in length, are too long, or hold an unknown id, and for
    /// a `clip_skip` that leaves no layer; [`ModelError::Kernel`] when the device fails or the work is cancelled.
    pub async fn forward(&self, prompts: &[Vec<u32>], clip_skip: usize) -> Result<Tensor, ModelError> {
        let tokens = self.checked_len(prompts)?;
        let kept = self.layers.len().checked_sub(clip_skip).filter(|&kept| kept > 0);
        let layers = kept.and_then(|kept| self.layers.get(..kept)).ok_or_else(|| {
            bad_input(format!("a clip_skip of {clip_skip}: it has {} layers", self.layers.len()))
        })?;
        let mut hidden = self.embed(prompts, tokens)?;
        for layer in layers {
            hidden = layer.forward(&hidden)?;
            self.device.checkpoint().await?;
        }
        Ok(self.final_layer_norm.forward(&hidden)?)
    }

    fn embed(&self, prompts: &[Vec<u32>], tokens: usize) -> Result<Tensor, ModelError> {
        let ids = prompts.concat();
        let positions: Vec<u32> = (0..tokens as u32).cycle().take(ids.len()).collect();
        let embedded = ops::add(
            &ops::embedding(&ids, &self.token_embedding)?,
            &ops::embedding(&positions, &self.position_embedding)?,
        )?;
        let width = embedded.shape().last().copied().unwrap_or_default();
        Ok(embedded.reshape(&[prompts.len(), tokens, width])?)
    }

    fn checked_len(&self, prompts: &[Vec<u32>]) -> Result<usize, ModelError> {
        let longest = self.position_embedding.shape().first().copied().unwrap_or_default();
        let vocabulary = self.token_embedding.shape().first().copied().unwrap_or_default();
        let tokens = prompts.first().map_or(0, Vec::len);
        if tokens == 0 || tokens > longest || prompts.iter().any(|prompt| prompt.len() != tokens) {
            let lengths: Vec<usize> = prompts.iter().map(Vec::len).collect();
            return Err(bad_input(format!(
                "prompts of {lengths:?} tokens: it needs one length for all, 1 to {longest}"
            )));
        }
        match prompts.iter().flatten().find(|&&id| id as usize >= vocabulary) {
            Some(id) => Err(bad_input(format!("token {id}: its vocabulary has {vocabulary}"))),
            None => Ok(tokens),
        }
    }
}

fn bad_input(what: String) -> ModelError {
    ModelError::BadInput { model: "the text encoder", what }
}
