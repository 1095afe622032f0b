//! What was found in a weight file, for people and for programs.

use std::{collections::BTreeMap, path::PathBuf};

use serde_json::{Value, json};
use weights::Survey;

/// Names that are listed before the rest is only counted.
const LISTED: usize = 8;
/// Digits of the short hash by which model sites know a file (`AutoV2`).
const SHORT_HASH: usize = 10;

/// What the tensors of a file hold.
#[derive(Default)]
pub(super) struct Numbers {
    /// Tensors and bytes by number format.
    pub(super) types: BTreeMap<String, (usize, u64)>,
    pub(super) parameters: u64,
    /// Tensors with NaN or infinity in them.
    pub(super) not_finite: Vec<String>,
}

/// What was found in one weight file.
pub(super) struct Report {
    pub(super) path: PathBuf,
    pub(super) is_gguf: bool,
    pub(super) bytes: u64,
    pub(super) sha256: String,
    pub(super) numbers: Numbers,
    pub(super) survey: Survey,
}

impl Report {
    /// One object.
    pub(super) fn json(&self) -> Value {
        let survey = &self.survey;
        let types: Vec<_> = self.numbers.types.iter().collect();
        let parts = survey.parts.iter().map(|(part, found)| {
            let value = json!({
                "tensors": found.views.len(), "missing": found.missing, "odd": found.odd, "config": found.config,
            });
            (part.folder().to_owned(), value)
        });
        json!({
            "kind": self.format(),
            "path": self.path.display().to_string(),
            "bytes": self.bytes,
            "sha256": self.sha256,
            "autov2": self.short_hash(),
            "family": survey.family.id(),
            "evidence": survey.evidence,
            "prediction": survey.prediction.as_ref().map(|prediction| json!({
                "type": prediction.name(),
                "evidence": prediction.evidence,
                "is_guess": prediction.is_guess,
                "zero_snr": prediction.has_zero_snr,
            })),
            "parameters": self.numbers.parameters,
            "types": types.into_iter().map(|(name, (tensors, bytes))| {
                (name.clone(), json!({ "tensors": tensors, "bytes": bytes }))
            }).collect::<serde_json::Map<_, _>>(),
            "parts": parts.collect::<serde_json::Map<_, _>>(),
            "not_finite": self.numbers.not_finite,
            "ema": survey.ema,
            "buffers": survey.buffers,
            "unused": survey.unused,
            "unknown": survey.unknown,
            "lora": survey.lora.as_ref().map(|lora| json!({
                "modules": lora.modules,
                "text_modules": lora.text_modules,
                "ranks": lora.ranks.iter().map(|(rank, count)| json!([rank, count])).collect::<Vec<_>>(),
                "has_alpha": lora.has_alpha,
            })),
        })
    }

    /// A few lines.
    pub(super) fn text(&self) -> String {
        let survey = &self.survey;
        let mut lines = vec![
            format!("{}: {}, {} bytes", self.path.display(), self.format(), self.bytes),
            format!("  sha256: {} (AutoV2 {})", self.sha256, self.short_hash()),
            format!("  family: {}, from {}", survey.family, survey.evidence),
        ];
        if let Some(prediction) = &survey.prediction {
            let guess = if prediction.is_guess { "a guess from" } else { "from" };
            lines.push(format!("  predicts: {}, {guess} {}", prediction.name(), prediction.evidence));
        }
        lines.push(format!("  parameters: {}", self.numbers.parameters));
        for (name, (tensors, bytes)) in &self.numbers.types {
            lines.push(format!("  {name}: {tensors} tensors, {bytes} bytes"));
        }
        for (part, found) in &survey.parts {
            let sizes: Vec<String> =
                ["block_out_channels", "hidden_size", "in_channels", "cross_attention_dim"]
                    .iter()
                    .filter_map(|field| Some(format!(", {field} {}", found.config.get(field)?)))
                    .collect();
            lines.push(format!("  {}: {} tensors{}", part.folder(), found.views.len(), sizes.concat()));
            lines.extend(list("    missing", &found.missing));
            lines.extend(found.odd.iter().map(|reason| format!("    odd: {reason}")));
        }
        if let Some(lora) = &survey.lora {
            let ranks: Vec<String> =
                lora.ranks.iter().map(|(rank, count)| format!("rank {rank} in {count}")).collect();
            let alpha = if lora.has_alpha { "alphas stated" } else { "no alphas: each is its rank" };
            let (modules, text) = (lora.modules, lora.text_modules);
            lines.push(format!(
                "  changes: {modules} modules, {text} of them text; {}; {alpha}",
                ranks.join(", ")
            ));
        }
        lines.extend(list("  not finite", &self.numbers.not_finite));
        lines
            .extend((survey.ema > 0).then(|| format!("  averaged copies (ignored): {} tensors", survey.ema)));
        lines
            .extend((survey.buffers > 0).then(|| format!("  buffers (ignored): {} tensors", survey.buffers)));
        lines.extend(list("  unused", &survey.unused));
        lines.extend(list("  unknown", &survey.unknown));
        lines.join("\n")
    }

    fn format(&self) -> &'static str {
        if self.is_gguf { "gguf" } else { "safetensors" }
    }

    fn short_hash(&self) -> &str {
        self.sha256.get(..SHORT_HASH).unwrap_or_default()
    }
}

/// `what: a, b, .. and 3 more`, or nothing.
pub(super) fn list(what: &str, names: &[String]) -> Option<String> {
    let shown: Vec<&str> = names.iter().take(LISTED).map(String::as_str).collect();
    let more = match names.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!shown.is_empty()).then(|| format!("{what}: {}{more}", shown.join(", ")))
}
