//! The `parameters` text: the de-facto interchange form of diffusion settings.
//!
//! ```text
//! a red apple
//! Negative prompt: blurry
//! Steps: 20, Sampler: Euler, CFG scale: 3, Seed: 1, Size: 128x96, Model hash: 0123456789, Model: builtin
//! ```
//! LoRAs stand at the end of the prompt, `<lora:name:scale>` each. Prompts may have several lines. A value with a comma, a colon or a line break is quoted as a JSON string.

use std::fmt::Write as _;

use crate::{Mode, Settings, loras};

const NEGATIVE: &str = "Negative prompt: ";
/// A last line with fewer parameters than this is part of the prompt.
const FEWEST_PARAMETERS: usize = 3;
const SHORT_HASH_DIGITS: usize = 10;
const MASK_BLUR: &str = "Mask blur";
const AREA: &str = "Inpaint area";
const ONLY_MASKED: &str = "Only masked";
const PADDING: &str = "Masked area padding";

/// Names that other tools use for our samplers; a flow model's Euler is plain "Euler" there too.
const SAMPLER_NAMES: [(&str, &str); 8] = [
    ("ddim", "DDIM"),
    ("euler", "Euler"),
    ("euler-ancestral", "Euler a"),
    ("dpmpp-2m", "DPM++ 2M"),
    ("dpmpp-2m-karras", "DPM++ 2M Karras"),
    ("unipc", "UniPC"),
    ("lcm", "LCM"),
    ("flow-euler", "Euler"),
];

/// Writes the settings for other tools.
pub fn write_parameters(settings: &Settings) -> String {
    let mut text = settings.prompt.trim().to_owned();
    for lora in &settings.loras {
        let _ = write!(text, " {}", loras::write(lora));
    }
    if !settings.negative_prompt.trim().is_empty() {
        let _ = write!(text, "\n{NEGATIVE}{}", settings.negative_prompt.trim());
    }
    let sampler = SAMPLER_NAMES
        .iter()
        .find(|(ours, _)| *ours == settings.sampler)
        .map_or(settings.sampler.as_str(), |(_, theirs)| theirs);
    let mut pairs = vec![
        ("Steps", settings.steps.to_string()),
        ("Sampler", sampler.to_owned()),
        ("CFG scale", settings.guidance_scale.to_string()),
        ("Seed", settings.seed.to_string()),
        ("Size", format!("{}x{}", settings.width, settings.height)),
    ];
    if !settings.model_hash.is_empty() {
        pairs.push(("Model hash", settings.model_hash.chars().take(SHORT_HASH_DIGITS).collect()));
    }
    pairs.push(("Model", settings.model.clone()));
    if settings.mode.has_source() {
        pairs.push(("Denoising strength", settings.prompt_strength.to_string()));
    }
    if settings.mode == Mode::Inpaint {
        pairs.push((MASK_BLUR, settings.mask_feather.unwrap_or_default().to_string()));
        if settings.inpaint_area.as_deref() == Some("masked") {
            pairs.push((AREA, ONLY_MASKED.to_owned()));
            pairs.push((PADDING, settings.inpaint_padding.unwrap_or_default().to_string()));
        }
    }
    let line: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}: {}", quoted(value))).collect();
    let _ = write!(text, "\n{}", line.join(", "));
    text
}

/// Reads what another tool wrote. Settings that it does not name keep their defaults; `None` when the text has no
/// line of parameters.
pub fn parse_parameters(text: &str) -> Option<Settings> {
    let (head, last) = text.trim_end().rsplit_once('\n').unwrap_or(("", text.trim_end()));
    let pairs = pairs(last);
    if pairs.len() < FEWEST_PARAMETERS {
        return None;
    }
    let (prompt, negative_prompt) = prompts(head);
    let (prompt, loras) = loras::take(&prompt);
    let mut settings = Settings {
        prompt,
        negative_prompt,
        // So do the tools that write this form.
        prompt_syntax: "weighted".to_owned(),
        loras,
        prompt_strength: 1.0,
        ..Settings::default()
    };
    for (key, value) in pairs {
        set(&mut settings, &key, &value);
    }
    Some(settings)
}

fn prompts(head: &str) -> (String, String) {
    let at =
        if head.starts_with(NEGATIVE) { Some(0) } else { head.find(&format!("\n{NEGATIVE}")).map(|i| i + 1) };
    match at {
        Some(at) => {
            let (prompt, negative) = head.split_at(at);
            let negative = negative.strip_prefix(NEGATIVE).unwrap_or(negative);
            (prompt.trim().to_owned(), negative.trim().to_owned())
        }
        None => (head.trim().to_owned(), String::new()),
    }
}

fn set(settings: &mut Settings, key: &str, value: &str) {
    match key {
        "Steps" => settings.steps = value.parse().unwrap_or(settings.steps),
        "Sampler" => {
            let ours = SAMPLER_NAMES.iter().find(|(_, theirs)| *theirs == value).map(|(ours, _)| *ours);
            settings.sampler = ours.unwrap_or(value).to_owned();
        }
        // Newer tools name the schedule apart.
        "Schedule type" if value == "Karras" && settings.sampler == "dpmpp-2m" => {
            settings.sampler = "dpmpp-2m-karras".to_owned();
        }
        "CFG scale" => settings.guidance_scale = value.parse().unwrap_or(settings.guidance_scale),
        "Seed" => settings.seed = value.parse().unwrap_or(settings.seed),
        "Size" => {
            if let Some((Ok(width), Ok(height))) = value.split_once('x').map(|(w, h)| (w.parse(), h.parse()))
            {
                (settings.width, settings.height) = (width, height);
            }
        }
        "Model hash" => settings.model_hash = value.to_owned(),
        "Model" => settings.model = value.to_owned(),
        "Denoising strength" => {
            if !settings.mode.has_source() {
                settings.mode = Mode::ImageToImage;
            }
            settings.prompt_strength = value.parse().unwrap_or(settings.prompt_strength);
        }
        // Other tools say this of pictures with a mask alone.
        MASK_BLUR => (settings.mode, settings.mask_feather) = (Mode::Inpaint, value.parse().ok()),
        AREA if value == ONLY_MASKED => settings.inpaint_area = Some("masked".to_owned()),
        PADDING => settings.inpaint_padding = value.parse().ok(),
        _ => {}
    }
}

fn quoted(value: &str) -> String {
    if value.contains([',', ':', '\n']) {
        serde_json::Value::from(value).to_string()
    } else {
        value.to_owned()
    }
}

/// Splits `key: value, key: "va,lue"`.
fn pairs(line: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut rest = line.trim();
    while let Some((key, after)) = rest.split_once(':') {
        let after = after.trim_start();
        let end = value_end(after);
        let (value, tail) = after.split_at(end);
        let value = serde_json::from_str::<String>(value).unwrap_or_else(|_| value.trim().to_owned());
        pairs.push((key.trim().to_owned(), value));
        rest = tail.trim_start_matches(',').trim_start();
    }
    pairs
}

/// Where a value ends: at the closing quote if it is quoted, else before the next comma.
fn value_end(text: &str) -> usize {
    if text.starts_with('"') {
        let mut escaped = false;
        for (at, letter) in text.char_indices().skip(1) {
            match letter {
                '"' if !escaped => return at + 1,
                '\\' => escaped = !escaped,
                _ => escaped = false,
            }
        }
    }
    text.find(',').unwrap_or(text.len())
}
