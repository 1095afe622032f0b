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
    // LCM has Stable Diffusion's betas and clips nothing by default, the others neither.
    let sigma = |kind| sampler(kind, &empty, 1).unwrap().sigma(0);
    assert!((sigma(SamplerKind::Lcm) - 14.6146).abs() < 1e-3, "{}", sigma(SamplerKind::Lcm));
    assert!((sigma(SamplerKind::UniPc) - 157.407).abs() < 1e-2, "{}", sigma(SamplerKind::UniPc));
}

/// As their repositories publish them, save for `_diffusers_version`.
const PUBLISHED: [(&str, Option<SamplerKind>); 6] = [
    // Stable Diffusion 1.5.
    (
        r#"{"_class_name": "PNDMScheduler", "beta_end": 0.012, "beta_schedule": "scaled_linear",
        "beta_start": 0.00085, "num_train_timesteps": 1000, "set_alpha_to_one": false, "skip_prk_steps": true,
        "steps_offset": 1, "trained_betas": null, "clip_sample": false}"#,
        None,
    ),
    // Stable Diffusion 2.1.
    (
        r#"{"_class_name": "DDIMScheduler", "beta_end": 0.012, "beta_schedule": "scaled_linear",
        "beta_start": 0.00085, "clip_sample": false, "num_train_timesteps": 1000,
        "prediction_type": "v_prediction", "set_alpha_to_one": false, "skip_prk_steps": true, "steps_offset": 1,
        "trained_betas": null}"#,
        Some(SamplerKind::Ddim),
    ),
    // SD-Turbo.
    (
        r#"{"_class_name": "EulerDiscreteScheduler", "beta_end": 0.012, "beta_schedule": "scaled_linear",
        "beta_start": 0.00085, "clip_sample": false, "interpolation_type": "linear", "num_train_timesteps": 1000,
        "prediction_type": "epsilon", "sample_max_value": 1.0, "set_alpha_to_one": false, "skip_prk_steps": true,
        "steps_offset": 1, "timestep_spacing": "trailing", "trained_betas": null, "use_karras_sigmas": false}"#,
        Some(SamplerKind::Euler),
    ),
    // LCM_Dreamshaper_v7.
    (
        r#"{"_class_name": "LCMScheduler", "beta_end": 0.012, "beta_schedule": "scaled_linear",
        "beta_start": 0.00085, "clip_sample": true, "clip_sample_range": 1.0, "dynamic_thresholding_ratio": 0.995,
        "num_train_timesteps": 1000, "original_inference_steps": 50, "prediction_type": "epsilon",
        "rescale_betas_zero_snr": false, "sample_max_value": 1.0, "set_alpha_to_one": true, "steps_offset": 0,
        "thresholding": false, "timestep_scaling": 10.0, "timestep_spacing": "leading", "trained_betas": null}"#,
        Some(SamplerKind::Lcm),
    ),
    // DPM-Solver++, as pipelines save it.
    (
        r#"{"_class_name": "DPMSolverMultistepScheduler", "algorithm_type": "dpmsolver++", "beta_end": 0.012,
        "beta_schedule": "scaled_linear", "beta_start": 0.00085, "dynamic_thresholding_ratio": 0.995,
        "euler_at_final": false, "final_sigmas_type": "zero", "lambda_min_clipped": null, "lower_order_final": true,
        "num_train_timesteps": 1000, "prediction_type": "epsilon", "sample_max_value": 1.0, "solver_order": 2,
        "solver_type": "midpoint", "steps_offset": 1, "thresholding": false, "timestep_spacing": "linspace",
        "trained_betas": null, "use_karras_sigmas": false, "use_lu_lambdas": false, "variance_type": null}"#,
        Some(SamplerKind::Dpmpp2m),
    ),
    // UniPC, as pipelines save it.
    (
        r#"{"_class_name": "UniPCMultistepScheduler", "beta_end": 0.012, "beta_schedule": "scaled_linear",
        "beta_start": 0.00085, "disable_corrector": [], "final_sigmas_type": "zero", "lower_order_final": true,
        "num_train_timesteps": 1000, "predict_x0": true, "prediction_type": "epsilon", "solver_order": 2,
        "solver_p": null, "solver_type": "bh2", "steps_offset": 1, "timestep_spacing": "leading",
        "use_karras_sigmas": false}"#,
        Some(SamplerKind::UniPc),
    ),
];

#[test]
fn published_configs_run_under_every_sampler() {
    for (json, named) in PUBLISHED {
        let config = config(json);
        assert_eq!(config.named_sampler(), named, "{json}");
        for kind in SamplerKind::ALL.into_iter().filter(|kind| kind.suits(config.prediction())) {
            for steps in [1, 2, 4, 8, 25, 50] {
                let mut sampler = sampler(kind, &config, steps).unwrap();
                let (mut noise, mut sample) = (Philox::new(2), [0.5_f32, -2.0]);
                sample = sample.map(|value| value * sampler.init_noise_sigma() as f32);
                for i in 0..steps {
                    let seen = sampler.scale_model_input(i, &sample);
                    let output: Vec<f32> = seen.iter().map(|value| (0.7 * value).tanh()).collect();
                    sampler.step(i, &output, &mut sample, &mut noise).unwrap();
                }
                assert!(sample.iter().all(|value| value.is_finite()), "{kind:?} {steps}: {json}");
            }
        }
    }
}

#[test]
fn settings_that_are_not_implemented_are_refused() {
    let refused = [
        (SamplerKind::Ddim, r#"{"thresholding": true}"#),
        (SamplerKind::Ddim, r#"{"prediction_type": "flow_prediction"}"#),
        (SamplerKind::Ddim, r#"{"rescale_betas_zero_snr": true}"#),
        (SamplerKind::Euler, r#"{"use_beta_sigmas": true}"#),
        (SamplerKind::Euler, r#"{"interpolation_type": "cubic"}"#),
        (SamplerKind::Euler, r#"{"timestep_type": "continuous"}"#),
        (SamplerKind::Euler, r#"{"_class_name": "FlowMatchEulerDiscreteScheduler"}"#),
        (SamplerKind::EulerAncestral, r#"{"prediction_type": "flow_prediction"}"#),
        (SamplerKind::Dpmpp2m, r#"{"algorithm_type": "sde-dpmsolver"}"#),
        (SamplerKind::Dpmpp2m, r#"{"use_exponential_sigmas": true}"#),
        (SamplerKind::Dpmpp2m, r#"{"solver_type": "rk4"}"#),
        (SamplerKind::Dpmpp2m, r#"{"lambda_min_clipped": -5.1}"#),
        (SamplerKind::Dpmpp2m, r#"{"variance_type": "learned_range"}"#),
        (SamplerKind::UniPc, r#"{"predict_x0": false}"#),
        (SamplerKind::UniPc, r#"{"solver_p": {"_class_name": "DDIMScheduler"}}"#),
        (SamplerKind::UniPc, r#"{"use_flow_sigmas": true}"#),
        (SamplerKind::Lcm, r#"{"rescale_betas_zero_snr": true}"#),
        (SamplerKind::Lcm, r#"{"thresholding": true}"#),
        (SamplerKind::FlowEuler, r#"{"prediction_type": "epsilon"}"#),
        (SamplerKind::FlowEuler, r#"{"prediction_type": "flow_prediction", "use_dynamic_shifting": true}"#),
        (SamplerKind::FlowEuler, r#"{"prediction_type": "flow_prediction", "shift_terminal": 0.1}"#),
    ];
    for (kind, json) in refused {
        let error = sampler(kind, &config(json), 10).err();
        assert!(matches!(error, Some(SamplingError::Unsupported { .. })), "{json}: {error:?}");
    }
    assert!(serde_json::from_str::<SchedulerConfig>(r#"{"prediction_type": "score"}"#).is_err());
    // As DDPM's configurations have it: nothing that these samplers read.
    sampler(SamplerKind::Dpmpp2m, &config(r#"{"variance_type": "fixed_small"}"#), 10).unwrap();
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
    for (kind, json) in [
        (SamplerKind::Dpmpp2m, r#"{"solver_order": 0}"#),
        (SamplerKind::UniPc, r#"{"solver_order": 4}"#),
        (SamplerKind::Dpmpp2mKarras, r#"{"sigma_min": 2.0, "sigma_max": 1.0}"#),
        (SamplerKind::Dpmpp2mKarras, r#"{"sigma_min": 0.0}"#),
        (SamplerKind::Euler, r#"{"num_train_timesteps": 2, "trained_betas": [0.5, 0.9999999999999999999]}"#),
        (SamplerKind::UniPc, r#"{"num_train_timesteps": 4, "trained_betas": [0.5, 0.0, 0.0, 0.0]}"#),
        (SamplerKind::Lcm, r#"{"original_inference_steps": 0}"#),
        (SamplerKind::Lcm, r#"{"original_inference_steps": 1001}"#),
    ] {
        let error = sampler(kind, &config(json), 2).err();
        assert!(matches!(error, Some(SamplingError::BadConfig { .. })), "{json}: {error:?}");
    }
    let many = sampler(SamplerKind::Lcm, &config("{}"), 51).err();
    assert_eq!(many, Some(SamplingError::TooManySteps { steps: 51, limit: 50 }));
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
    for kind in SamplerKind::ALL {
        let prediction = if kind == SamplerKind::FlowEuler { "flow_prediction" } else { "epsilon" };
        let json = format!(r#"{{"prediction_type": "{prediction}"}}"#);
        let mut sampler = sampler(kind, &config(&json), 3).unwrap();
        let noise = &mut Philox::new(0);
        let past = sampler.step(3, &[0.0], &mut [0.0], noise);
        assert_eq!(past, Err(SamplingError::NoSuchStep { step: 3, steps: 3 }));
        let short = sampler.step(0, &[0.0], &mut [0.0, 0.0], noise);
        assert_eq!(short, Err(SamplingError::WrongLength { what: "the prediction", got: 1, expected: 2 }));
    }
}
