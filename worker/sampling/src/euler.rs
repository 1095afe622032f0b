//! Euler's method on the probability-flow ODE: Karras et al. 2022, algorithm 2 without churn; and its ancestral
//! kin, which goes down further and adds fresh noise (k-diffusion's `sample_euler_ancestral` with eta 1).
//!
//! Latents are `x0 + sigma * noise`, so their spread grows with sigma and the model sees them scaled down.

use crate::{
    NoiseSource, Prediction, Sampler, SamplingError, SchedulerConfig, Spacing,
    mix::Mix,
    sampler::{combine, is_other, refuse},
    sigmas::{Curve, SigmaSchedule, SigmaStep, SigmaTable},
    timesteps::Grid,
};

/// Where the config names none.
const SPACING: Spacing = Spacing::Linspace;
/// Diffusers' name for levels that are spread by themselves, in the logarithm.
const LOG_LINEAR: &str = "log_linear";

/// An Euler schedule.
#[derive(Debug)]
pub(crate) struct Euler {
    schedule: SigmaSchedule,
    prediction: Prediction,
    spacing: Spacing,
    ancestral: bool,
}

impl Euler {
    /// `time_scale`: see [`sampler_from`](crate::sampler_from).
    pub(crate) fn new(
        config: &SchedulerConfig,
        steps: usize,
        time_scale: f64,
    ) -> Result<Self, SamplingError> {
        refuse(
            "Euler",
            &[
                (config.prediction() == Prediction::Flow, "flow prediction"),
                (config.use_beta_sigmas, "beta sigmas"),
                (
                    is_other(&config.interpolation_type, &["linear", LOG_LINEAR]),
                    "an interpolation_type other than linear and log_linear",
                ),
                (is_other(&config.timestep_type, &["discrete"]), "continuous timesteps"),
            ],
        )?;
        let schedule = Self::schedule(config, steps, time_scale)?;
        Ok(Self::over(schedule, config, false))
    }

    /// The levels that a config asks for.
    fn schedule(
        config: &SchedulerConfig,
        steps: usize,
        time_scale: f64,
    ) -> Result<SigmaSchedule, SamplingError> {
        let table = SigmaTable::new(config)?;
        let spaced = |time_scale| table.spaced(config, SPACING, Grid::Fractional, steps, time_scale);
        let in_logarithm = config.interpolation_type.as_deref() == Some(LOG_LINEAR);
        let curve = match (config.use_karras_sigmas, config.use_exponential_sigmas) {
            (true, _) => Curve::Karras,
            (_, true) => Curve::Exponential,
            _ if in_logarithm => return table.log_linear(config, SPACING, steps, time_scale),
            _ => return spaced(time_scale),
        };
        // Curves go between the ends of the levels that would be visited without them.
        let ends = match in_logarithm {
            true => table.ends(),
            false => spaced(1.0).map(|levels| (levels.sigma(levels.len() - 1), levels.sigma(0)))?,
        };
        table.along(curve, config, ends, |time| time, (steps, time_scale))
    }

    /// The ancestral sampler. It has no settings of sigmas: the last step always ends without noise.
    pub(crate) fn ancestral(
        config: &SchedulerConfig,
        steps: usize,
        time_scale: f64,
    ) -> Result<Self, SamplingError> {
        refuse("Euler ancestral", &[(config.prediction() == Prediction::Flow, "flow prediction")])?;
        let table = SigmaTable::new(config)?;
        let schedule = table.spaced(config, SPACING, Grid::Fractional, steps, time_scale)?;
        Ok(Self::over(schedule.ending_clean(), config, true))
    }

    fn over(schedule: SigmaSchedule, config: &SchedulerConfig, ancestral: bool) -> Self {
        let spacing = config.timestep_spacing.unwrap_or(SPACING);
        Self { schedule, prediction: config.prediction(), spacing, ancestral }
    }

    /// The level to step down to, and the noise to add there.
    fn targets(&self, step: SigmaStep) -> (f64, f64) {
        let SigmaStep { sigma, next_sigma, .. } = step;
        if !self.ancestral {
            return (next_sigma, 0.0);
        }
        // Both variances make up the next level's.
        let up = next_sigma * ((sigma * sigma - next_sigma * next_sigma).max(0.0)).sqrt() / sigma;
        ((next_sigma * next_sigma - up * up).max(0.0).sqrt(), up)
    }

    /// The clean value that one predicted value implies.
    fn clean(&self, mix: Mix, output: f32, value: f32) -> f64 {
        mix.split(self.prediction, output.into(), f64::from(value) * mix.signal).0
    }
}

impl Sampler for Euler {
    fn steps(&self) -> usize {
        self.schedule.len()
    }

    fn timestep(&self, i: usize) -> f64 {
        self.schedule.timestep(i)
    }

    fn sigma(&self, i: usize) -> f64 {
        self.schedule.sigma(i)
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
        let scale = Mix::of_sigma(self.sigma(i)).signal;
        sample.iter().map(|&value| (f64::from(value) * scale) as f32).collect()
    }

    fn step(
        &mut self,
        i: usize,
        model_output: &[f32],
        sample: &mut [f32],
        noise: &mut dyn NoiseSource,
    ) -> Result<(), SamplingError> {
        let step = self.schedule.checked(i, model_output, sample)?;
        let (mix, (down, up)) = (Mix::of_sigma(step.sigma), self.targets(step));
        for (value, &output) in sample.iter_mut().zip(model_output) {
            let clean = self.clean(mix, output, *value);
            let slope = (f64::from(*value) - clean) / step.sigma;
            *value = (f64::from(*value) + slope * (down - step.sigma)) as f32;
        }
        if self.ancestral {
            // Drawn even where none is added, as the reference does, so that recorded noise fits.
            let fresh = noise.draw(sample.len())?;
            for (value, fresh) in sample.iter_mut().zip(fresh) {
                *value = (f64::from(*value) + up * f64::from(fresh)) as f32;
            }
        }
        Ok(())
    }

    fn add_noise(&self, i: usize, original: &[f32], noise: &[f32]) -> Vec<f32> {
        combine(1.0, original, self.sigma(i), noise)
    }

    fn to_denoised(&self, i: usize, model_output: &[f32], sample: &[f32]) -> Vec<f32> {
        let mix = Mix::of_sigma(self.sigma(i));
        let pairs = model_output.iter().zip(sample);
        pairs.map(|(&output, &value)| self.clean(mix, output, value) as f32).collect()
    }
}
