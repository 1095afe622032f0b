//! Prompt strength: how much of the source picture a run may forget.

use serde::{Deserialize, Serialize};

use crate::SamplingError;

/// How strength becomes steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StrengthRule {
    /// The last `int(steps * strength)` steps of the schedule run, as diffusers' Stable Diffusion pipelines count
    /// them. For models of 20 steps and more.
    Steps,
    /// All steps run, from a level of noise that grows with strength; see [`sampler_from`](crate::sampler_from).
    /// For models of few steps, where the other rule has only that many positions.
    AllSteps,
}

/// The first step to run, from 0; the rest of the schedule follows it.
///
/// # Errors
/// [`SamplingError::NoSteps`], [`SamplingError::BadStrength`] outside 0 to 1, and
/// [`SamplingError::NothingToRun`], which says what to change.
pub fn strength_start(rule: StrengthRule, steps: usize, strength: f64) -> Result<usize, SamplingError> {
    executed_steps(rule, steps, strength).map(|executed| steps - executed)
}

/// How many steps run, 1 to `steps`.
///
/// # Errors
/// As for [`strength_start`].
pub fn executed_steps(rule: StrengthRule, steps: usize, strength: f64) -> Result<usize, SamplingError> {
    if steps == 0 {
        return Err(SamplingError::NoSteps);
    }
    if !(0.0..=1.0).contains(&strength) {
        return Err(SamplingError::BadStrength { strength });
    }
    let executed = match rule {
        StrengthRule::AllSteps if strength > 0.0 => steps,
        StrengthRule::AllSteps => 0,
        StrengthRule::Steps => truncated_product(steps, strength),
    };
    if executed == 0 { Err(nothing_to_run(steps, strength)) } else { Ok(executed) }
}

/// `int(steps * strength)` in double precision, where 100 * 0.29 is 28.999... and gives 28.
fn truncated_product(steps: usize, strength: f64) -> usize {
    (steps as f64 * strength) as usize
}

fn nothing_to_run(steps: usize, strength: f64) -> SamplingError {
    // In hundredths, as people set it, and rounded up.
    let enough_strength = (100.0 / steps as f64).ceil() / 100.0;
    let enough_steps = (strength > 0.0).then(|| {
        let exact = (1.0 / strength).ceil() as usize;
        exact.saturating_add(usize::from(truncated_product(exact, strength) == 0))
    });
    SamplingError::NothingToRun { steps, strength, enough_strength, enough_steps }
}
