//! What is done to a source before a picture is made from it.

use serde::{Deserialize, Serialize};

/// A rectangle of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CropPx {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// Width, 1 or more.
    pub width: u32,
    /// Height, 1 or more.
    pub height: u32,
}

/// How an upright source is changed: mirrored first, then turned, then cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceEdit {
    /// Left and right change places.
    pub mirrored: bool,
    /// Clockwise, each by 90 degrees; four are none.
    pub quarter_turns: u8,
    /// What is kept of the mirrored and turned picture; all of it without.
    pub crop: Option<CropPx>,
}

/// How a source is brought to proportions other than its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceFit {
    /// It is stretched.
    #[default]
    Stretch,
    /// Its middle is kept.
    Crop,
    /// It is laid on a wider or taller ground.
    Pad,
}
