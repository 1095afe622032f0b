//! What a UNet predicts. Nothing in the weights says it, so that there is an order of what is believed.

use crate::Tensors;

use super::{
    layout::UnetLayout,
    names::{V_PREDICTION, ZERO_SNR},
};

/// Width of the prompt's tokens in Stable Diffusion 2.
const OPEN_CLIP_WIDTH: usize = 1024;
/// Channels of an inpainting UNet's input; the one of Stable Diffusion 2 predicts noise.
const INPAINTING_CHANNELS: usize = 9;

/// What a UNet predicts, and how that is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prediction {
    /// True for the velocity, false for the noise.
    pub is_v: bool,
    /// Whether the schedule was rescaled to end in pure noise.
    pub has_zero_snr: bool,
    /// What it was inferred from.
    pub evidence: String,
    /// True when only the rule of the family speaks for it, which some models break.
    pub is_guess: bool,
}

impl Prediction {
    /// The value of `prediction_type` in a scheduler's configuration.
    pub fn name(&self) -> &'static str {
        if self.is_v { "v_prediction" } else { "epsilon" }
    }

    /// By what the file says, else by the family's rule: with prompts 1024 wide, velocity, as in the 768 pixel models
    /// of Stable Diffusion 2 (its 512 pixel base predicts noise and looks the same); otherwise noise.
    pub(super) fn of(tensors: &Tensors, unet: &UnetLayout) -> Self {
        Self::stated(tensors).unwrap_or_else(|| Self::by_rule(tensors, unet))
    }

    /// By a mark among the tensors, else by the file's metadata; `None` when neither says anything.
    pub(super) fn stated(tensors: &Tensors) -> Option<Self> {
        let known = |is_v: bool, evidence: String| Self {
            is_v,
            has_zero_snr: tensors.get(ZERO_SNR).is_some(),
            evidence,
            is_guess: false,
        };
        if tensors.get(V_PREDICTION).is_some() {
            return Some(known(true, format!("the key {V_PREDICTION}")));
        }
        ["modelspec.prediction_type", "modelspec.architecture"].into_iter().find_map(|key| {
            let value = tensors.metadata().get(key)?.text()?;
            Some(known(is_velocity(value)?, format!("{key} {value:?}")))
        })
    }

    fn by_rule(tensors: &Tensors, unet: &UnetLayout) -> Self {
        let is_inpainting = unet.in_channels == INPAINTING_CHANNELS;
        let is_v = !is_inpainting && unet.context == Some(OPEN_CLIP_WIDTH);
        let evidence = match unet.context {
            _ if is_inpainting => format!("an input of {INPAINTING_CHANNELS} channels, for inpainting"),
            Some(width) => format!("prompts {width} wide"),
            None => "no attention to prompts".to_owned(),
        };
        let has_zero_snr = tensors.get(ZERO_SNR).is_some();
        // Only the models of Stable Diffusion 2 come in both kinds.
        Self { is_v, has_zero_snr, evidence, is_guess: !is_inpainting && (is_v || unet.is_linear) }
    }
}

/// The values of the `modelspec` standard.
fn is_velocity(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "v" | "v_prediction" | "v-prediction" | "stable-diffusion-v2-768-v" => Some(true),
        "epsilon" | "eps" | "stable-diffusion-v2-512" | "stable-diffusion-v1" => Some(false),
        _ => None,
    }
}
