//! What every sampler can do, and how one is made.

use std::fmt::Debug;

use crate::{
    NoiseSource, SamplerKind, SamplingError, SchedulerConfig, ddim::Ddim, dpmpp::Dpmpp, euler::Euler,
    flow_euler::FlowEuler, lcm::Lcm, unipc::UniPc,
};

/// A schedule of steps and the rule that takes one.
///
/// Steps are counted from 0, the noisiest. A run may begin at any step, and from there takes every one in order;
/// multi-step methods keep what they need of earlier predictions in `self`. All slices are latents in one layout
/// and of one length.
pub trait Sampler: Debug {
    /// Steps of the whole schedule.
    fn steps(&self) -> usize;

    /// The timestep that the model is given at step `i`, 0 to the training timesteps; it need not be whole. For
    /// flows this is `1000 * sigma`.
    fn timestep(&self, i: usize) -> f64;

    /// The noise level before step `i`; for `i == steps()` the level at the end. For flows the share of noise,
    /// 0 to 1; otherwise noise over signal, which may be infinite.
    fn sigma(&self, i: usize) -> f64;

    /// What unit noise is multiplied with to start from nothing but noise.
    fn init_noise_sigma(&self) -> f64 {
        1.0
    }

    /// The latents as the model wants to see them at step `i`.
    fn scale_model_input(&self, _i: usize, sample: &[f32]) -> Vec<f32> {
        sample.to_vec()
    }

    /// Moves `sample` from the level before step `i` to the level after it.
    ///
    /// # Errors
    /// [`SamplingError::NoSuchStep`], [`SamplingError::WrongLength`], and what the noise source says.
    fn step(
        &mut self,
        i: usize,
        model_output: &[f32],
        sample: &mut [f32],
        noise: &mut dyn NoiseSource,
    ) -> Result<(), SamplingError>;

    /// Clean latents with noise, at the level before step `i`. As long as the shorter of both.
    fn add_noise(&self, i: usize, original: &[f32], noise: &[f32]) -> Vec<f32>;

    /// The clean latents that `model_output` at step `i` implies, for previews. `sample` is as before the step.
    /// As long as the shorter of both.
    fn to_denoised(&self, i: usize, model_output: &[f32], sample: &[f32]) -> Vec<f32>;
}

/// The schedule of a text-to-image run.
///
/// # Errors
/// [`SamplingError::NoSteps`], [`SamplingError::TooManySteps`], and [`SamplingError::Unsupported`] or
/// [`SamplingError::BadConfig`] for a config that this sampler cannot follow.
pub fn sampler(
    kind: SamplerKind,
    config: &SchedulerConfig,
    steps: usize,
) -> Result<Box<dyn Sampler>, SamplingError> {
    sampler_from(kind, config, steps, 1.0)
}

/// A schedule of which all `steps` run, from a start that grows with `strength` without jumps: the `all-steps` rule.
///
/// Strength scales the sampler's own time. With `tau(i)` the timesteps of [`sampler`], step `i` is at
/// `strength * tau(i)`; for a flow, tau is sigma before the shift. So the start sigma is
/// `sigma(strength * tau(0))`, which is continuous and grows with strength, and strength 1 is exactly the
/// text-to-image schedule.
///
/// # Errors
/// As for [`sampler`], and [`SamplingError::BadStrength`] unless `0 < strength <= 1`.
pub fn sampler_from(
    kind: SamplerKind,
    config: &SchedulerConfig,
    steps: usize,
    strength: f64,
) -> Result<Box<dyn Sampler>, SamplingError> {
    if !(strength > 0.0 && strength <= 1.0) {
        return Err(SamplingError::BadStrength { strength });
    }
    Ok(match kind {
        SamplerKind::Ddim => Box::new(Ddim::new(config, steps, strength)?),
        SamplerKind::Euler => Box::new(Euler::new(config, steps, strength)?),
        SamplerKind::EulerAncestral => Box::new(Euler::ancestral(config, steps, strength)?),
        SamplerKind::Dpmpp2m => Box::new(Dpmpp::new(config, false, steps, strength)?),
        SamplerKind::Dpmpp2mKarras => Box::new(Dpmpp::new(config, true, steps, strength)?),
        SamplerKind::UniPc => Box::new(UniPc::new(config, steps, strength)?),
        SamplerKind::Lcm => Box::new(Lcm::new(config, steps, strength)?),
        SamplerKind::FlowEuler => Box::new(FlowEuler::new(config, steps, strength)?),
    })
}

/// `a * xs + b * ys`, rounded once per value.
pub(crate) fn combine(a: f64, xs: &[f32], b: f64, ys: &[f32]) -> Vec<f32> {
    xs.iter().zip(ys).map(|(&x, &y)| (a * f64::from(x) + b * f64::from(y)) as f32).collect()
}

/// The element of `levels` for step `i`, once the step exists and the prediction fits the sample.
pub(crate) fn checked_level<'a, T>(
    levels: &'a [T],
    i: usize,
    model_output: &[f32],
    sample: &[f32],
) -> Result<&'a T, SamplingError> {
    let level = levels.get(i).ok_or(SamplingError::NoSuchStep { step: i, steps: levels.len() })?;
    let (got, expected) = (model_output.len(), sample.len());
    if got != expected {
        return Err(SamplingError::WrongLength { what: "the prediction", got, expected });
    }
    Ok(level)
}

/// Whether a setting has a value, and none of these.
pub(crate) fn is_other(value: &Option<String>, known: &[&str]) -> bool {
    value.as_deref().is_some_and(|value| !known.contains(&value))
}

/// Refuses each option that is set.
pub(crate) fn refuse(sampler: &'static str, options: &[(bool, &str)]) -> Result<(), SamplingError> {
    match options.iter().find(|(set, _)| *set) {
        Some((_, option)) => Err(SamplingError::Unsupported { option: (*option).to_owned(), sampler }),
        None => Ok(()),
    }
}
