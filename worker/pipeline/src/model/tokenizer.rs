//! A model's tokenizer: CLIP's, with the token that fills prompts up to their full length.

use models::ClipTextConfig;
use serde::Deserialize;
use serde_json::Value;
use text::{ClipTokenizer, Padding};
use weights::{Folder, read_json};

use crate::PipelineError;

const CONFIG: &str = "tokenizer/tokenizer_config.json";
const MAP: &str = "tokenizer/special_tokens_map.json";

/// transformers writes 10^30 where it knows no limit.
const NO_LENGTH: f64 = 1e9;

/// What is read of `tokenizer_config.json`, and of `special_tokens_map.json` the padding alone.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Config {
    tokenizer_class: Option<String>,
    model_max_length: Option<f64>,
    pad_token: Option<Value>,
    added_tokens_decoder: Option<Value>,
}

/// Reads the tokenizer's settings; a model without a tokenizer folder pads as Stable Diffusion 1.x.
///
/// # Errors
/// [`PipelineError::UnknownModel`] for another tokenizer than CLIP's, and for a text encoder of fewer tokens.
pub(super) async fn read(folder: &dyn Folder, text: &ClipTextConfig) -> Result<ClipTokenizer, PipelineError> {
    let (known, needed) = (text.vocab_size, ClipTokenizer::VOCABULARY);
    if known < needed as usize {
        return unknown(format!("its text encoder knows {known} tokens, and CLIP's vocabulary has {needed}"));
    }
    let config: Config = read_json(folder, CONFIG).await?.unwrap_or_default();
    let class = config.tokenizer_class.as_deref().unwrap_or("CLIPTokenizer");
    if class.trim_end_matches("Fast") != "CLIPTokenizer" {
        return unknown(format!("its tokenizer is a {class}, not a CLIPTokenizer"));
    }
    let wanted = ClipTokenizer::LENGTH;
    let is_other = |length: &f64| *length != wanted as f64 && *length < NO_LENGTH;
    if let Some(length) = config.model_max_length.filter(is_other) {
        return unknown(format!("{CONFIG} fills prompts up to {length} tokens, not to {wanted}"));
    }
    Ok(ClipTokenizer::padding_with(padding(folder, config).await?))
}

/// As transformers has it, `special_tokens_map.json` overrules `tokenizer_config.json` unless that lists the added tokens
/// itself. They differ in published models.
async fn padding(folder: &dyn Folder, config: Config) -> Result<Padding, PipelineError> {
    if config.added_tokens_decoder.is_none()
        && let Some(map) = read_json::<Config>(folder, MAP).await?
        && let Some(token) = map.pad_token
    {
        return padding_of(&token, MAP);
    }
    config.pad_token.map_or(Ok(Padding::EndOfText), |token| padding_of(&token, CONFIG))
}

/// A special token is a text, or an object with the text in `content`.
fn padding_of(token: &Value, path: &str) -> Result<Padding, PipelineError> {
    let literal = token.as_str().or_else(|| token.get("content")?.as_str());
    let padding = Padding::ALL.into_iter().find(|padding| literal == Some(padding.literal()));
    padding.map_or_else(|| unknown(format!("{path} pads prompts with {token}, which is not known")), Ok)
}

fn unknown<T>(reason: String) -> Result<T, PipelineError> {
    Err(PipelineError::UnknownModel { reason })
}

#[cfg(test)]
mod tests {
    use weights::MemoryFolder;

    use super::*;

    const CLIP: &str =
        r#"{"pad_token": "<|endoftext|>", "tokenizer_class": "CLIPTokenizer", "model_max_length": 77}"#;

    fn read_of(config: Option<&str>, map: Option<&str>) -> Result<Padding, PipelineError> {
        let mut folder = MemoryFolder::default();
        for (path, text) in [(CONFIG, config), (MAP, map)] {
            if let Some(text) = text {
                folder.insert(path, text.as_bytes());
            }
        }
        Ok(pollster::block_on(read(&folder, &ClipTextConfig::default()))?.padding())
    }

    #[test]
    fn the_special_tokens_map_comes_first_unless_the_config_lists_them() {
        let map = Some(r#"{"pad_token": {"content": "!"}}"#);
        assert_eq!(read_of(None, None).unwrap(), Padding::EndOfText);
        assert_eq!(read_of(Some(CLIP), None).unwrap(), Padding::EndOfText);
        assert_eq!(read_of(Some(CLIP), map).unwrap(), Padding::ExclamationMark);
        let listed = CLIP.replace('}', r#", "added_tokens_decoder": {}}"#);
        assert_eq!(read_of(Some(&listed), map).unwrap(), Padding::EndOfText);
    }

    #[test]
    fn other_tokenizers_are_refused() {
        let faults = [
            (r#"{"pad_token": "<pad>"}"#, "<pad>"),
            (r#"{"tokenizer_class": "T5Tokenizer"}"#, "T5Tokenizer"),
            (r#"{"model_max_length": 64}"#, "64"),
        ];
        for (config, told) in faults {
            let error = read_of(Some(config), None).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
        for fine in [r#"{"tokenizer_class": "CLIPTokenizerFast"}"#, r#"{"model_max_length": 1e30}"#] {
            assert!(read_of(Some(fine), None).is_ok(), "{fine}");
        }
        let small = ClipTextConfig { vocab_size: 1000, ..ClipTextConfig::default() };
        let error = pollster::block_on(read(&MemoryFolder::default(), &small)).err().unwrap();
        assert!(error.to_string().contains("1000 tokens"), "{error}");
    }
}
