//! How a model wants to be used.

use std::ops::RangeInclusive;

use models::UNetConfig;
use sampling::{Prediction, SamplerKind, SchedulerConfig, Spacing, StrengthRule};

use crate::PipelineError;

/// Longest side without a word from the model: what common GPUs can hold.
const MAX_PX: u32 = 2048;

/// Within these, every tenth of strength still makes a visible difference.
const STRENGTH_EXPONENTS: RangeInclusive<f64> = 0.25..=4.0;

/// What is offered first when the manifest does not say.
struct Defaults {
    steps: u32,
    guidance: f64,
    strength_rule: StrengthRule,
}

/// Models that want many steps and classifier-free guidance.
const USUAL: Defaults = Defaults { steps: 30, guidance: 7.5, strength_rule: StrengthRule::Steps };

/// Models distilled to few steps, whose guidance is in their weights. Four steps suit both latent consistency models
/// (2 to 8, Luo et al. 2023) and adversarially distilled ones (1 to 4, Sauer et al. 2023).
const FEW_STEPS: Defaults = Defaults { steps: 4, guidance: 1.0, strength_rule: StrengthRule::AllSteps };

/// Guidance scale of a latent consistency model that takes it as an input: diffusers' default for its pipeline.
const CONSISTENCY_GUIDANCE: f64 = 8.5;

impl Defaults {
    fn of(scheduler: &SchedulerConfig, unet: &UNetConfig) -> Self {
        match scheduler.named_sampler() {
            Some(SamplerKind::Lcm) if unet.time_cond_proj_dim.is_some() => {
                Self { guidance: CONSISTENCY_GUIDANCE, ..FEW_STEPS }
            }
            Some(SamplerKind::Lcm) => FEW_STEPS,
            // SD-Turbo and its kin. Models of velocity and zero terminal signal are spaced so too, and want many steps.
            Some(SamplerKind::Euler | SamplerKind::EulerAncestral)
                if scheduler.timestep_spacing == Some(Spacing::Trailing)
                    && scheduler.prediction() == Prediction::Epsilon
                    && !scheduler.rescale_betas_zero_snr =>
            {
                FEW_STEPS
            }
            _ => USUAL,
        }
    }
}

/// What a model was made for, and what to offer first. From the manifest's own profile where it has one, else from
/// the configurations.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Name for people; the checkpoint may not have one.
    pub name: Option<String>,
    /// The side in pixels that it was trained at.
    pub native_px: u32,
    /// The longest side in pixels.
    pub max_px: u32,
    /// Sides must be multiples of this.
    pub multiple_px: u32,
    /// Steps to offer first.
    pub default_steps: u32,
    /// Guidance scale to offer first.
    pub default_guidance: f64,
    /// Sampler to offer first.
    pub sampler: SamplerKind,
    /// Samplers that suit what the model predicts.
    pub samplers: Vec<SamplerKind>,
    /// Strength rule to offer first.
    pub strength_rule: StrengthRule,
    /// Under `all-steps`, the share of the sampler's time is `strength^strength_exponent`. Above 1 for models of few
    /// latents, which a little noise robs of more than a large picture.
    pub strength_exponent: f64,
    /// Whether there is a tiny autoencoder beside the model's own.
    pub has_taesd: bool,
}

impl Profile {
    pub(crate) fn resolve(
        stated: Option<weights::Profile>,
        scheduler: &SchedulerConfig,
        unet: &UNetConfig,
        multiple_px: u32,
        has_taesd: bool,
    ) -> Result<Self, PipelineError> {
        let stated = stated.unwrap_or_default();
        let defaults = Defaults::of(scheduler, unet);
        let suits = |kind: &SamplerKind| kind.suits(scheduler.prediction());
        let samplers: Vec<SamplerKind> = SamplerKind::ALL.into_iter().filter(suits).collect();
        let plain = [SamplerKind::Euler, SamplerKind::FlowEuler].into_iter().find(suits);
        let named = scheduler.named_sampler().filter(suits);
        let native_px = u32::try_from(unet.trained_size()).unwrap_or(64).saturating_mul(multiple_px);
        let sampler = match stated.sampler.as_deref() {
            Some(name) => SamplerKind::from_name(name).ok_or_else(|| unknown("sampler", name))?,
            None => named.or(plain).unwrap_or(SamplerKind::Euler),
        };
        let strength_rule = match stated.strength_rule.as_deref() {
            Some("all-steps") => StrengthRule::AllSteps,
            Some("steps") => StrengthRule::Steps,
            None => defaults.strength_rule,
            Some(other) => return Err(unknown("strength_rule", other)),
        };
        let strength_exponent = stated.strength_exponent.unwrap_or(1.0);
        if !STRENGTH_EXPONENTS.contains(&strength_exponent) {
            return Err(unknown("strength_exponent", &strength_exponent.to_string()));
        }
        Ok(Self {
            name: stated.name,
            native_px: stated.native_size.unwrap_or(native_px),
            max_px: stated.max_size.unwrap_or(MAX_PX.max(native_px)),
            multiple_px,
            default_steps: stated.default_steps.unwrap_or(defaults.steps),
            default_guidance: stated.default_guidance.unwrap_or(defaults.guidance),
            sampler,
            samplers,
            strength_rule,
            strength_exponent,
            has_taesd,
        })
    }

    /// The share of the sampler's time, or of its steps, that a strength of 0 to 1 means. 0 stays 0, and 1 stays 1.
    pub(crate) fn reach(&self, rule: StrengthRule, strength: f64) -> f64 {
        match rule {
            StrengthRule::Steps => strength,
            StrengthRule::AllSteps => strength.signum() * strength.abs().powf(self.strength_exponent),
        }
    }

    /// The size of picture to make from a source of this size: its own, in steps that the model takes, and scaled
    /// down as far as the model's longest side asks.
    pub fn size_for_source(&self, width_px: u32, height_px: u32) -> (u32, u32) {
        let longest = f64::from(width_px.max(height_px).max(1));
        let scale = (f64::from(self.max_px) / longest).min(1.0);
        let multiple = f64::from(self.multiple_px.max(1));
        let fit = |side: u32| {
            let steps = (f64::from(side) * scale / multiple).round();
            let most = (f64::from(self.max_px) / multiple).floor().max(1.0);
            (steps.clamp(1.0, most) * multiple) as u32
        };
        (fit(width_px), fit(height_px))
    }

    /// # Errors
    /// [`PipelineError::Size`] unless the model makes pictures of this size.
    pub(crate) fn check_size(&self, width_px: u32, height_px: u32) -> Result<(), PipelineError> {
        let Self { multiple_px, max_px, .. } = *self;
        let fits = |side: u32| side > 0 && side.is_multiple_of(multiple_px) && side <= max_px;
        match fits(width_px) && fits(height_px) {
            true => Ok(()),
            false => Err(PipelineError::Size { width_px, height_px, multiple_px, max_px }),
        }
    }
}

fn unknown(field: &str, value: &str) -> PipelineError {
    let reason = format!("its model_index.json asks for the {field} {value:?}, which is not known");
    PipelineError::UnknownModel { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> Profile {
        let scheduler = SchedulerConfig::default();
        Profile::resolve(None, &scheduler, &UNetConfig::default(), 8, false).unwrap()
    }

    #[test]
    fn sources_keep_their_size_where_they_can() {
        assert_eq!(profile().size_for_source(640, 427), (640, 424));
        assert_eq!(profile().size_for_source(1, 3), (8, 8));
        assert_eq!(profile().size_for_source(8000, 4000), (2048, 1024));
        assert_eq!(profile().size_for_source(u32::MAX, 1), (2048, 8));
    }

    #[test]
    fn every_offered_size_is_taken() {
        let profile = profile();
        for (width, height) in [(640, 427), (1, 3), (8000, 4000), (8000, 7999), (u32::MAX, 1), (0, 0)] {
            let (width, height) = profile.size_for_source(width, height);
            profile.check_size(width, height).unwrap();
        }
        assert!(profile.check_size(0, 8).is_err());
        assert!(profile.check_size(12, 8).is_err());
        assert!(profile.check_size(2056, 8).is_err());
    }

    #[test]
    fn models_of_few_steps_are_known_by_their_schedulers() {
        let consistency = UNetConfig { time_cond_proj_dim: Some(256), ..UNetConfig::default() };
        let plain = UNetConfig::default();
        let turbo = r#"{"_class_name": "EulerDiscreteScheduler", "timestep_spacing": "trailing"}"#;
        let zero_signal = r#"{"_class_name": "EulerDiscreteScheduler", "timestep_spacing": "trailing",
            "prediction_type": "v_prediction", "rescale_betas_zero_snr": true}"#;
        let lcm = r#"{"_class_name": "LCMScheduler"}"#;
        let karras = r#"{"_class_name": "DPMSolverMultistepScheduler", "use_karras_sigmas": true}"#;
        let (few, many) = (StrengthRule::AllSteps, StrengthRule::Steps);
        for (json, unet, sampler, steps, guidance, rule) in [
            (lcm, &consistency, SamplerKind::Lcm, 4, 8.5, few),
            (lcm, &plain, SamplerKind::Lcm, 4, 1.0, few),
            (turbo, &plain, SamplerKind::Euler, 4, 1.0, few),
            (zero_signal, &plain, SamplerKind::Euler, 30, 7.5, many),
            (karras, &plain, SamplerKind::Dpmpp2mKarras, 30, 7.5, many),
            (r#"{"_class_name": "PNDMScheduler"}"#, &plain, SamplerKind::Euler, 30, 7.5, many),
        ] {
            let scheduler: SchedulerConfig = serde_json::from_str(json).unwrap();
            let profile = Profile::resolve(None, &scheduler, unet, 8, false).unwrap();
            assert_eq!(
                (profile.sampler, profile.default_steps, profile.default_guidance, profile.strength_rule),
                (sampler, steps, guidance, rule),
                "{json}"
            );
            assert_eq!(profile.samplers.len(), SamplerKind::ALL.len() - 1);
            assert!(!profile.samplers.contains(&SamplerKind::FlowEuler));
        }
    }

    #[test]
    fn every_sampler_can_be_stated_by_name() {
        let resolve = |name: &str| {
            let stated = weights::Profile { sampler: Some(name.to_owned()), ..weights::Profile::default() };
            Profile::resolve(Some(stated), &SchedulerConfig::default(), &UNetConfig::default(), 8, false)
        };
        for kind in SamplerKind::ALL {
            assert_eq!(resolve(kind.name()).unwrap().sampler, kind);
        }
        assert!(resolve("heun").unwrap_err().to_string().contains("\"heun\""));
    }

    #[test]
    fn reach_grows_with_strength_and_keeps_its_ends() {
        let stated =
            |exponent| weights::Profile { strength_exponent: Some(exponent), ..weights::Profile::default() };
        let resolve = |exponent| {
            Profile::resolve(
                Some(stated(exponent)),
                &SchedulerConfig::default(),
                &UNetConfig::default(),
                8,
                false,
            )
        };
        let bent = resolve(1.5).unwrap();
        let reach: Vec<f64> =
            (0..=10).map(|tenths| bent.reach(StrengthRule::AllSteps, f64::from(tenths) / 10.0)).collect();
        assert!(reach.is_sorted_by(|a, b| a < b));
        assert_eq!((reach[0], reach[10]), (0.0, 1.0));
        assert_eq!(bent.reach(StrengthRule::Steps, 0.3), 0.3);
        assert_eq!(profile().reach(StrengthRule::AllSteps, 0.3), 0.3);
        // What is not a strength stays none, for the plan to refuse.
        assert!(
            bent.reach(StrengthRule::AllSteps, -0.5) < 0.0
                && bent.reach(StrengthRule::AllSteps, f64::NAN).is_nan()
        );
        for exponent in [0.0, -1.0, 100.0, f64::NAN] {
            assert!(resolve(exponent).unwrap_err().to_string().contains("strength_exponent"));
        }
    }

    #[test]
    fn a_stated_profile_wins() {
        let stated = weights::Profile {
            native_size: Some(128),
            max_size: Some(256),
            strength_rule: Some("all-steps".to_owned()),
            ..weights::Profile::default()
        };
        let config =
            SchedulerConfig { prediction_type: Some(Prediction::Flow), ..SchedulerConfig::default() };
        let profile = Profile::resolve(Some(stated), &config, &UNetConfig::default(), 8, false).unwrap();
        assert_eq!((profile.native_px, profile.max_px), (128, 256));
        assert_eq!(profile.strength_rule, StrengthRule::AllSteps);
        assert_eq!(
            (profile.sampler, profile.samplers),
            (SamplerKind::FlowEuler, vec![SamplerKind::FlowEuler])
        );
    }
}
