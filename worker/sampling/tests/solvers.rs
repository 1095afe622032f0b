//! What the multistep solvers promise beyond the recorded runs: their orders, and what they forget.

#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

use sampling::{FinalSigma, Philox, Sampler, SamplerKind, SchedulerConfig, sampler};

/// The clean latents that the model predicts, as a polynomial in `lambda`, with its two derivatives.
fn clean(lambda: f64, bend: f64) -> [f64; 3] {
    [0.3 + 0.2 * lambda + bend * lambda * lambda, 0.2 + 2.0 * bend * lambda, 2.0 * bend]
}

fn config(solver_order: usize, solver_type: &str) -> SchedulerConfig {
    SchedulerConfig {
        solver_order,
        solver_type: Some(solver_type.to_owned()),
        lower_order_final: false,
        final_sigmas_type: Some(FinalSigma::SigmaMin),
        ..SchedulerConfig::default()
    }
}

/// With `clean` a polynomial, `x / noise - exp(lambda) (clean - clean' + clean'')` is constant over an exact
/// solution (Lu et al. 2022, equation 8, integrated by parts). Its change over each step.
fn drifts(kind: SamplerKind, config: &SchedulerConfig, bend: f64) -> Vec<f64> {
    let mut sampler = sampler(kind, config, 12).unwrap();
    let invariant = |sampler: &dyn Sampler, i: usize, x: f32| {
        let sigma = sampler.sigma(i);
        let [value, first, second] = clean(-sigma.ln(), bend);
        let noise = sigma / (sigma * sigma + 1.0).sqrt();
        f64::from(x) / noise - (value - first + second) / sigma
    };
    let mut sample = [0.7_f32];
    (0..12)
        .map(|i| {
            let before = invariant(sampler.as_ref(), i, sample[0]);
            let sigma = sampler.sigma(i);
            let signal = 1.0 / (sigma * sigma + 1.0).sqrt();
            let noise = (f64::from(sample[0]) - signal * clean(-sigma.ln(), bend)[0]) / (sigma * signal);
            sampler.step(i, &[noise as f32], &mut sample, &mut Philox::new(0)).unwrap();
            // In units of what the step could have moved it.
            let moved = 1.0 / sampler.sigma(i + 1);
            ((invariant(sampler.as_ref(), i + 1, sample[0]) - before) / moved).abs()
        })
        .collect()
}

#[test]
fn orders_are_exact_for_their_polynomials() {
    // Of DPM-Solver++, its authors' third order counts the second derivative half, and so do all who follow them.
    let exact = [
        (SamplerKind::Dpmpp2m, 2, "heun", 0.0),
        (SamplerKind::Dpmpp2m, 3, "midpoint", 0.0),
        (SamplerKind::UniPc, 3, "bh1", -0.05),
        (SamplerKind::UniPc, 3, "bh2", -0.05),
    ];
    for (kind, order, solver_type, bend) in exact {
        let drifts = drifts(kind, &config(order, solver_type), bend);
        // The first two steps know too little, and the first corrections mend them.
        assert!(drifts[4..].iter().all(|drift| *drift < 2e-6), "{kind:?} {order}: {drifts:?}");
        let lower = self::drifts(kind, &config(order - 1, solver_type), bend);
        let told_apart = lower[4..].iter().any(|drift| *drift > 1e-5);
        assert!(told_apart, "{kind:?} below {order}: {lower:?}");
    }
}

#[test]
fn solvers_forget_runs_that_a_step_does_not_follow() {
    for kind in [SamplerKind::Dpmpp2m, SamplerKind::Dpmpp2mKarras, SamplerKind::UniPc] {
        for first in [0, 3] {
            let mut used = sampler(kind, &SchedulerConfig::default(), 8).unwrap();
            let run = |sampler: &mut dyn Sampler| {
                let mut sample = [1.5_f32, -0.4];
                for i in first..8 {
                    let output = sample.map(|x| (0.6 * x).tanh());
                    sampler.step(i, &output, &mut sample, &mut Philox::new(0)).unwrap();
                }
                sample
            };
            used.step(0, &[9.0, 9.0], &mut [3.0, 3.0], &mut Philox::new(0)).unwrap();
            used.step(1, &[9.0, 9.0], &mut [3.0, 3.0], &mut Philox::new(0)).unwrap();
            let again = run(used.as_mut());
            let mut fresh = sampler(kind, &SchedulerConfig::default(), 8).unwrap();
            assert_eq!(again, run(fresh.as_mut()), "{kind:?} from step {first}");
            assert!(again.iter().all(|value| value.is_finite()));
        }
    }
}
