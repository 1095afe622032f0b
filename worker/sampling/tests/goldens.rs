//! Trajectories of diffusers' schedulers on the pseudo-model `tanh(0.7 x + 0.001 t) + 0.05`, so that only the
//! sampler is under test.

#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

use std::path::Path;

use safetensors::SafeTensors;
use sampling::{NoiseSource, Prediction, Replay, Sampler, SamplerKind, SchedulerConfig, Spacing, sampler};

/// Every value and every level, in units of the golden's own value (or of its typical value, near zero).
const LIMIT: f64 = 1e-5;

/// Where the reference takes `1 - alpha_bar` in single precision at its cleanest or noisiest, it is no more exact.
const CANCELLATION_LIMIT: f64 = 5e-5;

fn golden(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/samplers");
    std::fs::read(folder.join(name)).unwrap()
}

fn values(file: &SafeTensors, name: &str) -> Vec<f32> {
    let bytes = file.tensor(name).unwrap().data();
    bytes.as_chunks::<4>().0.iter().map(|&chunk| f32::from_le_bytes(chunk)).collect()
}

/// Samplers that add no noise have none stored.
fn values_or_none(file: &SafeTensors, name: &str) -> Vec<f32> {
    if file.tensor(name).is_ok() { values(file, name) } else { Vec::new() }
}

#[track_caller]
fn assert_close(got: impl IntoIterator<Item = f64>, wanted: &[f32], limit: f64, what: &str) {
    let got: Vec<f64> = got.into_iter().collect();
    assert_eq!(got.len(), wanted.len(), "{what}");
    let squares: f64 = wanted.iter().map(|&value| f64::from(value).powi(2)).sum();
    let typical = (squares / wanted.len() as f64).sqrt();
    for (index, (got, &wanted)) in got.iter().zip(wanted).enumerate() {
        let allowed = limit * f64::from(wanted).abs().max(typical);
        let off = (got - f64::from(wanted)).abs();
        assert!(
            off <= allowed,
            "{what}[{index}]: {got} is not {wanted}: {off:.1e} off, {allowed:.1e} allowed"
        );
    }
}

fn pseudo_model(sample: &[f32], timestep: f64) -> Vec<f32> {
    let output = |&x: &f32| ((0.7 * f64::from(x) + 0.001 * timestep).tanh() + 0.05) as f32;
    sample.iter().map(output).collect()
}

/// Runs the whole schedule and holds every state, level and timestep against the file.
fn check(name: &str, sampler: Box<dyn Sampler>) {
    let bytes = golden(name);
    check_run(name, &SafeTensors::deserialize(&bytes).unwrap(), "", LIMIT, sampler);
}

/// As [`check`], for the tensors of `file` whose names start with `prefix`.
fn check_run(name: &str, file: &SafeTensors, prefix: &str, limit: f64, mut sampler: Box<dyn Sampler>) {
    let values = |what: &str| values(file, &format!("{prefix}{what}"));
    assert_close((0..sampler.steps()).map(|i| sampler.timestep(i)), &values("timesteps"), limit, name);
    let sigmas = values("sigmas");
    if !sigmas.is_empty() {
        assert_close((0..=sampler.steps()).map(|i| sampler.sigma(i)), &sigmas, limit, name);
    }
    let scale = sampler.init_noise_sigma();
    let mut sample: Vec<f32> =
        values("start").iter().map(|&value| (f64::from(value) * scale) as f32).collect();
    let trajectory = values("trajectory");
    assert_eq!(trajectory.len(), sample.len() * sampler.steps(), "{name}");
    let draws = values_or_none(file, &format!("{prefix}noise"));
    let mut noise = Replay::new(draws.chunks_exact(sample.len()).map(<[f32]>::to_vec).collect());
    for (i, wanted) in trajectory.chunks_exact(sample.len()).enumerate() {
        let output = pseudo_model(&sampler.scale_model_input(i, &sample), sampler.timestep(i));
        sampler.step(i, &output, &mut sample, &mut noise).unwrap();
        assert_close(
            sample.iter().map(|&value| f64::from(value)),
            wanted,
            limit,
            &format!("{name} step {i}"),
        );
    }
    assert!(noise.draw(sample.len()).is_err(), "{name}: the reference drew more noise");
}

/// The settings of Stable Diffusion 1.x (noise) and 2.x (velocity), as their checkpoints publish them.
fn stable_diffusion(prediction: &str, spacing: Spacing) -> SchedulerConfig {
    let json = r#"{"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "clip_sample": false,
        "num_train_timesteps": 1000, "set_alpha_to_one": false, "steps_offset": 1, "trained_betas": null}"#;
    let prediction: Prediction = serde_json::from_value(prediction.into()).unwrap();
    let config: SchedulerConfig = serde_json::from_str(json).unwrap();
    SchedulerConfig { prediction_type: Some(prediction), timestep_spacing: Some(spacing), ..config }
}

fn check_family(family: &str, prediction: &str) {
    let leading = stable_diffusion(prediction, Spacing::Leading);
    let trailing = stable_diffusion(prediction, Spacing::Trailing);
    let runs = [
        ("ddim", SamplerKind::Ddim, &leading),
        ("euler", SamplerKind::Euler, &leading),
        ("euler_trailing", SamplerKind::Euler, &trailing),
        ("euler_ancestral", SamplerKind::EulerAncestral, &leading),
        ("dpmpp_2m", SamplerKind::Dpmpp2m, &leading),
        ("dpmpp_2m_karras", SamplerKind::Dpmpp2mKarras, &leading),
        ("unipc", SamplerKind::UniPc, &leading),
        ("lcm", SamplerKind::Lcm, &leading),
    ];
    for (name, kind, config) in runs {
        for steps in [1, 4, 20] {
            if (kind, steps) == (SamplerKind::Dpmpp2mKarras, 1) {
                continue; // Not recorded.
            }
            let name = format!("{family}_{name}_{steps}.safetensors");
            check(&name, sampler(kind, config, steps).unwrap());
        }
    }
}

#[test]
fn noise_prediction_follows_the_reference() {
    check_family("sd1", "epsilon");
}

#[test]
fn velocity_prediction_follows_the_reference() {
    check_family("sd2", "v_prediction");
}

fn flow(shift: f64) -> SchedulerConfig {
    SchedulerConfig { prediction_type: Some(Prediction::Flow), shift, ..SchedulerConfig::default() }
}

#[test]
fn flow_follows_the_reference() {
    for steps in [4, 20] {
        let name = format!("flow_static_{steps}.safetensors");
        check(&name, sampler(SamplerKind::FlowEuler, &flow(1.0), steps).unwrap());
    }
    for steps in [1, 4, 20] {
        // The reference shifts by mu = 0.7, which is the static shift e^0.7.
        let shifted = sampler(SamplerKind::FlowEuler, &flow(0.7_f64.exp()), steps).unwrap();
        check(&format!("flow_dynamic_{steps}.safetensors"), shifted);
    }
}

#[test]
fn dynamic_shifts_follow_the_reference_at_every_size() {
    let bytes = golden("flow_schedules.safetensors");
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let (_, metadata) = SafeTensors::read_metadata(&bytes).unwrap();
    let config = metadata.metadata().as_ref().unwrap().get("config").unwrap();
    let config = SchedulerConfig {
        class_name: Some("FlowMatchEulerDiscreteScheduler".to_owned()),
        ..serde_json::from_str(config).unwrap()
    };
    assert!(config.use_dynamic_shifting);
    let mut compared = 0;
    for (size, tokens) in [("64x64", 16), ("768x512", 1536), ("1024x1024", 4096), ("2048x2048", 16384)] {
        for steps in [1, 2, 3, 4, 8, 20, 28, 50] {
            let sampler = sampler(SamplerKind::FlowEuler, &config.for_image_tokens(tokens), steps).unwrap();
            let name = format!("{size}.{steps}");
            let sigmas = values(&file, &format!("{name}.sigmas"));
            assert_close((0..=steps).map(|i| sampler.sigma(i)), &sigmas, LIMIT, &name);
            compared += sigmas.len();
        }
    }
    assert_eq!(compared, 4 * (116 + 8));
}

/// Settings that no published Stable Diffusion checkpoint combines: the metadata has each run's config.
#[test]
fn every_setting_follows_the_reference() {
    let bytes = golden("variants.safetensors");
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let (_, metadata) = SafeTensors::read_metadata(&bytes).unwrap();
    let runs = metadata.metadata().as_ref().unwrap();
    assert_eq!(runs.len(), 62);
    for (run, settings) in runs {
        let settings: serde_json::Value = serde_json::from_str(settings).unwrap();
        let kind: SamplerKind = serde_json::from_value(settings["kind"].clone()).unwrap();
        let mut config: SchedulerConfig = serde_json::from_value(settings["config"].clone()).unwrap();
        if kind == SamplerKind::FlowEuler {
            config.prediction_type = Some(Prediction::Flow);
        }
        let steps = settings["steps"].as_u64().unwrap() as usize;
        let sampler = sampler(kind, &config, steps).unwrap();
        let what = format!("{run}: {settings}");
        let scale = settings["init_noise_sigma"].as_f64().unwrap() as f32;
        assert_close([sampler.init_noise_sigma()], &[scale], CANCELLATION_LIMIT, &what);
        let values = |name: &str| values(&file, &format!("{run}.{name}"));
        let noisy = sampler.add_noise(steps / 2, &values("original"), &values("start"));
        assert_close(noisy.into_iter().map(f64::from), &values("noisy"), CANCELLATION_LIMIT, &what);
        check_run(&what, &file, &format!("{run}."), CANCELLATION_LIMIT, sampler);
    }
}
