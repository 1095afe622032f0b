//! The adapters' settings that diffusers writes beside the weights, in the metadata `lora_adapter_metadata`.
//!
//! The entry is a JSON object of PEFT's `LoraConfig`, each name prefixed with the part: `unet.lora_alpha`. A module's
//! rank needs no setting, because its matrices show it.

use serde_json::{Map, Value};

use super::{LoraError, LoraPart};

/// Name of the metadata.
pub(super) const ENTRY: &str = "lora_adapter_metadata";

/// The settings of a file; empty when it has none.
#[derive(Debug, Default)]
pub(super) struct Settings(Map<String, Value>);

impl Settings {
    /// Parses the metadata.
    pub(super) fn parse(json: &str) -> Result<Self, LoraError> {
        let bad = |reason: String| LoraError::BadMetadata { entry: ENTRY, reason };
        match serde_json::from_str(json) {
            Ok(Value::Object(settings)) => Ok(Self(settings)),
            Ok(_) => Err(bad("it is no object".to_owned())),
            Err(error) => Err(bad(error.to_string())),
        }
    }

    /// Refuses settings that change what the two matrices mean.
    pub(super) fn check(&self) -> Result<(), LoraError> {
        for part in [LoraPart::UNet, LoraPart::TextEncoder] {
            if self.get(part, "use_dora") == Some(&Value::Bool(true)) {
                let tensor = format!("{ENTRY}: {}.use_dora", part.name());
                return Err(LoraError::Unsupported { tensor, method: "a DoRA" });
            }
        }
        Ok(())
    }

    /// What a module's product is multiplied by, `alpha / rank`, or `alpha / sqrt(rank)` with `use_rslora`
    /// ("A Rank Stabilization Scaling Factor for Fine-Tuning with LoRA", Kalajdzievski 2023); `None` where the
    /// settings say nothing of alpha.
    pub(super) fn factor(&self, part: LoraPart, module: &str, rank: usize) -> Result<Option<f64>, LoraError> {
        let Some((place, alpha)) = self.alpha(part, module)? else { return Ok(None) };
        let Some(alpha) = alpha.as_f64().filter(|alpha| alpha.is_finite()) else {
            return Err(LoraError::BadAlpha { place: format!("{ENTRY}: {place}"), got: alpha.to_string() });
        };
        let stabilized = self.get(part, "use_rslora") == Some(&Value::Bool(true));
        Ok(Some(alpha / if stabilized { (rank as f64).sqrt() } else { rank as f64 }))
    }

    /// `alpha_pattern` overrules `lora_alpha`. Its names are ends of modules' names.
    fn alpha(&self, part: LoraPart, module: &str) -> Result<Option<(String, &Value)>, LoraError> {
        let patterns = self.get(part, "alpha_pattern").and_then(Value::as_object);
        for (pattern, alpha) in patterns.into_iter().flatten() {
            if is_end(pattern, module)? {
                return Ok(Some((format!("{}.alpha_pattern.{pattern}", part.name()), alpha)));
            }
        }
        let usual = self.get(part, "lora_alpha");
        Ok(usual.map(|alpha| (format!("{}.lora_alpha", part.name()), alpha)))
    }

    fn get(&self, part: LoraPart, setting: &str) -> Option<&Value> {
        self.0.get(&format!("{}.{setting}", part.name()))
    }
}

/// Whether `pattern` is `module` or ends it at a dot. PEFT reads it as a regular expression; what it writes itself is
/// a name, perhaps with `^` before it.
///
/// # Errors
/// [`LoraError::BadMetadata`] for what is more than a name.
fn is_end(pattern: &str, module: &str) -> Result<bool, LoraError> {
    let name = pattern.strip_prefix('^').unwrap_or(pattern).replace("\\.", ".");
    if name.contains(|letter: char| !letter.is_alphanumeric() && !"._-".contains(letter)) {
        let reason = format!("{pattern} in an alpha_pattern is no module's name");
        return Err(LoraError::BadMetadata { entry: ENTRY, reason });
    }
    Ok(module.strip_suffix(&name).is_some_and(|before| before.is_empty() || before.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alpha_comes_from_the_pattern_or_from_the_part() {
        let json = r#"{"unet.lora_alpha": 2, "unet.alpha_pattern": {"attn1.to_q": 8},
            "text_encoder.lora_alpha": 6, "text_encoder.use_rslora": true}"#;
        let settings = Settings::parse(json).unwrap();
        let factor = |part, module| settings.factor(part, module, 4);
        assert_eq!(factor(LoraPart::UNet, "a.attn1.to_q"), Ok(Some(2.0)));
        assert_eq!(factor(LoraPart::UNet, "a.cross_attn1.to_q"), Ok(Some(0.5)));
        assert_eq!(factor(LoraPart::TextEncoder, "q_proj"), Ok(Some(3.0)));
        assert_eq!(Settings::default().factor(LoraPart::UNet, "x", 4), Ok(None));
    }

    #[test]
    fn nonsense_is_refused() {
        for json in ["", "[]", "{", "1e999"] {
            assert!(matches!(Settings::parse(json), Err(LoraError::BadMetadata { .. })), "{json}");
        }
        let settings = Settings::parse(r#"{"unet.lora_alpha": "2", "unet.use_dora": true}"#).unwrap();
        assert!(matches!(settings.factor(LoraPart::UNet, "x", 4), Err(LoraError::BadAlpha { .. })));
        assert!(matches!(settings.check(), Err(LoraError::Unsupported { .. })));
        let settings = Settings::parse(r#"{"unet.alpha_pattern": {"attn1\\..*": 8}}"#).unwrap();
        assert!(matches!(settings.factor(LoraPart::UNet, "x", 4), Err(LoraError::BadMetadata { .. })));
    }
}
