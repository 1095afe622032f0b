//! Denoising diffusion implicit models without added noise: Song et al. 2020, equation 12 with eta 0.

use crate::{
    NoiseSource, Prediction, Sampler, SamplingError, SchedulerConfig, Spacing,
    alphas::{self, USUAL_BETAS},
    mix::Mix,
    sampler::{checked_level, refuse},
    timesteps::{Grid, timesteps},
};

/// One step's timestep and the signal share before and after it.
#[derive(Debug, Clone, Copy)]
struct Level {
    timestep: f64,
    alpha_bar: f64,
    next_alpha_bar: f64,
}

/// A DDIM schedule.
#[derive(Debug)]
pub(crate) struct Ddim {
    levels: Vec<Level>,
    prediction: Prediction,
    /// Clean latents are clipped to `+-limit` where the model was trained so.
    clip: Option<f64>,
}

impl Ddim {
    /// `time_scale`: see [`sampler_from`](crate::sampler_from).
    pub(crate) fn new(
        config: &SchedulerConfig,
        steps: usize,
        time_scale: f64,
    ) -> Result<Self, SamplingError> {
        let prediction = config.prediction();
        refuse(
            "DDIM",
            &[
                (config.thresholding, "dynamic thresholding"),
                (prediction == Prediction::Flow, "flow prediction"),
                (
                    config.rescale_betas_zero_snr && prediction == Prediction::Epsilon,
                    "noise prediction from pure noise",
                ),
            ],
        )?;
        let alpha_bars = alphas::alpha_bars(config, USUAL_BETAS)?;
        let spacing = config.timestep_spacing.unwrap_or(Spacing::Leading);
        let train_steps = alpha_bars.len();
        let final_alpha_bar =
            if config.set_alpha_to_one { 1.0 } else { alphas::at_timestep(&alpha_bars, 0.0) };
        // As in diffusers, a step goes down by the same stride whatever the spacing, not to the next timestep.
        let stride = (train_steps / steps.max(1)) as f64;
        let levels = timesteps(spacing, steps, train_steps, config.steps_offset, Grid::Whole)?
            .into_iter()
            .map(|full| Level {
                timestep: full * time_scale,
                alpha_bar: alphas::at_timestep(&alpha_bars, full * time_scale),
                next_alpha_bar: if full < stride {
                    final_alpha_bar
                } else {
                    alphas::at_timestep(&alpha_bars, (full - stride) * time_scale)
                },
            })
            .collect();
        Ok(Self { levels, prediction, clip: config.clip(true) })
    }

    fn level(&self, i: usize) -> Level {
        let clean = Level { timestep: 0.0, alpha_bar: 1.0, next_alpha_bar: 1.0 };
        self.levels.get(i).copied().unwrap_or(clean)
    }

    /// The clean value and the noise that one predicted value implies.
    fn split(&self, alpha_bar: f64, output: f32, value: f32) -> (f64, f64) {
        let mix = Mix::of_alpha_bar(alpha_bar);
        let (clean, epsilon) = mix.split(self.prediction, output.into(), value.into());
        (self.clip.map_or(clean, |limit| clean.clamp(-limit, limit)), epsilon)
    }
}

impl Sampler for Ddim {
    fn steps(&self) -> usize {
        self.levels.len()
    }

    fn timestep(&self, i: usize) -> f64 {
        self.level(i).timestep
    }

    fn sigma(&self, i: usize) -> f64 {
        match self.levels.last() {
            Some(last) if i >= self.levels.len() => alphas::sigma(last.next_alpha_bar),
            _ => alphas::sigma(self.level(i).alpha_bar),
        }
    }

    fn step(
        &mut self,
        i: usize,
        model_output: &[f32],
        sample: &mut [f32],
        _: &mut dyn NoiseSource,
    ) -> Result<(), SamplingError> {
        let level = *checked_level(&self.levels, i, model_output, sample)?;
        let Mix { signal, noise } = Mix::of_alpha_bar(level.next_alpha_bar);
        for (value, &output) in sample.iter_mut().zip(model_output) {
            let (clean, epsilon) = self.split(level.alpha_bar, output, *value);
            *value = (signal * clean + noise * epsilon) as f32;
        }
        Ok(())
    }

    fn add_noise(&self, i: usize, original: &[f32], noise: &[f32]) -> Vec<f32> {
        Mix::of_alpha_bar(self.level(i).alpha_bar).add_noise(original, noise)
    }

    fn to_denoised(&self, i: usize, model_output: &[f32], sample: &[f32]) -> Vec<f32> {
        let alpha_bar = self.level(i).alpha_bar;
        let pairs = model_output.iter().zip(sample);
        pairs.map(|(&output, &value)| self.split(alpha_bar, output, value).0 as f32).collect()
    }
}
