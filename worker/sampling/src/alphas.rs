//! The noise level at every training timestep.
//!
//! `alpha_bar[t]`, the product of `1 - beta` up to `t`, is the share of the picture's variance that is left at
//! timestep `t` (Ho et al. 2020). Samplers visit few timesteps, and not always whole ones: between two of them the
//! level is interpolated linearly.

use std::f64::consts::FRAC_PI_2;

use crate::{BetaSchedule, SamplingError, SchedulerConfig};

/// More training timesteps than any model has; a damaged config must not allocate without limit.
const MAX_TRAIN_TIMESTEPS: usize = 100_000;

/// Cosine schedules leave the last beta below one, so that some signal remains (Nichol and Dhariwal 2021).
const MAX_COSINE_BETA: f64 = 0.999;

/// What a sampler takes for betas that the config leaves out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BetaDefaults {
    start: f64,
    end: f64,
    schedule: BetaSchedule,
}

/// The defaults of diffusers' schedulers (Ho et al. 2020).
pub(crate) const USUAL_BETAS: BetaDefaults =
    BetaDefaults { start: 0.0001, end: 0.02, schedule: BetaSchedule::Linear };

/// The defaults of its `LCMScheduler`: Stable Diffusion's betas.
pub(crate) const CONSISTENCY_BETAS: BetaDefaults =
    BetaDefaults { start: 0.00085, end: 0.012, schedule: BetaSchedule::ScaledLinear };

/// `alpha_bar` of every training timestep, the cleanest first.
pub(crate) fn alpha_bars(
    config: &SchedulerConfig,
    defaults: BetaDefaults,
) -> Result<Vec<f64>, SamplingError> {
    let betas = betas(config, defaults)?;
    if betas.iter().any(|beta| !(0.0..1.0).contains(beta)) || betas.first().is_none_or(|&beta| beta == 0.0) {
        return Err(SamplingError::BadConfig { reason: "its betas are not between 0 and 1".to_owned() });
    }
    let mut product = 1.0;
    let mut alpha_bars: Vec<f64> = betas
        .iter()
        .map(|beta| {
            product *= kept(*beta);
            product
        })
        .collect();
    if config.rescale_betas_zero_snr {
        rescale_to_zero_snr(&mut alpha_bars);
    }
    Ok(alpha_bars)
}

/// The share of the variance that a step keeps. Diffusers holds betas in single precision and takes them from one there, which
/// a schedule of a thousand steps makes a millionth of at its end, and more where a beta comes close to one.
fn kept(beta: f64) -> f64 {
    f64::from(1.0 - beta as f32)
}

fn betas(config: &SchedulerConfig, defaults: BetaDefaults) -> Result<Vec<f64>, SamplingError> {
    let count = config.num_train_timesteps;
    if !(2..=MAX_TRAIN_TIMESTEPS).contains(&count) {
        return Err(SamplingError::BadConfig { reason: format!("it was trained with {count} timesteps") });
    }
    if let Some(betas) = &config.trained_betas {
        return if betas.len() == count {
            Ok(betas.clone())
        } else {
            Err(SamplingError::BadConfig {
                reason: format!("it has {} betas for {count} timesteps", betas.len()),
            })
        };
    }
    let between =
        |start: f64, end: f64, index: usize| start + (end - start) * index as f64 / (count - 1) as f64;
    let (start, end) = (config.beta_start.unwrap_or(defaults.start), config.beta_end.unwrap_or(defaults.end));
    let schedule = config.beta_schedule.unwrap_or(defaults.schedule);
    Ok((0..count)
        .map(|index| match schedule {
            BetaSchedule::Linear => between(start, end, index),
            BetaSchedule::ScaledLinear => between(start.sqrt(), end.sqrt(), index).powi(2),
            BetaSchedule::SquaredCosine => {
                cosine_beta(index as f64 / count as f64, (index + 1) as f64 / count as f64)
            }
        })
        .collect())
}

fn cosine_beta(from: f64, to: f64) -> f64 {
    let alpha_bar = |time: f64| ((time + 0.008) / 1.008 * FRAC_PI_2).cos().powi(2);
    (1.0 - alpha_bar(to) / alpha_bar(from)).min(MAX_COSINE_BETA)
}

/// Shifts and scales the square roots so that the last is zero and the first stays (Lin et al. 2023, algorithm 1).
fn rescale_to_zero_snr(alpha_bars: &mut [f64]) {
    let first = alpha_bars.first().map_or(0.0, |value| value.sqrt());
    let last = alpha_bars.last().map_or(0.0, |value| value.sqrt());
    for value in alpha_bars {
        *value = ((value.sqrt() - last) * first / (first - last)).powi(2);
    }
}

/// Noise over signal, `sqrt((1 - alpha_bar) / alpha_bar)`: the sigma of Karras et al. 2022.
pub(crate) fn sigma(alpha_bar: f64) -> f64 {
    ((1.0 - alpha_bar) / alpha_bar).sqrt()
}

/// The value of `levels` at a timestep that need not be whole; flat beyond both ends, as numpy's `interp`.
pub(crate) fn at_timestep(levels: &[f64], timestep: f64) -> f64 {
    let last = levels.len().saturating_sub(1);
    let position = timestep.clamp(0.0, last as f64);
    let below = position.floor() as usize;
    let part = position - below as f64;
    let level = |index: usize| levels.get(index.min(last)).copied().unwrap_or(f64::NAN);
    // Whole timesteps are taken as they are: an infinite neighbour must not turn them into NaN.
    if part == 0.0 { level(below) } else { level(below) + part * (level(below + 1) - level(below)) }
}
