//! Noise over signal, at every training timestep and at the steps of a run.

use crate::{
    FinalSigma, SamplingError, SchedulerConfig, Spacing,
    alphas::{self, USUAL_BETAS},
    sampler::checked_level,
    timesteps::{Grid, timesteps},
};

/// With betas rescaled to end in pure noise the last sigma would be infinite; diffusers takes this alpha-bar.
const ALMOST_NO_SIGNAL: f64 = 1.0 / (1 << 24) as f64;

/// How strongly Karras et al. 2022, equation 5, crowd their steps at low noise.
const KARRAS_RHO: f64 = 7.0;

/// How the levels of a run are spread between two ends, where no timesteps say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    /// Evenly in the seventh root of sigma: Karras et al. 2022, equation 5.
    Karras,
    /// Evenly in the logarithm of sigma.
    Exponential,
}

impl Curve {
    /// The level at `part` of the way down from `high` to `low`.
    fn level(self, part: f64, (low, high): (f64, f64)) -> f64 {
        match self {
            Self::Karras => {
                let (low, high) = (low.powf(1.0 / KARRAS_RHO), high.powf(1.0 / KARRAS_RHO));
                (high + part * (low - high)).powf(KARRAS_RHO)
            }
            Self::Exponential => (high.ln() + part * (low.ln() - high.ln())).exp(),
        }
    }
}

/// Makes the timestep that the model is told of the one that a level stands at.
pub(crate) type Told = fn(f64) -> f64;

/// Sigma of every training timestep, the cleanest first.
#[derive(Debug)]
pub(crate) struct SigmaTable {
    sigmas: Vec<f64>,
}

impl SigmaTable {
    /// # Errors
    /// [`SamplingError::BadConfig`] for betas that are none, or that leave nothing of the picture.
    pub(crate) fn new(config: &SchedulerConfig) -> Result<Self, SamplingError> {
        let mut alpha_bars = alphas::alpha_bars(config, USUAL_BETAS)?;
        if let (true, Some(last)) = (config.rescale_betas_zero_snr, alpha_bars.last_mut()) {
            *last = ALMOST_NO_SIGNAL;
        }
        let sigmas: Vec<f64> = alpha_bars.into_iter().map(alphas::sigma).collect();
        match sigmas.iter().position(|sigma| !sigma.is_finite()) {
            Some(t) => Err(SamplingError::BadConfig { reason: format!("its timestep {t} has no signal") }),
            None => Ok(Self { sigmas }),
        }
    }

    /// The level at a timestep that need not be whole, linear between its neighbours.
    pub(crate) fn at(&self, timestep: f64) -> f64 {
        alphas::at_timestep(&self.sigmas, timestep)
    }

    /// As [`at`](Self::at), linear in the logarithm.
    fn at_in_logarithm(&self, timestep: f64) -> f64 {
        let (below, above) = (self.at(timestep.floor()), self.at(timestep.ceil()));
        (below.ln() + timestep.fract() * (above.ln() - below.ln())).exp()
    }

    /// The timestep at which [`at_in_logarithm`](Self::at_in_logarithm) is `sigma`; the ends for what lies beyond.
    fn time_of(&self, sigma: f64) -> f64 {
        let above = self.sigmas.partition_point(|level| *level <= sigma);
        let below = above.saturating_sub(1);
        let (low, high) = (self.at(below as f64).ln(), self.at(above as f64).ln());
        let part = if low < high { ((sigma.ln() - low) / (high - low)).clamp(0.0, 1.0) } else { 0.0 };
        below as f64 + part
    }

    /// Levels of the spacing that a config or else the sampler names, its times scaled by `time_scale`.
    pub(crate) fn spaced(
        &self,
        config: &SchedulerConfig,
        default: Spacing,
        grid: Grid,
        steps: usize,
        time_scale: f64,
    ) -> Result<SigmaSchedule, SamplingError> {
        let spacing = config.timestep_spacing.unwrap_or(default);
        let visited = timesteps(spacing, steps, self.sigmas.len(), config.steps_offset, grid)?;
        let levels = visited.into_iter().map(|full| (full * time_scale, self.at(full * time_scale)));
        Ok(SigmaSchedule::new(levels.collect(), self.final_sigma(config)))
    }

    /// The levels of the first and of the last timestep of training.
    pub(crate) fn ends(&self) -> (f64, f64) {
        (self.at(0.0), self.at(self.sigmas.len() as f64))
    }

    /// Levels along a curve, from `ends` (low and high) unless the config states others.
    pub(crate) fn along(
        &self,
        curve: Curve,
        config: &SchedulerConfig,
        ends: (f64, f64),
        told: Told,
        (steps, time_scale): (usize, f64),
    ) -> Result<SigmaSchedule, SamplingError> {
        // No spacing is asked for; the count is checked as everywhere.
        timesteps(Spacing::Linspace, steps, self.sigmas.len(), 0, Grid::Whole)?;
        let (low, high) = (config.sigma_min.unwrap_or(ends.0), config.sigma_max.unwrap_or(ends.1));
        if !(low > 0.0 && low <= high && high.is_finite()) {
            return Err(SamplingError::BadConfig { reason: format!("its sigmas go from {low} to {high}") });
        }
        let level = |i: usize| {
            let part = i as f64 / (steps - 1).max(1) as f64;
            let sigma = curve.level(part, (low, high));
            (told(self.time_of(sigma)) * time_scale, self.in_scaled_time(sigma, time_scale))
        };
        Ok(SigmaSchedule::new((0..steps).map(level).collect(), self.final_sigma(config)))
    }

    /// The timesteps of a spacing with levels that are none of theirs: evenly in the logarithm over all of training, whose
    /// cleanest level the last step ends at.
    pub(crate) fn log_linear(
        &self,
        config: &SchedulerConfig,
        default: Spacing,
        steps: usize,
        time_scale: f64,
    ) -> Result<SigmaSchedule, SamplingError> {
        let spacing = config.timestep_spacing.unwrap_or(default);
        let visited = timesteps(spacing, steps, self.sigmas.len(), config.steps_offset, Grid::Fractional)?;
        let level = |(i, full): (usize, f64)| {
            let sigma = Curve::Exponential.level(i as f64 / steps as f64, self.ends());
            (full * time_scale, self.in_scaled_time(sigma, time_scale))
        };
        Ok(SigmaSchedule::new(visited.into_iter().enumerate().map(level).collect(), self.at(0.0)))
    }

    /// What becomes of a level when its time is scaled.
    fn in_scaled_time(&self, sigma: f64, time_scale: f64) -> f64 {
        let time = self.time_of(sigma);
        sigma * (self.at_in_logarithm(time * time_scale) / self.at_in_logarithm(time))
    }

    fn final_sigma(&self, config: &SchedulerConfig) -> f64 {
        match config.final_sigmas_type {
            Some(FinalSigma::SigmaMin) => self.at(0.0),
            Some(FinalSigma::Zero) | None => 0.0,
        }
    }
}

/// One step's timestep and the noise level before and after it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SigmaStep {
    pub(crate) timestep: f64,
    pub(crate) sigma: f64,
    pub(crate) next_sigma: f64,
}

/// The steps of a run, the noisiest first.
#[derive(Debug)]
pub(crate) struct SigmaSchedule {
    steps: Vec<SigmaStep>,
}

impl SigmaSchedule {
    /// From (timestep, sigma) before each step and the level at the end.
    fn new(levels: Vec<(f64, f64)>, final_sigma: f64) -> Self {
        let after = levels.iter().skip(1).map(|level| level.1).chain([final_sigma]);
        let steps = levels
            .iter()
            .zip(after)
            .map(|(&(timestep, sigma), next_sigma)| SigmaStep { timestep, sigma, next_sigma })
            .collect();
        Self { steps }
    }

    /// The same steps, of which the last ends without noise.
    pub(crate) fn ending_clean(mut self) -> Self {
        if let Some(last) = self.steps.last_mut() {
            last.next_sigma = 0.0;
        }
        self
    }

    /// The first step from whose level no step leads down, but for the last.
    pub(crate) fn first_flat(&self) -> Option<usize> {
        let inner = self.steps.len().saturating_sub(1);
        self.steps.iter().take(inner).position(|step| step.next_sigma >= step.sigma)
    }

    pub(crate) fn len(&self) -> usize {
        self.steps.len()
    }

    pub(crate) fn timestep(&self, i: usize) -> f64 {
        self.steps.get(i).map_or(0.0, |step| step.timestep)
    }

    pub(crate) fn sigma(&self, i: usize) -> f64 {
        let end = self.steps.last().map_or(0.0, |last| last.next_sigma);
        self.steps.get(i).map_or(end, |step| step.sigma)
    }

    /// Step `i`, once it exists and the prediction fits the sample.
    pub(crate) fn checked(
        &self,
        i: usize,
        model_output: &[f32],
        sample: &[f32],
    ) -> Result<SigmaStep, SamplingError> {
        checked_level(&self.steps, i, model_output, sample).copied()
    }
}
