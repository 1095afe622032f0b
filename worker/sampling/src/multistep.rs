//! What the multistep solvers share: the schedule, and the pictures that earlier steps predicted.
//!
//! Both solve the probability-flow ODE in `lambda = ln(signal / noise) = -ln(sigma)`, in which the predicted clean
//! latents change slowly enough for a polynomial through the last few of them (Lu et al. 2022, "DPM-Solver++:
//! Fast Solver for Guided Sampling of Diffusion Probabilistic Models", section 4).

use crate::{
    Prediction, SamplingError, SchedulerConfig, Spacing,
    mix::Mix,
    sampler::refuse,
    sigmas::{Curve, SigmaSchedule, SigmaStep, SigmaTable, Told},
    timesteps::Grid,
};

/// The highest order that the formulas are written for.
const MOST_ORDER: usize = 3;

/// A schedule and the memory of a run over it.
#[derive(Debug)]
pub(crate) struct Multistep {
    pub(crate) schedule: SigmaSchedule,
    pub(crate) order: usize,
    pub(crate) lower_order_final: bool,
    prediction: Prediction,
    /// Clean latents by earlier steps, the latest first; no more than `order`.
    history: Vec<Vec<f64>>,
    /// The step that the history leads up to.
    next: usize,
}

impl Multistep {
    /// `time_scale`: see [`sampler_from`](crate::sampler_from). `curve` goes before the config's spacing.
    pub(crate) fn new(
        sampler: &'static str,
        config: &SchedulerConfig,
        curve: Option<(Curve, Told)>,
        steps: usize,
        time_scale: f64,
    ) -> Result<Self, SamplingError> {
        let learns_variance = config.variance_type.as_deref().is_some_and(|kind| kind.starts_with("learned"));
        refuse(
            sampler,
            &[
                (config.prediction() == Prediction::Flow, "flow prediction"),
                (config.use_flow_sigmas, "flow sigmas"),
                (config.thresholding, "dynamic thresholding"),
                (config.use_exponential_sigmas, "exponential sigmas"),
                (config.use_beta_sigmas, "beta sigmas"),
                (config.lambda_min_clipped.is_some(), "clipped lambdas"),
                (learns_variance, "a learned variance"),
            ],
        )?;
        if !(1..=MOST_ORDER).contains(&config.solver_order) {
            let reason = format!("its solver_order is {}, not 1 to {MOST_ORDER}", config.solver_order);
            return Err(SamplingError::BadConfig { reason });
        }
        let table = SigmaTable::new(config)?;
        let schedule = match curve {
            Some((curve, told)) => table.along(curve, config, table.ends(), told, (steps, time_scale))?,
            None => table.spaced(config, Spacing::Linspace, Grid::AllButLast, steps, time_scale)?,
        };
        // Two predictions at one level say nothing of the slope between them.
        if let Some(step) = schedule.first_flat() {
            let reason = format!("steps {} and {} of {steps} have the same noise", step + 1, step + 2);
            return Err(SamplingError::BadConfig { reason });
        }
        Ok(Self {
            schedule,
            order: config.solver_order,
            lower_order_final: config.lower_order_final,
            prediction: config.prediction(),
            history: Vec::new(),
            next: 0,
        })
    }

    /// Checks step `i` and gives its levels and the clean latents that the prediction implies. What was remembered
    /// of another run, or of steps that this one does not follow, is forgotten.
    pub(crate) fn begin(
        &mut self,
        i: usize,
        model_output: &[f32],
        sample: &[f32],
    ) -> Result<(SigmaStep, Vec<f64>), SamplingError> {
        let step = self.schedule.checked(i, model_output, sample)?;
        if i != self.next || self.history.iter().any(|clean| clean.len() != sample.len()) {
            self.history.clear();
        }
        Ok((step, self.clean(i, model_output, sample)))
    }

    /// Keeps the clean latents of step `i` for the steps after it.
    pub(crate) fn remember(&mut self, i: usize, clean: Vec<f64>) {
        self.history.truncate(self.order - 1);
        self.history.insert(0, clean);
        self.next = i + 1;
    }

    /// Clean latents by earlier steps, the latest first.
    pub(crate) fn history(&self) -> &[Vec<f64>] {
        &self.history
    }

    /// `lambda` before step `i`; infinite where no noise is left.
    pub(crate) fn lambda(&self, i: usize) -> f64 {
        -self.schedule.sigma(i).ln()
    }

    /// How far before the start of step `i` lie the starts of the steps before it, in units of the step, the
    /// nearest first. Negative.
    pub(crate) fn nodes(&self, i: usize) -> impl Iterator<Item = f64> {
        let here = self.lambda(i);
        let length = self.lambda(i + 1) - here;
        (0..i).rev().map(move |before| (self.lambda(before) - here) / length)
    }

    /// The clean latents that a prediction at step `i` implies.
    pub(crate) fn clean(&self, i: usize, model_output: &[f32], sample: &[f32]) -> Vec<f64> {
        self.mix(i).clean(self.prediction, model_output, sample)
    }

    /// The shares of picture and noise before step `i`.
    pub(crate) fn mix(&self, i: usize) -> Mix {
        Mix::of_sigma(self.schedule.sigma(i))
    }
}

/// `scale * base` and each of `terms` times its weight. As long as `base`.
pub(crate) fn weighted_sum<'a>(
    (scale, base): (f64, &[f64]),
    weights: &[f64],
    terms: impl IntoIterator<Item = &'a Vec<f64>>,
) -> Vec<f64> {
    let mut sums: Vec<f64> = base.iter().map(|value| scale * value).collect();
    for (weight, term) in weights.iter().zip(terms) {
        for (sum, value) in sums.iter_mut().zip(term) {
            *sum += weight * value;
        }
    }
    sums
}

/// In double precision.
pub(crate) fn widened(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| f64::from(value)).collect()
}

/// Each value, rounded once.
pub(crate) fn rounded_into(target: &mut [f32], values: &[f64]) {
    for (target, value) in target.iter_mut().zip(values) {
        *target = *value as f32;
    }
}
