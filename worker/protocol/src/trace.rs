//! How a picture is drawn as SVG.

use serde::{Deserialize, Serialize};

/// How many colours a drawing tells apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TraceColors {
    /// 8: those of a poster.
    Few,
    /// 24: those that stand out.
    #[default]
    Some,
    /// 64: nearly all.
    Many,
}

/// How small a thing is still drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TraceDetail {
    /// Large shapes.
    Coarse,
    /// Shapes that one sees at first glance.
    #[default]
    Medium,
    /// Nearly every speck.
    Fine,
}

/// How a picture is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceOptions {
    /// Its colours.
    pub colors: TraceColors,
    /// Its shapes.
    pub detail: TraceDetail,
}
