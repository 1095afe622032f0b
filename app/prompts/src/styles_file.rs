//! Styles as a file that people exchange.
//!
//! ```json
//! { "format": "palimpsest-styles", "version": 1,
//!   "styles": [{ "name": "Oil painting", "prompt": "oil painting of {prompt}", "negative_prompt": "photograph" }] }
//! ```
//! The mere list, as other tools write it, is read too.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Style, StyleError, Styles};

const FORMAT: &str = "palimpsest-styles";
const VERSION: u64 = 1;
const MOST_BYTES: usize = 8 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
struct File {
    format: String,
    version: u64,
    styles: Vec<Style>,
}

/// Why a file's styles cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StylesFileError {
    /// It is far larger than styles can be.
    #[error("the file is larger than {} MB", MOST_BYTES / 1024 / 1024)]
    TooLarge,
    /// It is not JSON.
    #[error("the file is not JSON ({0})")]
    NotJson(serde_json::Error),
    /// It is JSON of another kind.
    #[error("the file holds no styles")]
    NoStyles,
    /// It is of a later version.
    #[error("the file is of version {0}, and this page reads version {VERSION}")]
    Version(u64),
    /// One entry lacks a field or has one of another kind.
    #[error("style {number} cannot be read ({reason})")]
    Entry {
        /// Its place, from 1.
        number: usize,
        /// What is wrong.
        reason: String,
    },
    /// One entry cannot be kept.
    #[error("style {number}, “{name}”, cannot be kept: {error}")]
    Style {
        /// Its place, from 1.
        number: usize,
        /// Its name.
        name: String,
        /// What is wrong.
        error: StyleError,
    },
}

/// Writes styles as a file.
///
/// # Errors
/// None that this type can cause; what `serde_json` says.
pub fn write_styles(styles: &Styles) -> Result<String, serde_json::Error> {
    let file = File { format: FORMAT.to_owned(), version: VERSION, styles: styles.all().to_vec() };
    serde_json::to_string_pretty(&file)
}

/// Reads a file's styles, each of which can be kept.
///
/// # Errors
/// What is wrong with the file, naming the entry.
pub fn read_styles(json: &str) -> Result<Vec<Style>, StylesFileError> {
    if json.len() > MOST_BYTES {
        return Err(StylesFileError::TooLarge);
    }
    let value: Value = serde_json::from_str(json).map_err(StylesFileError::NotJson)?;
    let list = match &value {
        Value::Array(list) => list,
        Value::Object(file) if file.get("format").and_then(Value::as_str) == Some(FORMAT) => {
            match file.get("version").and_then(Value::as_u64) {
                Some(VERSION) => {
                    file.get("styles").and_then(Value::as_array).ok_or(StylesFileError::NoStyles)?
                }
                Some(other) => return Err(StylesFileError::Version(other)),
                None => return Err(StylesFileError::NoStyles),
            }
        }
        _ => return Err(StylesFileError::NoStyles),
    };
    if list.is_empty() {
        return Err(StylesFileError::NoStyles);
    }
    list.iter().enumerate().map(|(at, entry)| read_entry(at + 1, entry)).collect()
}

fn read_entry(number: usize, entry: &Value) -> Result<Style, StylesFileError> {
    let style: Style = serde_json::from_value(entry.clone())
        .map_err(|error| StylesFileError::Entry { number, reason: error.to_string() })?;
    style.checked().map_err(|error| StylesFileError::Style { number, name: style.name, error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_survive_the_trip() {
        let styles = Styles::default();
        assert_eq!(read_styles(&write_styles(&styles).unwrap()).unwrap(), styles.all());
    }

    #[test]
    fn a_mere_list_is_read() {
        let read = read_styles(r#"[{"name":"Ink","prompt":"ink, {prompt}","colour":"black"}]"#).unwrap();
        assert_eq!((read[0].name.as_str(), read[0].prompt.as_str()), ("Ink", "ink, {prompt}"));
        assert_eq!(read[0].apply("a cat", "").0, "ink, a cat");
    }

    #[test]
    fn each_bad_file_is_told_apart() {
        let cases = [
            ("not json", "not JSON"),
            ("{}", "no styles"),
            ("[]", "no styles"),
            ("\"text\"", "no styles"),
            (r#"{"format":"palimpsest-styles","version":2,"styles":[]}"#, "version 2"),
            (r#"{"format":"palimpsest-styles","styles":[]}"#, "no styles"),
            (r#"{"format":"palimpsest-pack","version":1,"entries":[]}"#, "no styles"),
            (r#"[{"name":"a","prompt":"x"},{"prompt":"x"}]"#, "style 2"),
            (r#"[{"name":"a","prompt":7}]"#, "style 1"),
            (r#"[{"name":"a"}]"#, "“a”"),
        ];
        for (json, words) in cases {
            let told = read_styles(json).unwrap_err().to_string();
            assert!(told.contains(words), "{json}: {told}");
        }
        assert!(matches!(read_styles(&" ".repeat(MOST_BYTES + 1)), Err(StylesFileError::TooLarge)));
    }
}
