//! Everything that is known of a picture, in words.

use gallery::{Record, Sheet, UsedLora};
use protocol::SamplerKind;

use crate::components::mask::details;
use crate::state::choice;
use crate::words::{gallery as words, settings as names};

const START_SIGMA: &str = "Start sigma";
const STEPS: &str = "Steps";

/// Names and values, without those that say nothing.
pub(super) fn rows(record: &Record) -> Vec<(&'static str, String)> {
    let settings = &record.settings;
    let mut rows = vec![("Prompt", settings.prompt.clone())];
    if !settings.negative_prompt.is_empty() {
        rows.push(("Negative prompt", settings.negative_prompt.clone()));
    }
    if settings.prompt_syntax == "weighted" {
        rows.push(("Prompt weights", "on".to_owned()));
    }
    if !settings.loras.is_empty() {
        let told = |lora: &UsedLora| format!("{} at {:.2}", lora.name, lora.scale);
        rows.push(("LoRA", settings.loras.iter().map(told).collect::<Vec<_>>().join(", ")));
    }
    if settings.mode.has_source() {
        rows.push(("Prompt strength", format!("{:.2}", settings.prompt_strength)));
        if !settings.strength_rule.is_empty() {
            rows.push(("Strength rule", names::strength_rule(&settings.strength_rule).to_owned()));
        }
    }
    rows.extend(details(settings));
    let steps = match settings.executed_steps {
        0 => settings.steps.to_string(),
        ran if ran == settings.steps => ran.to_string(),
        ran => format!("{ran} of {} ran", settings.steps),
    };
    let model = if settings.model == "builtin" { words::BUILT_IN } else { &settings.model };
    // A sampler of another version has no other name here.
    let sampler = match choice::<SamplerKind>(&settings.sampler) {
        Some(sampler) => names::sampler(sampler),
        None => &settings.sampler,
    };
    rows.extend([
        ("Seed", settings.seed.to_string()),
        ("Size", format!("{} × {}", settings.width, settings.height)),
        (STEPS, steps),
        ("Guidance scale", settings.guidance_scale.to_string()),
        ("Sampler", sampler.to_owned()),
        (START_SIGMA, format!("{:.3}", settings.start_sigma)),
        ("Model", model.to_owned()),
    ]);
    if !settings.model_hash.is_empty() {
        rows.push(("Model hash", settings.model_hash.chars().take(10).collect()));
    }
    if let Some(svg) = &settings.svg {
        let told = [&svg.colors, &svg.detail].map(|choice| choice.as_str()).join(", ");
        rows.push(("Drawn as SVG", told));
    }
    rows.push(("Made", made(record)));
    if let Some(sheet) = &record.sheet {
        tell_axes(&mut rows, sheet);
        // It follows from strength and steps, which may be what the pictures differ in.
        rows.retain(|(name, _)| *name != START_SIGMA);
    }
    rows
}

/// What a sheet goes through, in place of its first picture's.
fn tell_axes(rows: &mut [(&'static str, String)], sheet: &Sheet) {
    for axis in [Some(&sheet.columns), sheet.rows.as_ref()].into_iter().flatten() {
        // The list of settings has a shorter name for this one.
        let named = if axis.name == names::STEPS { STEPS } else { &axis.name };
        let row = rows.iter_mut().find(|(name, _)| *name == named);
        row.into_iter().for_each(|(_, value)| *value = axis.labels.join(", "));
    }
}

/// When, on what, and how long it took.
fn made(record: &Record) -> String {
    let date = js_sys::Date::new(&record.created_millis.into());
    let when = date.to_locale_string("default", &js_sys::Object::new());
    let mut told = vec![String::from(when)];
    // As the engine reports it.
    match record.device.as_str() {
        "" => {}
        "cpu" => told.push("CPU".to_owned()),
        device => told.push(device.strip_prefix("gpu: ").unwrap_or(device).to_owned()),
    }
    if record.duration_millis > 0.0 {
        told.push(format!("{:.1} s", record.duration_millis / 1000.0));
    }
    told.join(" · ")
}
