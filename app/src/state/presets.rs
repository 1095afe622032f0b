//! **Quick test** and **Best results**: settings that follow from the model's own.

use leptos::prelude::*;
use protocol::{ModelInfo, SamplerKind};

use super::{Place, Studio};

/// What a picture is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Preset {
    /// To see where a prompt leads, soon.
    Quick,
    /// As good as the model can.
    Best,
}

/// Settings of a preset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Quality {
    pub steps: u32,
    pub guidance_scale: f64,
    pub sampler: SamplerKind,
}

/// Fewer steps than this show nothing of what more would draw.
const FEWEST_QUICK: u32 = 2;
/// More steps than this change nothing to see, with any sampler here.
const MOST_BEST: u32 = 50;

impl Preset {
    /// Half of the model's own steps, or half again as many; guidance and sampler are those that it was made for.
    pub(crate) fn of(self, model: &ModelInfo) -> Quality {
        let own = model.default_steps.max(1);
        let steps = match self {
            Self::Quick => own.div_ceil(2).max(FEWEST_QUICK.min(own)),
            Self::Best => (own + own.div_ceil(2)).min(MOST_BEST.max(own)),
        };
        Quality { steps, guidance_scale: model.default_guidance, sampler: model.default_sampler }
    }
}

impl Studio {
    /// Fills in a preset's settings.
    pub(crate) fn use_preset(self, preset: Preset) {
        let Some(model) = untrack(|| self.model()) else { return };
        let Quality { steps, guidance_scale, sampler } = preset.of(&model);
        self.form.steps.set(steps.to_string());
        self.form.guidance_scale.set(guidance_scale.to_string());
        self.form.sampler.set(sampler);
        self.notices.clear(Place::Settings);
    }

    /// Whether the form has a preset's settings. Tracked.
    pub(crate) fn has_preset(self, preset: Preset) -> bool {
        let Some(Quality { steps, guidance_scale, sampler }) = self.model().map(|model| preset.of(&model))
        else {
            return false;
        };
        self.form.steps.get().trim().parse() == Ok(steps)
            && self.form.guidance_scale.get().trim().parse() == Ok(guidance_scale)
            && self.form.sampler.get() == sampler
    }
}

#[cfg(test)]
mod tests {
    use protocol::{ModelId, StrengthRule};

    use super::*;

    fn model(default_steps: u32) -> ModelInfo {
        ModelInfo {
            id: ModelId::builtin(),
            name: "Built-in".to_owned(),
            hash: String::new(),
            bytes: 0,
            native_px: 128,
            max_px: 256,
            multiple_px: 8,
            default_steps,
            default_guidance: 7.5,
            default_sampler: SamplerKind::Ddim,
            samplers: vec![SamplerKind::Ddim],
            default_strength_rule: StrengthRule::Steps,
        }
    }

    #[test]
    fn presets_lie_around_the_models_own_steps() {
        let steps = |own| (Preset::Quick.of(&model(own)).steps, Preset::Best.of(&model(own)).steps);
        assert_eq!(steps(1), (1, 2));
        assert_eq!(steps(4), (2, 6));
        assert_eq!(steps(8), (4, 12));
        assert_eq!(steps(20), (10, 30));
        assert_eq!(steps(40), (20, 50));
        assert_eq!(steps(100), (50, 100), "never fewer than the model's own");
    }

    #[test]
    fn guidance_and_sampler_are_the_models_own() {
        for preset in [Preset::Quick, Preset::Best] {
            let quality = preset.of(&model(20));
            assert_eq!((quality.guidance_scale, quality.sampler), (7.5, SamplerKind::Ddim));
        }
    }
}
