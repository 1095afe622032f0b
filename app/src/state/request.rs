//! From what stands in the form to a request: checked once, here.

use protocol::{InpaintArea, ModelInfo, PromptSyntax, Request, SamplerKind, StrengthRule};

use super::form::FormValues;
use super::loras::choices;
use super::notices::Place;
use super::size::Sides;
use crate::words::mask as words;
use crate::words::settings;

const MOST_STEPS: u32 = 200;
const MOST_GUIDANCE: f64 = 30.0;
const MOST_FEATHER_PX: u32 = 256;
const MOST_PADDING_PX: u32 = 1024;

/// What is wrong, and beside which control to say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub place: Place,
    pub sentence: String,
}

pub(super) fn complaint(place: Place, sentence: impl Into<String>) -> Complaint {
    Complaint { place, sentence: sentence.into() }
}

/// Makes a request of the form. A blank seed becomes `random_seed`.
pub(crate) fn check(
    values: &FormValues,
    model: &ModelInfo,
    has_source: bool,
    random_seed: u64,
) -> Result<Request, Complaint> {
    if values.prompt.trim().is_empty() {
        return Err(complaint(Place::Prompt, "Write a few words about the picture you want."));
    }
    let steps = steps(&values.steps)?;
    let strength_rule = model.default_strength_rule;
    if has_source && strength_rule == StrengthRule::Steps {
        check_strength(values.strength, steps)?;
    }
    let (width_px, height_px) = size(values, Sides::of(model))?;
    let inpainting = match has_source && values.inpaint {
        true => inpainting(values)?,
        false => Inpainting::default(),
    };
    Ok(Request {
        model: model.id.clone(),
        prompt: values.prompt.trim().to_owned(),
        negative_prompt: values.negative_prompt.trim().to_owned(),
        prompt_syntax: match values.prompt_weights {
            true => PromptSyntax::Weighted,
            false => PromptSyntax::Plain,
        },
        strength: values.strength,
        strength_rule,
        steps,
        guidance_scale: guidance(&values.guidance_scale)?,
        sampler: sampler(values.sampler, model)?,
        seed: seed(&values.seed, random_seed)?,
        width_px,
        height_px,
        source_fit: values.source_fit.source_fit(),
        mask_feather_px: inpainting.feather_px,
        inpaint_area: inpainting.area,
        inpaint_padding_px: inpainting.padding_px,
        loras: choices(&values.loras),
    })
}

/// What a request says of its mask; nothing without one.
#[derive(Default)]
struct Inpainting {
    feather_px: u32,
    area: InpaintArea,
    padding_px: u32,
}

fn inpainting(values: &FormValues) -> Result<Inpainting, Complaint> {
    let pixels = |name: &str, text: &str, most: u32| {
        text.trim().parse().ok().filter(|px| (0..=most).contains(px)).ok_or_else(|| {
            complaint(Place::Mask, format!("{name} must be a whole number of pixels from 0 to {most}."))
        })
    };
    let area = values.inpaint_area;
    Ok(Inpainting {
        feather_px: pixels(words::FEATHER, &values.mask_feather_px, MOST_FEATHER_PX)?,
        area,
        padding_px: match area {
            InpaintArea::Masked => pixels(words::PADDING, &values.inpaint_padding_px, MOST_PADDING_PX)?,
            InpaintArea::Whole => 0,
        },
    })
}

fn steps(text: &str) -> Result<u32, Complaint> {
    text.trim().parse().ok().filter(|steps| (1..=MOST_STEPS).contains(steps)).ok_or_else(|| {
        complaint(Place::Settings, format!("Quality steps must be a whole number from 1 to {MOST_STEPS}."))
    })
}

fn check_strength(strength: f64, steps: u32) -> Result<(), Complaint> {
    // The same cut as the engine makes: `int(steps * strength)`.
    if (f64::from(steps) * strength) as u32 > 0 {
        return Ok(());
    }
    let enough = (1.0 / strength).ceil();
    Err(complaint(
        Place::Strength,
        format!(
            "Strength {strength} of {steps} steps leaves nothing to do; use at least {enough} steps or a higher strength."
        ),
    ))
}

fn guidance(text: &str) -> Result<f64, Complaint> {
    text.trim().parse().ok().filter(|scale| (0.0..=MOST_GUIDANCE).contains(scale)).ok_or_else(|| {
        complaint(Place::Settings, format!("Guidance scale must be a number from 0 to {MOST_GUIDANCE}."))
    })
}

fn sampler(chosen: SamplerKind, model: &ModelInfo) -> Result<SamplerKind, Complaint> {
    match model.samplers.contains(&chosen) {
        true => Ok(chosen),
        false => Err(complaint(Place::Settings, settings::bad_sampler(chosen, &model.name, &model.samplers))),
    }
}

fn seed(text: &str, random_seed: u64) -> Result<u64, Complaint> {
    match text.trim() {
        "" => Ok(random_seed),
        text => text.parse().map_err(|_| {
            let most = u64::MAX;
            let rule = format!("A seed is a whole number from 0 to {most}; leave it empty for a random one.");
            complaint(Place::Seed, rule)
        }),
    }
}

fn size(values: &FormValues, sides: Sides) -> Result<(u32, u32), Complaint> {
    let side = |name: &str, text: &str| {
        let px = text.trim().parse::<u32>().ok();
        if let Some(px) = px.filter(|px| sides.takes(*px)) {
            return Ok(px);
        }
        let nearest =
            px.map_or(String::new(), |px| format!("; the nearest is {}", sides.nearest(f64::from(px))));
        let Sides { least, most, multiple, .. } = sides;
        Err(complaint(
            Place::Size,
            format!(
                "{name} must be a multiple of {multiple} from {least} to {most} for this model{nearest}."
            ),
        ))
    };
    Ok((side("Width", &values.width_px)?, side("Height", &values.height_px)?))
}

#[cfg(test)]
mod tests;
