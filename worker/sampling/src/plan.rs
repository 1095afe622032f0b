//! A run that is ready to start: the schedule, the first step, and the latents at its beginning.

use crate::{
    Sampler, SamplerKind, SamplingError, SchedulerConfig, StrengthRule, sampler, sampler_from, strength_start,
};

/// A sampler and the part of its schedule that runs.
#[derive(Debug)]
pub struct Plan {
    sampler: Box<dyn Sampler>,
    first_step: usize,
    from_noise: bool,
}

impl Plan {
    /// Every step, from nothing but noise.
    ///
    /// # Errors
    /// As for [`sampler`].
    pub fn text_to_image(
        kind: SamplerKind,
        config: &SchedulerConfig,
        steps: usize,
    ) -> Result<Self, SamplingError> {
        Ok(Self { sampler: sampler(kind, config, steps)?, first_step: 0, from_noise: true })
    }

    /// From a source picture's latents, as far from them as `strength` says, 0 to 1.
    ///
    /// At strength 1 the rule `all-steps` starts from noise alone. The rule `steps` follows diffusers' pipelines,
    /// which noise the source to the schedule's first level even then.
    ///
    /// # Errors
    /// As for [`sampler`] and [`strength_start`].
    pub fn image_to_image(
        kind: SamplerKind,
        config: &SchedulerConfig,
        steps: usize,
        rule: StrengthRule,
        strength: f64,
    ) -> Result<Self, SamplingError> {
        let first_step = strength_start(rule, steps, strength)?;
        Ok(match rule {
            StrengthRule::Steps => {
                Self { sampler: sampler(kind, config, steps)?, first_step, from_noise: false }
            }
            StrengthRule::AllSteps => Self {
                sampler: sampler_from(kind, config, steps, strength)?,
                first_step,
                from_noise: strength >= 1.0,
            },
        })
    }

    /// The schedule.
    pub fn sampler(&self) -> &dyn Sampler {
        self.sampler.as_ref()
    }

    /// The schedule, to take steps.
    pub fn sampler_mut(&mut self) -> &mut dyn Sampler {
        self.sampler.as_mut()
    }

    /// The first step to run, from 0.
    pub fn first_step(&self) -> usize {
        self.first_step
    }

    /// How many steps run.
    pub fn executed_steps(&self) -> usize {
        self.sampler.steps() - self.first_step
    }

    /// The noise level at the start, to be recorded with the picture.
    pub fn start_sigma(&self) -> f64 {
        self.sampler.sigma(self.first_step)
    }

    /// Whether the source picture has no part in the start.
    pub fn starts_from_noise(&self) -> bool {
        self.from_noise
    }

    /// The latents before the first step, from the source's latents and unit noise of the same length.
    ///
    /// # Errors
    /// [`SamplingError::MissingSource`] when the plan needs a source and there is none,
    /// [`SamplingError::WrongLength`] when it differs in length from the noise.
    pub fn start(&self, original: Option<&[f32]>, noise: &[f32]) -> Result<Vec<f32>, SamplingError> {
        if self.from_noise {
            let scale = self.sampler.init_noise_sigma();
            return Ok(noise.iter().map(|&value| (f64::from(value) * scale) as f32).collect());
        }
        let original = original.ok_or(SamplingError::MissingSource)?;
        if original.len() != noise.len() {
            let (got, expected) = (noise.len(), original.len());
            return Err(SamplingError::WrongLength { what: "the noise", got, expected });
        }
        Ok(self.sampler.add_noise(self.first_step, original, noise))
    }
}
