//! Both strength rules, over every number of steps and every strength that a person can set.

#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

use sampling::{
    NoiseSource, Philox, Plan, Prediction, Sampler, SamplerKind, SamplingError, SchedulerConfig,
    StrengthRule, executed_steps, sampler, strength_start,
};

fn config(kind: SamplerKind) -> SchedulerConfig {
    let prediction = if kind == SamplerKind::FlowEuler { Prediction::Flow } else { Prediction::Epsilon };
    SchedulerConfig {
        prediction_type: Some(prediction),
        shift: 3.0,
        clip_sample: Some(false),
        ..SchedulerConfig::default()
    }
}

/// What a model predicts that knows the picture: the noise, or for a flow the noise less the picture, in whatever
/// `sample` is before step `i`.
fn perfect_model(
    sampler: &dyn Sampler,
    kind: SamplerKind,
    i: usize,
    sample: &[f32],
    picture: &[f32],
) -> Vec<f32> {
    let nothing = vec![0.0; picture.len()];
    let signal = sampler.add_noise(i, picture, &nothing);
    let spread = sampler.add_noise(i, &nothing, &vec![1.0; picture.len()]);
    let noise = sample.iter().zip(signal).zip(spread).map(|((&x, signal), spread)| (x - signal) / spread);
    match kind {
        SamplerKind::FlowEuler => noise.zip(picture).map(|(noise, x)| noise - x).collect(),
        _ => noise.collect(),
    }
}

#[test]
fn the_steps_rule_counts_as_the_reference() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/samplers/strength_steps.json");
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(rows.len(), 165);
    for row in rows {
        let steps = row["steps"].as_u64().unwrap() as usize;
        let strength = row["strength"].as_f64().unwrap();
        let executed = executed_steps(StrengthRule::Steps, steps, strength);
        match row["sd_steps_run"].as_u64().unwrap() {
            0 => assert!(matches!(executed, Err(SamplingError::NothingToRun { .. })), "{row}"),
            wanted => assert_eq!(executed, Ok(wanted as usize), "{row}"),
        }
    }
    assert_eq!(executed_steps(StrengthRule::Steps, 100, 0.29), Ok(28));
}

/// Every (steps, strength in hundredths): counted in whole numbers, save where the double product falls short.
#[test]
fn every_setting_runs_its_share_of_the_steps() {
    let mut short = Vec::new();
    for steps in 1..=150_usize {
        for hundredths in 0..=100_usize {
            let strength = hundredths as f64 / 100.0;
            let exact = steps * hundredths / 100;
            let executed = match executed_steps(StrengthRule::Steps, steps, strength) {
                Ok(executed) => {
                    assert_eq!(strength_start(StrengthRule::Steps, steps, strength), Ok(steps - executed));
                    executed
                }
                Err(SamplingError::NothingToRun { enough_strength, enough_steps, .. }) => {
                    assert_eq!(executed_steps(StrengthRule::Steps, steps, enough_strength), Ok(1));
                    let enough =
                        enough_steps.map(|steps| executed_steps(StrengthRule::Steps, steps, strength));
                    assert_eq!(enough, (hundredths > 0).then_some(Ok(1)));
                    0
                }
                Err(other) => panic!("{steps} steps at {strength}: {other}"),
            };
            assert!(executed == exact || executed + 1 == exact, "{steps} steps at {strength}: {executed}");
            if executed != exact {
                short.push((steps, hundredths));
            }
            let all = executed_steps(StrengthRule::AllSteps, steps, strength);
            assert_eq!(all.ok(), (hundredths > 0).then_some(steps));
        }
    }
    // 100 * 0.29, 100 * 0.57 and 100 * 0.58 are the best known of the products just below a whole number.
    for known in [(100, 29), (100, 57), (100, 58), (50, 58)] {
        assert!(short.contains(&known), "{known:?}");
    }
    assert!(short.len() < 60, "{} settings fall short: {short:?}", short.len());
}

#[test]
fn nothing_to_run_says_what_to_change() {
    let error = strength_start(StrengthRule::Steps, 4, 0.2).unwrap_err();
    let message =
        "4 steps at strength 0.2 leave no step to run; raise the strength to 0.25 or the steps to 5";
    assert_eq!(error.to_string(), message);
    for strength in [-0.1, 1.01, f64::NAN, f64::INFINITY] {
        for rule in [StrengthRule::Steps, StrengthRule::AllSteps] {
            assert!(matches!(strength_start(rule, 20, strength), Err(SamplingError::BadStrength { .. })));
        }
    }
    assert_eq!(strength_start(StrengthRule::Steps, 0, 0.5), Err(SamplingError::NoSteps));
}

#[test]
fn all_steps_starts_grow_without_jumps_up_to_pure_noise() {
    for kind in SamplerKind::ALL {
        for steps in [1, 2, 4, 20] {
            let plan = |strength| {
                Plan::image_to_image(kind, &config(kind), steps, StrengthRule::AllSteps, strength).unwrap()
            };
            let full = sampler(kind, &config(kind), steps).unwrap();
            let start = |thousandths: usize| plan(thousandths as f64 / 1000.0).start_sigma();
            for thousandths in 1..1000 {
                let (below, above) = (start(thousandths), start(thousandths + 1));
                let jump = (above - below) / full.sigma(0);
                let grows = if full.timestep(0) > 0.0 { below < above } else { below <= above };
                assert!(grows && jump < 0.02, "{kind:?} {steps}: {below} then {above}");
            }
            assert_eq!(plan(0.3).executed_steps(), steps);
            let (whole, noise) = (plan(1.0), Philox::new(3).draw(8).unwrap());
            assert_eq!(whole.start_sigma(), full.sigma(0));
            assert!(whole.starts_from_noise());
            let text = Plan::text_to_image(kind, &config(kind), steps).unwrap();
            assert_eq!(whole.start(Some(&[5.0; 8]), &noise), text.start(None, &noise));
        }
    }
}

#[test]
fn every_schedule_falls_and_a_perfect_model_finds_the_picture() {
    let picture: Vec<f32> = (0..16).map(|i| (i as f32 * 0.7).sin()).collect();
    for kind in SamplerKind::ALL {
        for rule in [StrengthRule::Steps, StrengthRule::AllSteps] {
            for strength in [0.3, 0.7] {
                let mut plan = Plan::image_to_image(kind, &config(kind), 10, rule, strength).unwrap();
                let mut source = Philox::new(11);
                let noise = source.draw(picture.len()).unwrap();
                let mut sample = plan.start(Some(&picture), &noise).unwrap();
                for i in plan.first_step()..plan.sampler().steps() {
                    assert!(plan.sampler().sigma(i) > plan.sampler().sigma(i + 1));
                    let output = perfect_model(plan.sampler(), kind, i, &sample, &picture);
                    let denoised = plan.sampler().to_denoised(i, &output, &sample);
                    let off = denoised.iter().zip(&picture).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                    assert!(off < 1e-4, "{kind:?} {rule:?} {strength}: preview off by {off}");
                    plan.sampler_mut().step(i, &output, &mut sample, &mut source).unwrap();
                }
                let off = sample.iter().zip(&picture).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(off < 1e-4, "{kind:?} {rule:?} {strength}: off by {off}");
            }
        }
    }
}

#[test]
fn the_steps_rule_keeps_the_source_even_at_strength_1() {
    let noise = Philox::new(5).draw(4).unwrap();
    for kind in SamplerKind::ALL.into_iter().filter(|kind| *kind != SamplerKind::FlowEuler) {
        let plan = Plan::image_to_image(kind, &config(kind), 20, StrengthRule::Steps, 1.0).unwrap();
        assert_eq!(plan.first_step(), 0);
        assert_ne!(plan.start(Some(&[9.0; 4]), &noise), plan.start(Some(&[0.0; 4]), &noise));
        assert_eq!(plan.start(None, &noise), Err(SamplingError::MissingSource));
        let misfit = plan.start(Some(&[0.0; 3]), &noise);
        assert!(matches!(misfit, Err(SamplingError::WrongLength { .. })));
    }
}
