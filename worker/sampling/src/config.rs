//! `scheduler_config.json`, as diffusers writes it.
//!
//! Classes of schedulers share most settings but not all defaults. As in diffusers' `from_config`, a setting that
//! the file leaves out takes the default of the sampler that *runs*, not of the class that the file names; such
//! settings are `Option`s here and each sampler resolves its own.

use serde::{Deserialize, Serialize};

use crate::SamplerKind;

/// What the model was trained to predict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Prediction {
    /// The noise (Ho et al. 2020).
    #[serde(rename = "epsilon")]
    Epsilon,
    /// The velocity `alpha * noise - sigma * x0` (Salimans and Ho 2022).
    #[serde(rename = "v_prediction")]
    V,
    /// The clean latents themselves.
    #[serde(rename = "sample")]
    Sample,
    /// The flow `noise - x0` (Lipman et al. 2022; Liu et al. 2022).
    #[serde(rename = "flow_prediction")]
    Flow,
}

/// Which of the training timesteps a run of few steps visits (Lin et al. 2023, table 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spacing {
    /// From the first timestep up in equal strides; never reaches the noisiest.
    Leading,
    /// From the last timestep down in equal strides.
    Trailing,
    /// Evenly from the first to the last.
    Linspace,
}

/// How beta grows over the training timesteps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BetaSchedule {
    /// Evenly in beta (Ho et al. 2020).
    Linear,
    /// Evenly in the square root of beta (Stable Diffusion).
    ScaledLinear,
    /// A squared cosine in alpha-bar (Nichol and Dhariwal 2021).
    #[serde(rename = "squaredcos_cap_v2")]
    SquaredCosine,
}

/// Where the last step ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinalSigma {
    /// At no noise.
    Zero,
    /// At the smallest sigma of training.
    SigmaMin,
}

/// A scheduler's settings. Unknown fields are ignored; fields that change the numbers in a way that the chosen
/// sampler does not implement are refused when the sampler is made.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields are diffusers' own, named and documented there")]
pub struct SchedulerConfig {
    #[serde(rename = "_class_name")]
    pub class_name: Option<String>,
    pub num_train_timesteps: usize,
    pub prediction_type: Option<Prediction>,

    pub beta_start: Option<f64>,
    pub beta_end: Option<f64>,
    pub beta_schedule: Option<BetaSchedule>,
    pub trained_betas: Option<Vec<f64>>,
    pub rescale_betas_zero_snr: bool,
    pub timestep_spacing: Option<Spacing>,
    pub steps_offset: usize,

    pub set_alpha_to_one: bool,
    pub clip_sample: Option<bool>,
    pub clip_sample_range: f64,
    pub thresholding: bool,

    pub final_sigmas_type: Option<FinalSigma>,
    pub interpolation_type: Option<String>,
    pub timestep_type: Option<String>,
    pub use_karras_sigmas: bool,
    pub use_exponential_sigmas: bool,
    pub use_beta_sigmas: bool,
    pub use_lu_lambdas: bool,
    pub use_flow_sigmas: bool,
    pub sigma_min: Option<f64>,
    pub sigma_max: Option<f64>,

    pub algorithm_type: Option<String>,
    pub solver_type: Option<String>,
    pub solver_order: usize,
    pub lower_order_final: bool,
    pub euler_at_final: bool,
    pub variance_type: Option<String>,
    /// Minus infinity, which is no clipping, is not JSON: readers make it null.
    pub lambda_min_clipped: Option<f64>,
    pub predict_x0: bool,
    pub disable_corrector: Vec<usize>,
    pub solver_p: Option<serde_json::Value>,

    pub original_inference_steps: usize,
    pub timestep_scaling: f64,

    pub shift: f64,
    pub use_dynamic_shifting: bool,
    pub time_shift_type: Option<String>,
    pub base_shift: f64,
    pub max_shift: f64,
    pub base_image_seq_len: usize,
    pub max_image_seq_len: usize,
    pub shift_terminal: Option<f64>,
    pub invert_sigmas: bool,
    pub stochastic_sampling: bool,
}

impl Default for SchedulerConfig {
    fn default() -> Self {
        Self {
            class_name: None,
            num_train_timesteps: 1000,
            prediction_type: None,
            beta_start: None,
            beta_end: None,
            beta_schedule: None,
            trained_betas: None,
            rescale_betas_zero_snr: false,
            timestep_spacing: None,
            steps_offset: 0,
            set_alpha_to_one: true,
            clip_sample: None,
            clip_sample_range: 1.0,
            thresholding: false,
            final_sigmas_type: None,
            interpolation_type: None,
            timestep_type: None,
            use_karras_sigmas: false,
            use_exponential_sigmas: false,
            use_beta_sigmas: false,
            use_lu_lambdas: false,
            use_flow_sigmas: false,
            sigma_min: None,
            sigma_max: None,
            algorithm_type: None,
            solver_type: None,
            solver_order: 2,
            lower_order_final: true,
            euler_at_final: false,
            variance_type: None,
            lambda_min_clipped: None,
            predict_x0: true,
            disable_corrector: Vec::new(),
            solver_p: None,
            original_inference_steps: 50,
            timestep_scaling: 10.0,
            shift: 1.0,
            use_dynamic_shifting: false,
            time_shift_type: None,
            base_shift: 0.5,
            max_shift: 1.15,
            base_image_seq_len: 256,
            max_image_seq_len: 4096,
            shift_terminal: None,
            invert_sigmas: false,
            stochastic_sampling: false,
        }
    }
}

impl SchedulerConfig {
    /// The sampler that the file names, where this crate has it.
    pub fn named_sampler(&self) -> Option<SamplerKind> {
        match self.class_name.as_deref()? {
            "DDIMScheduler" => Some(SamplerKind::Ddim),
            "EulerDiscreteScheduler" => Some(SamplerKind::Euler),
            "EulerAncestralDiscreteScheduler" => Some(SamplerKind::EulerAncestral),
            "DPMSolverMultistepScheduler" if self.use_karras_sigmas => Some(SamplerKind::Dpmpp2mKarras),
            "DPMSolverMultistepScheduler" => Some(SamplerKind::Dpmpp2m),
            "UniPCMultistepScheduler" => Some(SamplerKind::UniPc),
            "LCMScheduler" => Some(SamplerKind::Lcm),
            "FlowMatchEulerDiscreteScheduler" => Some(SamplerKind::FlowEuler),
            _ => None,
        }
    }

    /// What the model predicts: as the file says, else a flow for a flow-matching scheduler, else noise.
    pub fn prediction(&self) -> Prediction {
        let named_flow = self.named_sampler() == Some(SamplerKind::FlowEuler);
        self.prediction_type.unwrap_or(if named_flow { Prediction::Flow } else { Prediction::Epsilon })
    }

    /// The limit that clean latents are clipped to, if any; `default` where the file does not say whether.
    pub(crate) fn clip(&self, default: bool) -> Option<f64> {
        // A limit below zero, or none at all, is a damaged file's: clamping would have no meaning.
        let limit = Some(self.clip_sample_range).filter(|limit| *limit >= 0.0);
        limit.filter(|_| self.clip_sample.unwrap_or(default))
    }

    /// Settles dynamic shifting for a picture of `tokens` latent patches: the exponential shift by `mu` equals the
    /// static shift by `e^mu`, and the linear one the static shift by `mu`. Without dynamic shifting, a plain copy.
    pub fn for_image_tokens(&self, tokens: usize) -> Self {
        let mut config = self.clone();
        if self.use_dynamic_shifting {
            let spread = self.max_image_seq_len as f64 - self.base_image_seq_len as f64;
            let slope = (self.max_shift - self.base_shift) / spread;
            let mu = self.base_shift + slope * (tokens as f64 - self.base_image_seq_len as f64);
            config.shift = if self.time_shift_type.as_deref() == Some("linear") { mu } else { mu.exp() };
            config.use_dynamic_shifting = false;
        }
        config
    }
}
