//! How picture and noise are mixed in latents, and what a prediction says of both.

use crate::{Prediction, sampler::combine};

/// Shares of the clean latents and of unit noise: `x = signal * x0 + noise * epsilon`, with squares that add up to
/// one. Samplers whose latents are `x0 + sigma * epsilon` see them here multiplied by `signal`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mix {
    pub(crate) signal: f64,
    pub(crate) noise: f64,
}

impl Mix {
    /// At a share `alpha_bar` of the picture's variance (Ho et al. 2020).
    pub(crate) fn of_alpha_bar(alpha_bar: f64) -> Self {
        Self { signal: alpha_bar.sqrt(), noise: (1.0 - alpha_bar).sqrt() }
    }

    /// At noise over signal (Karras et al. 2022).
    pub(crate) fn of_sigma(sigma: f64) -> Self {
        let signal = 1.0 / (sigma * sigma + 1.0).sqrt();
        Self { signal, noise: sigma * signal }
    }

    /// The clean value and the noise that one predicted value implies: Ho et al. 2020, equation 15, for noise;
    /// Salimans and Ho 2022, appendix D, for velocity. `value` is at the scale of this mix.
    pub(crate) fn split(self, prediction: Prediction, output: f64, value: f64) -> (f64, f64) {
        let Self { signal, noise } = self;
        match prediction {
            Prediction::V => (signal * value - noise * output, signal * output + noise * value),
            Prediction::Sample => (output, (value - signal * output) / noise),
            // Flows mix in other shares; the samplers that do it so refuse them.
            Prediction::Epsilon | Prediction::Flow => ((value - noise * output) / signal, output),
        }
    }

    /// The clean values that a prediction implies. As long as the shorter of both.
    pub(crate) fn clean(self, prediction: Prediction, output: &[f32], sample: &[f32]) -> Vec<f64> {
        let pairs = output.iter().zip(sample);
        pairs.map(|(&output, &value)| self.split(prediction, output.into(), value.into()).0).collect()
    }

    /// Clean latents with unit noise. As long as the shorter of both.
    pub(crate) fn add_noise(self, original: &[f32], noise: &[f32]) -> Vec<f32> {
        combine(self.signal, original, self.noise, noise)
    }
}
