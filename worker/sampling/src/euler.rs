//! Euler's method on the probability-flow ODE: Karras et al. 2022, algorithm 2 without churn.
//!
//! Latents are `x0 + sigma * noise`, so their spread grows with sigma and the model sees them scaled down.

use crate::{
    FinalSigma, NoiseSource, Prediction, Sampler, SamplingError, SchedulerConfig, Spacing, alphas,
    sampler::{checked_level, combine, refuse},
    timesteps::timesteps,
};

/// With betas rescaled to end in pure noise the last sigma would be infinite; diffusers takes this alpha-bar.
const ALMOST_NO_SIGNAL: f64 = 1.0 / (1 << 24) as f64;

/// One step's timestep and the noise level before and after it.
#[derive(Debug, Clone, Copy)]
struct Level {
    timestep: f64,
    sigma: f64,
    next_sigma: f64,
}

/// An Euler schedule.
#[derive(Debug)]
pub(crate) struct Euler {
    levels: Vec<Level>,
    prediction: Prediction,
    spacing: Spacing,
}

impl Euler {
    /// `time_scale`: see [`sampler_from`](crate::sampler_from).
    pub(crate) fn new(
        config: &SchedulerConfig,
        steps: usize,
        time_scale: f64,
    ) -> Result<Self, SamplingError> {
        let prediction = config.prediction();
        let other = |option: &Option<String>, supported: &str| {
            option.as_ref().is_some_and(|value| value != supported)
        };
        refuse(
            "Euler",
            &[
                (prediction == Prediction::Flow, "flow prediction"),
                (config.use_karras_sigmas, "Karras sigmas"),
                (config.use_exponential_sigmas, "exponential sigmas"),
                (config.use_beta_sigmas, "beta sigmas"),
                (other(&config.interpolation_type, "linear"), "sigmas interpolated in the logarithm"),
                (other(&config.timestep_type, "discrete"), "continuous timesteps"),
            ],
        )?;
        let mut alpha_bars = alphas::alpha_bars(config)?;
        if let (true, Some(last)) = (config.rescale_betas_zero_snr, alpha_bars.last_mut()) {
            *last = ALMOST_NO_SIGNAL;
        }
        let table: Vec<f64> = alpha_bars.into_iter().map(alphas::sigma).collect();
        let spacing = config.timestep_spacing.unwrap_or(Spacing::Linspace);
        let visited = timesteps(spacing, steps, table.len(), config.steps_offset, false)?;
        let final_sigma = match config.final_sigmas_type {
            Some(FinalSigma::SigmaMin) => alphas::at_timestep(&table, 0.0),
            Some(FinalSigma::Zero) | None => 0.0,
        };
        let mut sigmas: Vec<f64> =
            visited.iter().map(|full| alphas::at_timestep(&table, full * time_scale)).collect();
        sigmas.push(final_sigma);
        let pairs = sigmas.iter().zip(sigmas.iter().skip(1));
        let levels = visited
            .iter()
            .zip(pairs)
            .map(|(full, (&sigma, &next_sigma))| Level { timestep: full * time_scale, sigma, next_sigma })
            .collect();
        Ok(Self { levels, prediction, spacing })
    }

    fn level(&self, i: usize) -> Level {
        let end = Level { timestep: 0.0, sigma: self.sigma(i), next_sigma: 0.0 };
        self.levels.get(i).copied().unwrap_or(end)
    }

    /// The clean value that one predicted value implies.
    fn clean(&self, sigma: f64, output: f32, value: f32) -> f64 {
        let (output, value) = (f64::from(output), f64::from(value));
        match self.prediction {
            Prediction::V => value / (sigma * sigma + 1.0) - output * sigma / (sigma * sigma + 1.0).sqrt(),
            _ => value - sigma * output,
        }
    }
}

impl Sampler for Euler {
    fn steps(&self) -> usize {
        self.levels.len()
    }

    fn timestep(&self, i: usize) -> f64 {
        self.level(i).timestep
    }

    fn sigma(&self, i: usize) -> f64 {
        let end = self.levels.last().map_or(0.0, |last| last.next_sigma);
        self.levels.get(i).map_or(end, |level| level.sigma)
    }

    fn init_noise_sigma(&self) -> f64 {
        let sigma = self.sigma(0);
        match self.spacing {
            Spacing::Linspace | Spacing::Trailing => sigma,
            // Starts below the noisiest level of training, where some signal is expected beside the noise.
            Spacing::Leading => (sigma * sigma + 1.0).sqrt(),
        }
    }

    fn scale_model_input(&self, i: usize, sample: &[f32]) -> Vec<f32> {
        let sigma = self.sigma(i);
        let scale = 1.0 / (sigma * sigma + 1.0).sqrt();
        sample.iter().map(|&value| (f64::from(value) * scale) as f32).collect()
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
            let clean = self.clean(level.sigma, output, *value);
            let slope = (f64::from(*value) - clean) / level.sigma;
            *value = (f64::from(*value) + slope * (level.next_sigma - level.sigma)) as f32;
        }
        Ok(())
    }

    fn add_noise(&self, i: usize, original: &[f32], noise: &[f32]) -> Vec<f32> {
        combine(1.0, original, self.sigma(i), noise)
    }

    fn to_denoised(&self, i: usize, model_output: &[f32], sample: &[f32]) -> Vec<f32> {
        let sigma = self.sigma(i);
        let pairs = model_output.iter().zip(sample);
        pairs.map(|(&output, &value)| self.clean(sigma, output, value) as f32).collect()
    }
}
