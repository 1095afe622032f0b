//! Latent consistency models: Luo et al. 2023, algorithm 3, as diffusers' `LCMScheduler` spaces it.
//!
//! A consistency model jumps from any of the timesteps that it was distilled at to the clean latents. Fresh noise
//! takes them back to the next level, and it jumps again.

use crate::{
    NoiseSource, Prediction, Sampler, SamplingError, SchedulerConfig,
    alphas::{self, CONSISTENCY_BETAS},
    mix::Mix,
    sampler::{checked_level, refuse},
};

/// Standard deviation of the data, for the boundary condition (Song et al. 2023, appendix C).
const SIGMA_DATA: f64 = 0.5;

/// One step's timestep and the signal share before it.
#[derive(Debug, Clone, Copy)]
struct Level {
    timestep: f64,
    alpha_bar: f64,
}

/// A consistency schedule.
#[derive(Debug)]
pub(crate) struct Lcm {
    levels: Vec<Level>,
    prediction: Prediction,
    timestep_scaling: f64,
    /// Clean latents are clipped to `+-limit` where the model was trained so.
    clip: Option<f64>,
}

impl Lcm {
    /// `time_scale`: see [`sampler_from`](crate::sampler_from).
    pub(crate) fn new(
        config: &SchedulerConfig,
        steps: usize,
        time_scale: f64,
    ) -> Result<Self, SamplingError> {
        let prediction = config.prediction();
        let pure_noise = config.rescale_betas_zero_snr && prediction == Prediction::Epsilon;
        refuse(
            "LCM",
            &[
                (config.thresholding, "dynamic thresholding"),
                (prediction == Prediction::Flow, "flow prediction"),
                (pure_noise, "noise prediction from pure noise"),
            ],
        )?;
        let alpha_bars = alphas::alpha_bars(config, CONSISTENCY_BETAS)?;
        let levels = timesteps(config.original_inference_steps, alpha_bars.len(), steps)?
            .into_iter()
            .map(|full| full * time_scale)
            .map(|timestep| Level { timestep, alpha_bar: alphas::at_timestep(&alpha_bars, timestep) })
            .collect();
        let timestep_scaling = config.timestep_scaling;
        Ok(Self { levels, prediction, timestep_scaling, clip: config.clip(false) })
    }

    fn level(&self, i: usize) -> Level {
        self.levels.get(i).copied().unwrap_or(Level { timestep: 0.0, alpha_bar: 1.0 })
    }

    /// The clean value that one predicted value implies.
    fn clean(&self, mix: Mix, output: f32, value: f32) -> f64 {
        let clean = mix.split(self.prediction, output.into(), value.into()).0;
        self.clip.map_or(clean, |limit| clean.clamp(-limit, limit))
    }

    /// Shares of the sample and of the clean latents in the model's answer, which at timestep 0 must be the sample
    /// itself (Luo et al. 2023, section 4.1).
    fn boundary(&self, timestep: f64) -> (f64, f64) {
        let scaled = timestep * self.timestep_scaling;
        let square = scaled * scaled + SIGMA_DATA * SIGMA_DATA;
        (SIGMA_DATA * SIGMA_DATA / square, scaled / square.sqrt())
    }
}

/// `steps` of the `distilled` timesteps, evenly from the noisiest down; those are evenly spaced in training's.
fn timesteps(distilled: usize, train_steps: usize, steps: usize) -> Result<Vec<f64>, SamplingError> {
    if distilled == 0 || distilled > train_steps {
        let reason = format!("its original_inference_steps are {distilled} of {train_steps}");
        return Err(SamplingError::BadConfig { reason });
    }
    if steps == 0 {
        return Err(SamplingError::NoSteps);
    }
    if steps > distilled {
        return Err(SamplingError::TooManySteps { steps, limit: distilled });
    }
    let stride = train_steps / distilled;
    let timestep = |i: usize| {
        let skipped = (i as f64 * (distilled as f64 / steps as f64)).floor() as usize;
        ((distilled - skipped) * stride - 1) as f64
    };
    Ok((0..steps).map(timestep).collect())
}

impl Sampler for Lcm {
    fn steps(&self) -> usize {
        self.levels.len()
    }

    fn timestep(&self, i: usize) -> f64 {
        self.level(i).timestep
    }

    fn sigma(&self, i: usize) -> f64 {
        alphas::sigma(self.level(i).alpha_bar)
    }

    fn step(
        &mut self,
        i: usize,
        model_output: &[f32],
        sample: &mut [f32],
        noise: &mut dyn NoiseSource,
    ) -> Result<(), SamplingError> {
        let level = *checked_level(&self.levels, i, model_output, sample)?;
        let mix = Mix::of_alpha_bar(level.alpha_bar);
        let (kept, jumped) = self.boundary(level.timestep);
        for (value, &output) in sample.iter_mut().zip(model_output) {
            *value = (jumped * self.clean(mix, output, *value) + kept * f64::from(*value)) as f32;
        }
        if let Some(next) = self.levels.get(i + 1) {
            let noisy = Mix::of_alpha_bar(next.alpha_bar).add_noise(sample, &noise.draw(sample.len())?);
            sample.copy_from_slice(&noisy);
        }
        Ok(())
    }

    fn add_noise(&self, i: usize, original: &[f32], noise: &[f32]) -> Vec<f32> {
        Mix::of_alpha_bar(self.level(i).alpha_bar).add_noise(original, noise)
    }

    fn to_denoised(&self, i: usize, model_output: &[f32], sample: &[f32]) -> Vec<f32> {
        let mix = Mix::of_alpha_bar(self.level(i).alpha_bar);
        let pairs = model_output.iter().zip(sample);
        pairs.map(|(&output, &value)| self.clean(mix, output, value) as f32).collect()
    }
}
