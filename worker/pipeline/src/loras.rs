//! Whether a request's LoRAs can be used with a model.

use weights::lora::{Lora, LoraPart, module_shapes};

use crate::{Model, PipelineError, Request};

/// Largest scale either way. Beyond a few times what a LoRA was trained at, pictures fall apart.
const MOST_SCALE: f64 = 10.0;

impl Model {
    /// The modules of a LoRA that this model lacks, as the LoRA's file spells them. They are left out; a LoRA of which
    /// some modules fit can be used.
    ///
    /// # Errors
    /// [`PipelineError::Model`] when none fits, or when one of the right name has another size.
    pub fn unused_modules(&self, lora: &Lora) -> Result<Vec<String>, PipelineError> {
        let unet = module_shapes(LoraPart::UNet, &self.unet.1);
        let text = module_shapes(LoraPart::TextEncoder, &self.text.1);
        Ok(lora.unused(&unet, &text)?)
    }
}

/// Checks every LoRA of a request by its header.
pub(crate) fn check(model: &Model, request: &Request) -> Result<(), PipelineError> {
    for used in &request.loras {
        if !(-MOST_SCALE..=MOST_SCALE).contains(&used.scale) {
            return Err(PipelineError::LoraScale { value: used.scale });
        }
        model.unused_modules(&used.lora)?;
    }
    Ok(())
}
