//! Euler's method on a rectified flow (Liu et al. 2022), with the shifted times of Esser et al. 2024.
//!
//! Latents are `(1 - sigma) * x0 + sigma * noise`; the model predicts the slope `noise - x0` of that line.

use crate::{
    NoiseSource, Prediction, Sampler, SamplingError, SchedulerConfig,
    sampler::{checked_level, combine, refuse},
};

/// One step's noise level before and after it.
#[derive(Debug, Clone, Copy)]
struct Level {
    sigma: f64,
    next_sigma: f64,
}

/// A flow schedule: sigma from 1 in equal strides to 0, each then shifted.
#[derive(Debug)]
pub(crate) struct FlowEuler {
    levels: Vec<Level>,
    /// The model's timestep at sigma 1.
    train_steps: f64,
}

impl FlowEuler {
    /// `time_scale`: see [`sampler_from`](crate::sampler_from).
    pub(crate) fn new(
        config: &SchedulerConfig,
        steps: usize,
        time_scale: f64,
    ) -> Result<Self, SamplingError> {
        refuse(
            "flow Euler",
            &[
                (config.prediction() != Prediction::Flow, "a prediction other than flow"),
                (config.use_dynamic_shifting, "dynamic shifting without a picture size"),
                (config.shift_terminal.is_some(), "a terminal shift"),
                (config.invert_sigmas, "inverted sigmas"),
                (config.stochastic_sampling, "stochastic sampling"),
                (config.use_karras_sigmas, "Karras sigmas"),
                (config.use_exponential_sigmas, "exponential sigmas"),
                (config.use_beta_sigmas, "beta sigmas"),
            ],
        )?;
        if steps == 0 {
            return Err(SamplingError::NoSteps);
        }
        if steps > config.num_train_timesteps {
            return Err(SamplingError::TooManySteps { steps, limit: config.num_train_timesteps });
        }
        if !(config.shift > 0.0 && config.shift.is_finite()) {
            return Err(SamplingError::BadConfig { reason: format!("its shift is {}", config.shift) });
        }
        let sigma = |i: usize| shifted(config.shift, time_scale * (steps - i) as f64 / steps as f64);
        let levels = (0..steps).map(|i| Level { sigma: sigma(i), next_sigma: sigma(i + 1) }).collect();
        Ok(Self { levels, train_steps: config.num_train_timesteps as f64 })
    }
}

/// Moves times towards noise, as larger pictures need (Esser et al. 2024, equation 23); fixes 0 and 1.
fn shifted(shift: f64, sigma: f64) -> f64 {
    shift * sigma / (1.0 + (shift - 1.0) * sigma)
}

impl Sampler for FlowEuler {
    fn steps(&self) -> usize {
        self.levels.len()
    }

    fn timestep(&self, i: usize) -> f64 {
        self.sigma(i) * self.train_steps
    }

    fn sigma(&self, i: usize) -> f64 {
        self.levels.get(i).map_or(0.0, |level| level.sigma)
    }

    fn step(
        &mut self,
        i: usize,
        model_output: &[f32],
        sample: &mut [f32],
        _: &mut dyn NoiseSource,
    ) -> Result<(), SamplingError> {
        let level = *checked_level(&self.levels, i, model_output, sample)?;
        for (value, &output) in sample.iter_mut().zip(model_output) {
            *value = (f64::from(*value) + (level.next_sigma - level.sigma) * f64::from(output)) as f32;
        }
        Ok(())
    }

    fn add_noise(&self, i: usize, original: &[f32], noise: &[f32]) -> Vec<f32> {
        let sigma = self.sigma(i);
        combine(1.0 - sigma, original, sigma, noise)
    }

    fn to_denoised(&self, i: usize, model_output: &[f32], sample: &[f32]) -> Vec<f32> {
        combine(1.0, sample, -self.sigma(i), model_output)
    }
}
