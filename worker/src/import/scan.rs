//! Looking at every weight of a model.

use pipeline::PipelineError;
use weights::{Checkpoint, WeightsError};

use super::Watch;
use crate::error::EngineError;

/// Parts with weights; not every model has all of them.
const PARTS: [&str; 4] = ["text_encoder", "unet", "vae", "taesd"];

/// Reads all weights, one tensor at a time.
///
/// # Errors
/// [`WeightsError::NotFinite`] names the first tensor with a number that is infinite or none at all.
pub(super) async fn every_weight(checkpoint: &Checkpoint, watch: &dyn Watch) -> Result<(), EngineError> {
    for part in PARTS {
        let config = checkpoint.configs().open(&format!("{part}/config.json")).await;
        if config.map_err(PipelineError::from)?.is_none() {
            continue;
        }
        let tensors = checkpoint.tensors(part).await.map_err(PipelineError::from)?;
        for name in tensors.names() {
            if watch.is_cancelled() {
                return Err(EngineError::Cancelled);
            }
            // Position ids and the like are no weights, and no floating-point numbers either.
            if tensors.get(name).is_none_or(|info| !info.dtype.is_weights()) {
                continue;
            }
            let raw = tensors.read(name).await.map_err(PipelineError::from)?;
            if let Some(at) = raw.not_finite() {
                let error = WeightsError::NotFinite { tensor: name.to_owned(), at };
                return Err(PipelineError::from(error).into());
            }
        }
    }
    Ok(())
}
