//! Reading a `config.json` with care: what the code implements is taken, the rest must be harmless.
//!
//! Published configurations carry dozens of settings of features that Stable Diffusion does not use. A setting
//! is harmless when it is one that this crate reads, one whose value is the only one implemented, or a feature
//! that is switched off (null or false). Anything else changes the computation and is refused by name.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use weights::{Folder, WeightsError, require_json};

use crate::ModelError;

/// Which settings a model knows.
pub(crate) struct Known {
    /// The file, for messages.
    pub(crate) file: &'static str,
    /// Read into the model's own type, or without meaning for inference.
    pub(crate) read: &'static [&'static str],
    /// Settings with one implemented value each, as JSON text.
    pub(crate) fixed: &'static [(&'static str, &'static str)],
}

impl Known {
    /// Reads `path` into a configuration after looking at every setting in it.
    pub(crate) async fn load<T: DeserializeOwned>(
        &self,
        folder: &dyn Folder,
        path: &str,
    ) -> Result<T, ModelError> {
        let settings: Map<String, Value> = require_json(folder, path).await?;
        self.parse(settings)
    }

    /// As [`load`](Self::load), from JSON that is already in memory.
    pub(crate) fn parse<T: DeserializeOwned>(&self, settings: Map<String, Value>) -> Result<T, ModelError> {
        for (field, value) in &settings {
            self.check(field, value)?;
        }
        T::deserialize(Value::Object(settings)).map_err(|error| {
            WeightsError::BadJson { file: self.file.to_owned(), reason: error.to_string() }.into()
        })
    }

    fn check(&self, field: &str, value: &Value) -> Result<(), ModelError> {
        if field.starts_with('_') || self.read.contains(&field) || *value == json!(null) {
            return Ok(());
        }
        let fixed = self.fixed.iter().find(|(name, _)| *name == field);
        let harmless = match fixed {
            Some((_, allowed)) => is_value(value, allowed),
            None => *value == json!(false),
        };
        if harmless {
            return Ok(());
        }
        Err(ModelError::Unsupported { file: self.file, field: field.to_owned(), value: value.to_string() })
    }
}

/// Numbers are compared as numbers: `1` is `1.0`.
fn is_value(value: &Value, allowed: &str) -> bool {
    match (value, serde_json::from_str::<Value>(allowed)) {
        (Value::Number(value), Ok(Value::Number(allowed))) => value.as_f64() == allowed.as_f64(),
        (value, Ok(allowed)) => *value == allowed,
        (_, Err(_)) => false,
    }
}

/// A setting that is a number or a list of them: one for all blocks, or one for each.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum NumberOrList {
    /// The same in every block.
    Number(usize),
    /// One value for each down block, outermost first.
    List(Vec<usize>),
}

impl NumberOrList {
    /// The number, or the largest in the list.
    pub fn largest(&self) -> Option<usize> {
        match self {
            Self::Number(number) => Some(*number),
            Self::List(numbers) => numbers.iter().max().copied(),
        }
    }

    /// One value for each of `blocks` blocks.
    pub(crate) fn resolve(
        &self,
        file: &'static str,
        field: &'static str,
        blocks: usize,
    ) -> Result<Vec<usize>, ModelError> {
        let values = match self {
            Self::Number(value) => vec![*value; blocks],
            Self::List(values) => values.clone(),
        };
        if values.len() != blocks || values.contains(&0) {
            let reason = format!("must be one positive number, or {blocks} of them, not {values:?}");
            return Err(ModelError::BadSetting { file, field, reason });
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: Known = Known { file: "config.json", read: &["width"], fixed: &[("scale", "1.0")] };

    #[derive(Debug, Deserialize)]
    struct Config {
        width: usize,
    }

    fn parse(text: &str) -> Result<Config, ModelError> {
        KNOWN.parse(serde_json::from_str(text).unwrap())
    }

    #[test]
    fn harmless_settings_pass() {
        let config =
            parse(r#"{"_class_name": "X", "width": 3, "scale": 1, "new": null, "newer": false}"#).unwrap();
        assert_eq!(config.width, 3);
    }

    #[test]
    fn a_setting_with_an_effect_is_named() {
        for text in [r#"{"width": 3, "scale": 2.0}"#, r#"{"width": 3, "new": true}"#] {
            let error = parse(text).unwrap_err();
            assert!(matches!(error, ModelError::Unsupported { .. }), "{error}");
        }
        assert!(parse(r#"{"width": 3, "scale": 2.0}"#).unwrap_err().to_string().contains("scale to 2.0"));
    }

    #[test]
    fn lists_need_one_value_a_block() {
        assert_eq!(NumberOrList::Number(2).resolve("f", "n", 3).unwrap(), [2, 2, 2]);
        assert_eq!(NumberOrList::List(vec![1, 2]).resolve("f", "n", 2).unwrap(), [1, 2]);
        assert!(NumberOrList::List(vec![1, 2]).resolve("f", "n", 3).is_err());
        assert!(NumberOrList::Number(0).resolve("f", "n", 3).is_err());
    }
}
