//! `scheduler_config.json`: defaults, odd settings, and what is refused.

#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

use sampling::{NoiseSource, Philox, Prediction, SamplerKind, SamplingError, SchedulerConfig, sampler};

fn config(json: &str) -> SchedulerConfig {
    serde_json::from_str(json).unwrap()
}

#[test]
fn defaults_are_those_of_the_sampler_that_runs() {
    let empty = config("{}");
    assert_eq!(empty, SchedulerConfig::default());
    assert_eq!(empty.prediction(), Prediction::Epsilon);
    // DDIM spaces its steps `leading`, Euler `linspace`.
    assert_eq!(sampler(SamplerKind::Ddim, &empty, 10).unwrap().timestep(0), 900.0);
    assert_eq!(sampler(SamplerKind::Euler, &empty, 10).unwrap().timestep(0), 999.0);

    let flow =
        config(r#"{"_class_name": "FlowMatchEulerDiscreteScheduler", "shift": 3.0, "shift_terminal": null}"#);
    assert_eq!(flow.named_sampler(), Some(SamplerKind::FlowEuler));
    assert_eq!(flow.prediction(), Prediction::Flow);
    assert_eq!(config(r#"{"_class_name": "PNDMScheduler"}"#).named_sampler(), None);
}

#[test]
fn settings_that_are_not_implemented_are_refused() {
    let refused = [
        (SamplerKind::Ddim, r#"{"thresholding": true}"#),
        (SamplerKind::Ddim, r#"{"prediction_type": "flow_prediction"}"#),
        (SamplerKind::Ddim, r#"{"rescale_betas_zero_snr": true}"#),
        (SamplerKind::Euler, r#"{"use_karras_sigmas": true}"#),
        (SamplerKind::Euler, r#"{"interpolation_type": "log_linear"}"#),
        (SamplerKind::Euler, r#"{"timestep_type": "continuous"}"#),
        (SamplerKind::Euler, r#"{"_class_name": "FlowMatchEulerDiscreteScheduler"}"#),
        (SamplerKind::FlowEuler, r#"{"prediction_type": "epsilon"}"#),
        (SamplerKind::FlowEuler, r#"{"prediction_type": "flow_prediction", "use_dynamic_shifting": true}"#),
        (SamplerKind::FlowEuler, r#"{"prediction_type": "flow_prediction", "shift_terminal": 0.1}"#),
    ];
    for (kind, json) in refused {
        let error = sampler(kind, &config(json), 10).err();
        assert!(matches!(error, Some(SamplingError::Unsupported { .. })), "{json}: {error:?}");
    }
    assert!(serde_json::from_str::<SchedulerConfig>(r#"{"prediction_type": "sample"}"#).is_err());
}

#[test]
fn senseless_settings_are_refused() {
    for json in [
        r#"{"num_train_timesteps": 0}"#,
        r#"{"num_train_timesteps": 4000000000}"#,
        r#"{"beta_start": -1.0}"#,
        r#"{"beta_end": 1e300}"#,
        r#"{"trained_betas": []}"#,
        r#"{"trained_betas": [0.1, 1.5]}"#,
    ] {
        let error = sampler(SamplerKind::Ddim, &config(json), 1).err();
        assert!(matches!(error, Some(SamplingError::BadConfig { .. })), "{json}: {error:?}");
    }
    for shift in ["0", "-1"] {
        let json = format!(r#"{{"prediction_type": "flow_prediction", "shift": {shift}}}"#);
        let error = sampler(SamplerKind::FlowEuler, &config(&json), 4).err();
        assert!(matches!(error, Some(SamplingError::BadConfig { .. })), "{json}: {error:?}");
    }
}

#[test]
fn zero_terminal_snr_starts_at_pure_noise() {
    let json = r#"{"prediction_type": "v_prediction", "rescale_betas_zero_snr": true, "clip_sample": false,
        "timestep_spacing": "trailing", "beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}"#;
    let noise = Philox::new(1).draw(32).unwrap();
    let mut ddim = sampler(SamplerKind::Ddim, &config(json), 4).unwrap();
    assert_eq!(ddim.sigma(0), f64::INFINITY);
    assert_eq!(ddim.add_noise(0, &[7.0; 32], &noise), noise);
    // At pure noise the velocity is minus the picture; one step must keep that picture and stay finite.
    let mut sample = noise.clone();
    let picture = vec![0.5_f32; 32];
    let velocity: Vec<f32> = picture.iter().map(|x| -x).collect();
    assert_eq!(ddim.to_denoised(0, &velocity, &sample), picture);
    ddim.step(0, &velocity, &mut sample, &mut Philox::new(0)).unwrap();
    assert!(sample.iter().all(|value| value.is_finite()) && sample != noise);
    // Euler cannot hold an infinite sigma: alpha-bar 2^-24, that is sigma sqrt(2^24 - 1).
    let euler = sampler(SamplerKind::Euler, &config(json), 4).unwrap();
    assert!((euler.sigma(0) - 4_095.999_877_929).abs() < 1e-6, "{}", euler.sigma(0));
}

#[test]
fn clean_latents_are_clipped_where_the_model_was_trained_so() {
    let clipping = sampler(SamplerKind::Ddim, &config(r#"{"clip_sample_range": 2.0}"#), 10).unwrap();
    let free = sampler(SamplerKind::Ddim, &config(r#"{"clip_sample": false}"#), 10).unwrap();
    assert_eq!(clipping.to_denoised(5, &[0.0], &[50.0]), [2.0]);
    assert!(free.to_denoised(5, &[0.0], &[50.0])[0] > 50.0);
}

#[test]
fn wrong_steps_and_lengths_are_errors() {
    for kind in [SamplerKind::Ddim, SamplerKind::Euler] {
        let mut sampler = sampler(kind, &config("{}"), 3).unwrap();
        let noise = &mut Philox::new(0);
        let past = sampler.step(3, &[0.0], &mut [0.0], noise);
        assert_eq!(past, Err(SamplingError::NoSuchStep { step: 3, steps: 3 }));
        let short = sampler.step(0, &[0.0], &mut [0.0, 0.0], noise);
        assert_eq!(short, Err(SamplingError::WrongLength { what: "the prediction", got: 1, expected: 2 }));
    }
}
