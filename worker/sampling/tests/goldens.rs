//! Trajectories of diffusers' schedulers on the pseudo-model `tanh(0.7 x + 0.001 t) + 0.05`, so that only the
//! sampler is under test.

#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

use std::path::Path;

use safetensors::SafeTensors;
use sampling::{Philox, Prediction, Sampler, SamplerKind, SchedulerConfig, Spacing, sampler};

/// Every value and every level, in units of the golden's own value (or of its typical value, near zero).
const RELATIVE_LIMIT: f64 = 1e-5;

fn golden(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/samplers");
    std::fs::read(folder.join(name)).unwrap()
}

fn values(file: &SafeTensors, name: &str) -> Vec<f32> {
    let bytes = file.tensor(name).unwrap().data();
    bytes.as_chunks::<4>().0.iter().map(|&chunk| f32::from_le_bytes(chunk)).collect()
}

#[track_caller]
fn assert_close(got: impl IntoIterator<Item = f64>, wanted: &[f32], what: &str) {
    let got: Vec<f64> = got.into_iter().collect();
    assert_eq!(got.len(), wanted.len(), "{what}");
    let squares: f64 = wanted.iter().map(|&value| f64::from(value).powi(2)).sum();
    let typical = (squares / wanted.len() as f64).sqrt();
    for (index, (got, &wanted)) in got.iter().zip(wanted).enumerate() {
        let scale = f64::from(wanted).abs().max(typical);
        let error = (got - f64::from(wanted)).abs() / scale;
        assert!(error <= RELATIVE_LIMIT, "{what}[{index}]: {got} is not {wanted} ({error:.1e})");
    }
}

fn pseudo_model(sample: &[f32], timestep: f64) -> Vec<f32> {
    let output = |&x: &f32| ((0.7 * f64::from(x) + 0.001 * timestep).tanh() + 0.05) as f32;
    sample.iter().map(output).collect()
}

/// Runs the whole schedule and holds every state, level and timestep against the file.
fn check(name: &str, mut sampler: Box<dyn Sampler>) {
    let bytes = golden(name);
    let file = SafeTensors::deserialize(&bytes).unwrap();
    assert_close((0..sampler.steps()).map(|i| sampler.timestep(i)), &values(&file, "timesteps"), name);
    let sigmas = values(&file, "sigmas");
    if !sigmas.is_empty() {
        assert_close((0..=sampler.steps()).map(|i| sampler.sigma(i)), &sigmas, name);
    }
    let scale = sampler.init_noise_sigma();
    let mut sample: Vec<f32> =
        values(&file, "start").iter().map(|&value| (f64::from(value) * scale) as f32).collect();
    let trajectory = values(&file, "trajectory");
    assert_eq!(trajectory.len(), sample.len() * sampler.steps(), "{name}");
    for (i, wanted) in trajectory.chunks_exact(sample.len()).enumerate() {
        let output = pseudo_model(&sampler.scale_model_input(i, &sample), sampler.timestep(i));
        sampler.step(i, &output, &mut sample, &mut Philox::new(0)).unwrap();
        assert_close(sample.iter().map(|&value| f64::from(value)), wanted, &format!("{name} step {i}"));
    }
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
    for steps in [1, 4, 20] {
        let leading = stable_diffusion(prediction, Spacing::Leading);
        let trailing = stable_diffusion(prediction, Spacing::Trailing);
        check(
            &format!("{family}_ddim_{steps}.safetensors"),
            sampler(SamplerKind::Ddim, &leading, steps).unwrap(),
        );
        check(
            &format!("{family}_euler_{steps}.safetensors"),
            sampler(SamplerKind::Euler, &leading, steps).unwrap(),
        );
        let name = format!("{family}_euler_trailing_{steps}.safetensors");
        check(&name, sampler(SamplerKind::Euler, &trailing, steps).unwrap());
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
            assert_close((0..=steps).map(|i| sampler.sigma(i)), &sigmas, &name);
            compared += sigmas.len();
        }
    }
    assert_eq!(compared, 4 * (116 + 8));
}
