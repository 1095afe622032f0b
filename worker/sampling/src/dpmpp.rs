//! DPM-Solver++, multistep: Lu et al. 2022, algorithm 2 (order 2) and appendix A (order 3), with the ends of
//! diffusers' `DPMSolverMultistepScheduler`. As in the authors' own code, and unlike Taylor's series, order 3 counts
//! the second derivative half.
//!
//! And its stochastic kin (`sde-dpmsolver++` there, `sample_dpmpp_2m_sde` in k-diffusion): the same integrals over twice the
//! length, and fresh noise in place of what that takes away.

use crate::{
    BetaSchedule, NoiseSource, Sampler, SamplingError, SchedulerConfig,
    multistep::{Multistep, rounded_into, weighted_sum, widened},
    sampler::{is_other, refuse},
    sigmas::{Curve, SigmaStep, Told},
};

/// Schedules shorter than this end in steps of lower orders, where the config asks for it.
const SHORT_SCHEDULE: usize = 15;

/// Diffusers' name for the stochastic kin.
const STOCHASTIC: &str = "sde-dpmsolver++";

/// A DPM-Solver++ schedule.
#[derive(Debug)]
pub(crate) struct Dpmpp {
    multistep: Multistep,
    /// Whether the last step is of first order.
    plain_end: bool,
    /// Whether the step before it is of second order at most.
    lower_end: bool,
    /// Whether the slope is weighed as Heun's method does, not as the midpoint's.
    heun: bool,
    /// Whether each step adds fresh noise.
    stochastic: bool,
}

impl Dpmpp {
    /// `time_scale`: see [`sampler_from`](crate::sampler_from). `karras` overrules the config's spacing.
    pub(crate) fn new(
        config: &SchedulerConfig,
        karras: bool,
        steps: usize,
        time_scale: f64,
    ) -> Result<Self, SamplingError> {
        // Those of its relatives are taken as its own, as diffusers does when it changes schedulers.
        refuse(
            "DPM++ 2M",
            &[
                (
                    is_other(&config.algorithm_type, &["dpmsolver++", STOCHASTIC, "deis"]),
                    "an algorithm_type other than dpmsolver++ and sde-dpmsolver++",
                ),
                (
                    is_other(&config.solver_type, &["midpoint", "heun", "logrho", "bh1", "bh2"]),
                    "a solver_type other than midpoint and heun",
                ),
            ],
        )?;
        let cosine = config.beta_schedule == Some(BetaSchedule::SquaredCosine);
        let whole: Told = if cosine { f64::floor } else { f64::round_ties_even };
        let curve = match karras || config.use_karras_sigmas {
            true => Some((Curve::Karras, whole)),
            // Lu et al. 2022, "DPM-Solver", section 3.3: even steps in lambda, which is minus the logarithm of sigma.
            false => config.use_lu_lambdas.then_some((Curve::Exponential, whole)),
        };
        let multistep = Multistep::new("DPM++ 2M", config, curve, steps, time_scale)?;
        let lower_end = config.lower_order_final && steps < SHORT_SCHEDULE;
        let clean_end = multistep.schedule.sigma(steps) == 0.0;
        Ok(Self {
            multistep,
            plain_end: config.euler_at_final || lower_end || clean_end,
            lower_end,
            heun: config.solver_type.as_deref() == Some("heun"),
            stochastic: config.algorithm_type.as_deref() == Some(STOCHASTIC),
        })
    }

    /// The order of step `i`, with `known` predictions, its own among them.
    fn order(&self, i: usize, known: usize) -> usize {
        let limit = match self.multistep.schedule.len() - i {
            1 if self.plain_end => 1,
            2 if self.lower_end => 2,
            _ => self.multistep.order,
        };
        limit.min(known)
    }

    /// What a stochastic step multiplies fresh noise with.
    fn fresh_share(&self, i: usize) -> f64 {
        let step = self.multistep.lambda(i + 1) - self.multistep.lambda(i);
        self.multistep.mix(i + 1).noise * (-(-2.0 * step).exp_m1()).max(0.0).sqrt()
    }

    /// What step `i` multiplies the sample with, and the predictions, the latest first.
    fn weights(&self, i: usize, step: SigmaStep, order: usize) -> (f64, Vec<f64>) {
        if step.next_sigma == step.sigma {
            return (1.0, Vec::new());
        }
        let (from, to) = (self.multistep.mix(i), self.multistep.mix(i + 1));
        let step = self.multistep.lambda(i + 1) - self.multistep.lambda(i);
        let (length, kept) = if self.stochastic { (2.0 * step, (-step).exp()) } else { (step, 1.0) };
        let decay = (-length).exp_m1();
        let (scale, plain) = (to.noise / from.noise * kept, -to.signal * decay);
        // Of the first and second derivative: the integrals of the exponential with a power of time.
        let slope = match self.heun || order > 2 {
            true => to.signal * (decay / length + 1.0),
            false => 0.5 * plain,
        };
        // With another sign of the half where it is stochastic, as the reference has it.
        let half = if self.stochastic { 0.5 } else { -0.5 };
        let curve = -to.signal * ((decay + length) / (length * length) + half);
        let mut nodes = self.multistep.nodes(i);
        let weights = match (order, nodes.next(), nodes.next()) {
            (2, Some(near), _) => vec![plain - slope / near, slope / near],
            (3, Some(near), Some(far)) => {
                let (near, far) = (-near, near - far);
                let bend = (slope * near + curve) / (near + far);
                let (first, second) = ((slope + bend) / near, bend / far);
                vec![plain + first, -first - second, second]
            }
            _ => vec![plain],
        };
        (scale, weights)
    }
}

impl Sampler for Dpmpp {
    fn steps(&self) -> usize {
        self.multistep.schedule.len()
    }

    fn timestep(&self, i: usize) -> f64 {
        self.multistep.schedule.timestep(i)
    }

    fn sigma(&self, i: usize) -> f64 {
        self.multistep.schedule.sigma(i)
    }

    fn step(
        &mut self,
        i: usize,
        model_output: &[f32],
        sample: &mut [f32],
        noise: &mut dyn NoiseSource,
    ) -> Result<(), SamplingError> {
        let (step, clean) = self.multistep.begin(i, model_output, sample)?;
        self.multistep.remember(i, clean);
        let history = self.multistep.history();
        let (scale, weights) = self.weights(i, step, self.order(i, history.len()));
        let mut next = weighted_sum((scale, &widened(sample)), &weights, history);
        if self.stochastic {
            let share = self.fresh_share(i);
            // Drawn even where none is added, as the reference does, so that recorded noise fits.
            let fresh = noise.draw(sample.len())?;
            next.iter_mut().zip(fresh).for_each(|(value, fresh)| *value += share * f64::from(fresh));
        }
        rounded_into(sample, &next);
        Ok(())
    }

    fn add_noise(&self, i: usize, original: &[f32], noise: &[f32]) -> Vec<f32> {
        self.multistep.mix(i).add_noise(original, noise)
    }

    fn to_denoised(&self, i: usize, model_output: &[f32], sample: &[f32]) -> Vec<f32> {
        self.multistep.clean(i, model_output, sample).into_iter().map(|value| value as f32).collect()
    }
}
