//! Which token fills a prompt up to its full length.

use serde::Deserialize;
use serde_json::Value;
use weights::{Folder, read_json};

use crate::PipelineError;

/// CLIP's end of text, with which Stable Diffusion 1.x pads.
const END_OF_TEXT: u32 = 49407;
/// The first entry of CLIP's vocabulary, with which Stable Diffusion 2.x pads.
const EXCLAMATION_MARK: u32 = 0;

#[derive(Deserialize)]
struct SpecialTokens {
    pad_token: Option<Value>,
}

/// Reads the tokenizer's special tokens; a model without a tokenizer folder pads as Stable Diffusion 1.x.
/// transformers lets `special_tokens_map.json` overrule `tokenizer_config.json`, and they differ in published models.
pub(super) async fn pad_id(folder: &dyn Folder) -> Result<u32, PipelineError> {
    for path in ["tokenizer/special_tokens_map.json", "tokenizer/tokenizer_config.json"] {
        let tokens: Option<SpecialTokens> = read_json(folder, path).await?;
        if let Some(token) = tokens.and_then(|tokens| tokens.pad_token) {
            return id_of(&token, path);
        }
    }
    Ok(END_OF_TEXT)
}

/// A special token is a text, or an object with the text in `content`.
fn id_of(token: &Value, path: &str) -> Result<u32, PipelineError> {
    match token.as_str().or_else(|| token.get("content")?.as_str()) {
        Some("<|endoftext|>") => Ok(END_OF_TEXT),
        Some("!") => Ok(EXCLAMATION_MARK),
        _ => {
            let reason = format!("{path} pads prompts with {token}, which is not known");
            Err(PipelineError::UnknownModel { reason })
        }
    }
}

#[cfg(test)]
mod tests {
    use weights::MemoryFolder;

    use super::*;

    fn pad_of(files: &[(&str, &str)]) -> Result<u32, PipelineError> {
        let mut folder = MemoryFolder::default();
        for (path, text) in files {
            folder.insert(*path, text.as_bytes());
        }
        pollster::block_on(pad_id(&folder))
    }

    #[test]
    fn the_special_tokens_map_comes_first() {
        let config = ("tokenizer/tokenizer_config.json", r#"{"pad_token": "<|endoftext|>"}"#);
        let map = ("tokenizer/special_tokens_map.json", r#"{"pad_token": {"content": "!"}}"#);
        assert_eq!(pad_of(&[]).unwrap(), END_OF_TEXT);
        assert_eq!(pad_of(&[config]).unwrap(), END_OF_TEXT);
        assert_eq!(pad_of(&[config, map]).unwrap(), EXCLAMATION_MARK);
    }

    #[test]
    fn an_unknown_token_is_named() {
        let error = pad_of(&[("tokenizer/tokenizer_config.json", r#"{"pad_token": "<pad>"}"#)]).unwrap_err();
        assert!(error.to_string().contains("<pad>"), "{error}");
    }
}
