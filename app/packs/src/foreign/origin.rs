//! The settings of a hosted studio that this page's users may come from, as its `generation.json` has them.

use gallery::{Mode, Settings, UsedLora};
use serde_json::{Map, Value};

use crate::{Entry, PackError, PictureInfo, date_of_millis, millis_of_date};

/// Where the file's own words are kept in an entry, so that nothing of them is lost.
const WORDS: &str = "imported";
/// What that studio takes for a strength that is not said.
const STRENGTH: f64 = 0.8;

/// Makes an entry of a `generation.json`. `image` is the picture beside it, whose size the file does not tell.
pub(super) fn entry(
    json: &Map<String, Value>,
    id: String,
    image: &PictureInfo,
    date: &str,
) -> Result<Entry, PackError> {
    let text = |key: &str| json.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let created = match json.get("timestamp") {
        Some(Value::Number(millis)) => millis.as_f64().map(date_of_millis),
        Some(Value::String(text)) => millis_of_date(text).map(date_of_millis),
        _ => None,
    };
    let settings = Settings {
        mode: mode(json),
        model: text("model"),
        prompt: text("prompt"),
        negative_prompt: text("negative_prompt"),
        loras: loras(json),
        seed: number(json, "seed").filter(|seed| *seed >= 0.0).map_or(0, |seed| seed as u64),
        steps: number(json, "num_inference_steps").map_or(0, |steps| steps as u32),
        guidance_scale: number(json, "guidance_scale").unwrap_or(1.0),
        prompt_strength: number(json, "prompt_strength").unwrap_or(STRENGTH),
        width: image.width,
        height: image.height,
        ..Settings::default()
    };
    let mut entry = Entry::of(id, created.unwrap_or_else(|| date.to_owned()), &settings)?;
    if let Some(format) = json.get("output_format") {
        entry.settings.insert("output_format".to_owned(), format.clone());
    }
    entry.rest.insert(WORDS.to_owned(), Value::Object(json.clone()));
    Ok(entry)
}

fn mode(json: &Map<String, Value>) -> Mode {
    match json.get("generationType").and_then(Value::as_str) {
        Some("inpainting") => Mode::Inpaint,
        Some("img2img") => Mode::ImageToImage,
        Some(_) => Mode::TextToImage,
        None if json.get("isImg2Img") == Some(&Value::Bool(true)) => Mode::ImageToImage,
        None => Mode::TextToImage,
    }
}

/// Forms keep numbers as they were typed, and so may their files.
fn number(json: &Map<String, Value>, key: &str) -> Option<f64> {
    match json.get(key)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

fn loras(json: &Map<String, Value>) -> Vec<UsedLora> {
    let pairs = [("privateLoraName", "lora_scale"), ("extra_lora", "extra_lora_scale")];
    let used = pairs.into_iter().filter_map(|(name, scale)| {
        let name = json.get(name)?.as_str().filter(|name| !name.is_empty())?.to_owned();
        Some(UsedLora { name, hash: String::new(), scale: number(json, scale).unwrap_or(1.0) })
    });
    used.collect()
}
