//! UniPC: Zhao et al. 2023, "UniPC: A Unified Predictor-Corrector Framework for Fast Sampling of Diffusion Models",
//! algorithms 1 and 2 on the predicted clean latents, with the ends of diffusers' `UniPCMultistepScheduler`.

use crate::{
    NoiseSource, Sampler, SamplingError, SchedulerConfig,
    multistep::{Multistep, rounded_into, weighted_sum, widened},
    sampler::{is_other, refuse},
    sigmas::{Curve, Told},
};

/// A UniPC schedule and the memory of a run over it.
#[derive(Debug)]
pub(crate) struct UniPc {
    multistep: Multistep,
    /// Whether `B(h) = h`, not `exp(h) - 1`.
    bh1: bool,
    /// Steps whose outcome is not corrected.
    uncorrected: Vec<usize>,
    /// The latents that the last step began from, and its order.
    last: Option<(Vec<f64>, usize)>,
}

impl UniPc {
    /// `time_scale`: see [`sampler_from`](crate::sampler_from).
    pub(crate) fn new(
        config: &SchedulerConfig,
        steps: usize,
        time_scale: f64,
    ) -> Result<Self, SamplingError> {
        // Those of its relatives are taken as its own, as diffusers does when it changes schedulers.
        let known = ["bh1", "bh2", "midpoint", "heun", "logrho"];
        refuse(
            "UniPC",
            &[
                (!config.predict_x0, "predict_x0 false"),
                (config.solver_p.is_some(), "a solver_p"),
                (is_other(&config.solver_type, &known), "a solver_type other than bh1 and bh2"),
            ],
        )?;
        let rounded: Told = f64::round_ties_even;
        let curve = config.use_karras_sigmas.then_some((Curve::Karras, rounded));
        Ok(Self {
            multistep: Multistep::new("UniPC", config, curve, steps, time_scale)?,
            bh1: config.solver_type.as_deref() == Some("bh1"),
            uncorrected: config.disable_corrector.clone(),
            last: None,
        })
    }

    /// The order of step `i`, with `known` predictions, its own among them.
    fn order(&self, i: usize, known: usize) -> usize {
        let left = self.multistep.schedule.len() - i;
        // To no noise at all the step is infinite, and nothing but the first order is left.
        let limit = match self.multistep.schedule.sigma(i + 1) > 0.0 {
            true if self.multistep.lower_order_final => left,
            true => self.multistep.order,
            false => 1,
        };
        self.multistep.order.min(limit).min(known)
    }

    /// What step `i` multiplies the sample with, and the predictions: its own, and one for each of `nodes`, which
    /// are times in units of the step from its start.
    fn weights(&self, i: usize, nodes: &[f64]) -> (f64, Vec<f64>) {
        let (from, to) = (self.multistep.mix(i), self.multistep.mix(i + 1));
        let backwards = self.multistep.lambda(i) - self.multistep.lambda(i + 1);
        if backwards == 0.0 {
            return (1.0, Vec::new());
        }
        let decay = backwards.exp_m1();
        let step = if self.bh1 { backwards } else { decay };
        let slopes: Vec<f64> = node_weights(nodes, backwards, step)
            .into_iter()
            .zip(nodes)
            .map(|(weight, node)| -to.signal * step * weight / node)
            .collect();
        let plain = -to.signal * decay - slopes.iter().sum::<f64>();
        (to.noise / from.noise, std::iter::once(plain).chain(slopes).collect())
    }

    /// The latents before step `i`, now that the prediction there is known: the step before it is taken again with
    /// that prediction (UniC).
    fn corrected(&self, i: usize, sample: &[f32], clean: &Vec<f64>) -> Vec<f64> {
        let history = self.multistep.history();
        let before = i.checked_sub(1).filter(|before| !self.uncorrected.contains(before));
        match (before, &self.last) {
            (Some(before), Some((last, order))) if !history.is_empty() => {
                let mut nodes: Vec<f64> = self.multistep.nodes(before).take(order - 1).collect();
                let terms = history.iter().take(nodes.len() + 1).chain([clean]);
                nodes.push(1.0);
                let (scale, weights) = self.weights(before, &nodes);
                weighted_sum((scale, last), &weights, terms)
            }
            _ => widened(sample),
        }
    }
}

/// How much each node's slope counts (Zhao et al. 2023, equation 5): the solution of the linear equations
/// `sum over j of weight[j] * node[j]^i = b[i]`. Their matrix is Vandermonde's, so `weight[j]` is `b` applied to the
/// coefficients of the polynomial that is 1 at node `j` and 0 at the others. `step` is `B(h)`.
fn node_weights(nodes: &[f64], backwards: f64, step: f64) -> Vec<f64> {
    if nodes.len() == 1 {
        // Where the equations have a solution for any step, the paper takes this one.
        return vec![0.5];
    }
    let mut phi = backwards.exp_m1() / backwards - 1.0;
    let mut factorial = 1.0;
    let mut right = Vec::with_capacity(nodes.len());
    for power in 1..=nodes.len() {
        right.push(phi * factorial / step);
        factorial *= (power + 1) as f64;
        phi = phi / backwards - 1.0 / factorial;
    }
    let applied = |j: usize, own: f64| {
        let mut polynomial = vec![1.0];
        for (_, other) in nodes.iter().enumerate().filter(|(index, _)| *index != j) {
            let raised = std::iter::once(0.0).chain(polynomial.iter().copied());
            let kept = polynomial.iter().copied().chain([0.0]);
            polynomial = raised.zip(kept).map(|(up, same)| (up - other * same) / (own - other)).collect();
        }
        polynomial.iter().zip(&right).map(|(coefficient, value)| coefficient * value).sum()
    };
    nodes.iter().enumerate().map(|(j, own)| applied(j, *own)).collect()
}

impl Sampler for UniPc {
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
        _: &mut dyn NoiseSource,
    ) -> Result<(), SamplingError> {
        let (_, clean) = self.multistep.begin(i, model_output, sample)?;
        let start = self.corrected(i, sample, &clean);
        self.multistep.remember(i, clean);
        let history = self.multistep.history();
        let order = self.order(i, history.len());
        let nodes: Vec<f64> = self.multistep.nodes(i).take(order - 1).collect();
        let (scale, weights) = self.weights(i, &nodes);
        rounded_into(sample, &weighted_sum((scale, &start), &weights, history));
        self.last = Some((start, order));
        Ok(())
    }

    fn add_noise(&self, i: usize, original: &[f32], noise: &[f32]) -> Vec<f32> {
        self.multistep.mix(i).add_noise(original, noise)
    }

    fn to_denoised(&self, i: usize, model_output: &[f32], sample: &[f32]) -> Vec<f32> {
        self.multistep.clean(i, model_output, sample).into_iter().map(|value| value as f32).collect()
    }
}
