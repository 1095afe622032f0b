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

    /// Levels evenly spaced in the seventh root of sigma, over all of training: Karras et al. 2022, equation 5.
    /// The model is told the nearest timesteps, as `whole` makes them.
    pub(crate) fn karras(
        &self,
        config: &SchedulerConfig,
        whole: fn(f64) -> f64,
        steps: usize,
        time_scale: f64,
    ) -> Result<SigmaSchedule, SamplingError> {
        // No spacing is asked for; the count is checked as everywhere.
        timesteps(Spacing::Linspace, steps, self.sigmas.len(), 0, Grid::Whole)?;
        let trained = (self.at(0.0), self.at(self.sigmas.len() as f64));
        let (low, high) = (config.sigma_min.unwrap_or(trained.0), config.sigma_max.unwrap_or(trained.1));
        if !(low > 0.0 && low < high && high.is_finite()) {
            return Err(SamplingError::BadConfig { reason: format!("its sigmas go from {low} to {high}") });
        }
        let (low, high) = (low.powf(1.0 / KARRAS_RHO), high.powf(1.0 / KARRAS_RHO));
        let level = |i: usize| {
            let part = i as f64 / (steps - 1).max(1) as f64;
            let sigma = (high + part * (low - high)).powf(KARRAS_RHO);
            let time = self.time_of(sigma);
            let scaled = self.at_in_logarithm(time * time_scale) / self.at_in_logarithm(time);
            (whole(time) * time_scale, sigma * scaled)
        };
        Ok(SigmaSchedule::new((0..steps).map(level).collect(), self.final_sigma(config)))
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
