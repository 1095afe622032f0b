use protocol::{LoraChoice, LoraId, ModelId, SamplerKind};

use super::*;
use crate::state::loras::FormLora;

fn model(rule: StrengthRule) -> ModelInfo {
    ModelInfo {
        id: ModelId::builtin(),
        name: "Built-in".to_owned(),
        hash: String::new(),
        bytes: 0,
        native_px: 128,
        max_px: 256,
        multiple_px: 16,
        default_steps: 20,
        default_guidance: 3.0,
        default_sampler: SamplerKind::FlowEuler,
        samplers: vec![SamplerKind::FlowEuler],
        default_strength_rule: rule,
    }
}

fn values() -> FormValues {
    FormValues {
        prompt: "  a red apple ".to_owned(),
        strength: 0.5,
        steps: "20".to_owned(),
        guidance_scale: "3".to_owned(),
        seed: "7".to_owned(),
        width_px: "128".to_owned(),
        height_px: "96".to_owned(),
        sampler: SamplerKind::FlowEuler,
        ..FormValues::default()
    }
}

/// Asserts that changing the form by `change` is answered beside `place` by a sentence with `words` in it.
fn refused(change: impl FnOnce(&mut FormValues), place: Place, words: &str) {
    let mut values = values();
    change(&mut values);
    let found = check(&values, &model(StrengthRule::Steps), true, 0).unwrap_err();
    assert_eq!(found.place, place, "{found:?}");
    assert!(found.sentence.contains(words) && found.sentence.ends_with('.'), "{found:?}");
}

#[test]
fn a_good_form_becomes_a_request() {
    let request = check(&values(), &model(StrengthRule::AllSteps), true, 99).unwrap();
    assert_eq!(request.prompt, "a red apple");
    assert_eq!((request.seed, request.steps, request.guidance_scale), (7, 20, 3.0));
    assert_eq!((request.width_px, request.height_px), (128, 96));
}

#[test]
fn loras_and_prompt_weights_are_asked_for() {
    let lora = FormLora { id: LoraId("lora:Brush".to_owned()), scale: 0.5, on: true };
    let off = FormLora { on: false, ..lora.clone() };
    let with = FormValues { loras: vec![lora.clone(), off], prompt_weights: true, ..values() };
    let request = check(&with, &model(StrengthRule::Steps), true, 0).unwrap();
    assert_eq!(request.loras, [LoraChoice { id: lora.id, scale: 0.5 }]);
    assert_eq!(request.prompt_syntax, PromptSyntax::Weighted);
    let without = check(&values(), &model(StrengthRule::Steps), true, 0).unwrap();
    assert_eq!((without.loras, without.prompt_syntax), (Vec::new(), PromptSyntax::Plain));
}

#[test]
fn a_blank_seed_is_drawn() {
    let blank = FormValues { seed: " ".to_owned(), ..values() };
    assert_eq!(check(&blank, &model(StrengthRule::Steps), true, 99).unwrap().seed, 99);
}

#[test]
fn each_bad_value_is_answered_beside_its_control() {
    refused(|v| v.prompt = " \n".to_owned(), Place::Prompt, "few words");
    for steps in ["0", "-1", "2.5", "", "many", "201"] {
        refused(|v| v.steps = steps.to_owned(), Place::Settings, "Quality steps");
    }
    for scale in ["", "NaN", "inf", "-1", "31"] {
        refused(|v| v.guidance_scale = scale.to_owned(), Place::Settings, "Guidance scale");
    }
    for seed in ["-1", "1.5", "apple", "99999999999999999999"] {
        refused(|v| v.seed = seed.to_owned(), Place::Seed, "whole number");
    }
    refused(|v| v.width_px = "130".to_owned(), Place::Size, "the nearest is 128");
    refused(|v| v.height_px = "20000".to_owned(), Place::Size, "the nearest is 256");
    refused(|v| v.height_px = String::new(), Place::Size, "multiple of 16 from 32 to 256");
}

#[test]
fn strength_and_steps_that_leave_nothing_to_do_are_refused() {
    let nothing = |v: &mut FormValues| (v.strength, v.steps) = (0.1, "9".to_owned());
    refused(nothing, Place::Strength, "at least 10 steps");
    let mut values = values();
    nothing(&mut values);
    assert!(check(&values, &model(StrengthRule::Steps), false, 0).is_ok(), "no source, no strength");
    assert!(check(&values, &model(StrengthRule::AllSteps), true, 0).is_ok(), "all steps always run");
}

#[test]
fn a_mask_is_asked_for_only_with_a_source_and_when_it_is_on() {
    let asked = |values: &FormValues, has_source| {
        let request = check(values, &model(StrengthRule::AllSteps), has_source, 0).unwrap();
        (request.mask_feather_px, request.inpaint_area, request.inpaint_padding_px)
    };
    let masked = FormValues {
        inpaint: true,
        mask_feather_px: " 9 ".to_owned(),
        inpaint_area: InpaintArea::Masked,
        inpaint_padding_px: "40".to_owned(),
        ..values()
    };
    assert_eq!(asked(&masked, true), (9, InpaintArea::Masked, 40));
    assert_eq!(asked(&masked, false), (0, InpaintArea::Whole, 0));
    // What is not shown cannot be wrong.
    let whole = FormValues { inpaint_area: InpaintArea::Whole, inpaint_padding_px: "?".to_owned(), ..masked };
    assert_eq!(asked(&whole, true), (9, InpaintArea::Whole, 0));
    let off = FormValues { inpaint: false, mask_feather_px: "?".to_owned(), ..whole };
    assert_eq!(asked(&off, true), (0, InpaintArea::Whole, 0));
}

#[test]
fn a_bad_feather_or_padding_is_answered_beside_the_mask() {
    for px in ["", "-1", "2.5", "257", "soft"] {
        let wrong = |v: &mut FormValues| (v.inpaint, v.mask_feather_px) = (true, px.to_owned());
        refused(wrong, Place::Mask, "Mask feather must be a whole number of pixels from 0 to 256.");
    }
    let wrong = |v: &mut FormValues| {
        (v.inpaint, v.inpaint_area, v.inpaint_padding_px) = (true, InpaintArea::Masked, "wide".to_owned());
    };
    refused(wrong, Place::Mask, "Mask padding must be a whole number of pixels from 0 to 1024.");
}

#[test]
fn a_sampler_that_the_model_lacks_is_explained() {
    refused(
        |v| v.sampler = SamplerKind::Ddim,
        Place::Settings,
        "not sampled with DDIM; choose among Euler (flow)",
    );
}
