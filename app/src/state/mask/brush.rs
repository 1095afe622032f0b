//! The brush as its controls have it.

use leptos::prelude::*;
use masks::{Brush, Size, Tool};
use serde::{Deserialize, Serialize};

/// Steps of a key.
const LARGER: f64 = 1.15;

/// What of the brush outlives the visit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct BrushValues {
    /// Diameter as a share of the mask's longer side, so that one brush suits small pictures and large ones.
    pub size: f64,
    /// 0 to 1.
    pub hardness: f64,
    /// 0 to 1.
    pub opacity: f64,
    /// Whether a pen's pressure counts.
    pub pressure: bool,
}

impl Default for BrushValues {
    fn default() -> Self {
        Self { size: 0.1, hardness: 0.8, opacity: 1.0, pressure: true }
    }
}

/// One signal a control.
#[derive(Clone, Copy)]
pub(crate) struct BrushForm {
    pub tool: RwSignal<Tool>,
    size: RwSignal<f64>,
    pub hardness: RwSignal<f64>,
    pub opacity: RwSignal<f64>,
    pub pressure: RwSignal<bool>,
}

impl BrushForm {
    pub(super) fn new() -> Self {
        let values = BrushValues::default();
        Self {
            tool: RwSignal::new(Tool::Brush),
            size: RwSignal::new(values.size),
            hardness: RwSignal::new(values.hardness),
            opacity: RwSignal::new(values.opacity),
            pressure: RwSignal::new(values.pressure),
        }
    }

    /// What is stored. Tracked.
    pub(crate) fn values(self) -> BrushValues {
        BrushValues {
            size: self.size.get(),
            hardness: self.hardness.get(),
            opacity: self.opacity.get(),
            pressure: self.pressure.get(),
        }
    }

    pub(crate) fn restore(self, values: BrushValues) {
        self.size.set(values.size.clamp(0.0, 1.0));
        self.hardness.set(values.hardness.clamp(0.0, 1.0));
        self.opacity.set(values.opacity.clamp(0.0, 1.0));
        self.pressure.set(values.pressure);
    }

    /// The widest brush for a mask of this size, in its pixels.
    pub(crate) fn most_px(mask: Size) -> f64 {
        f64::from(mask.width_px.max(mask.height_px).div_ceil(2))
    }

    /// The diameter in whole pixels of a mask of this size. Tracked.
    pub(crate) fn size_px(self, mask: Size) -> f64 {
        let longest = f64::from(mask.width_px.max(mask.height_px));
        (self.size.get() * longest).round().clamp(1.0, Self::most_px(mask))
    }

    pub(crate) fn set_size_px(self, size_px: f64, mask: Size) {
        let longest = f64::from(mask.width_px.max(mask.height_px));
        self.size.set(size_px.clamp(1.0, Self::most_px(mask)) / longest);
    }

    /// Makes the brush larger by a step, or smaller, by a pixel at least.
    pub(crate) fn resize(self, larger: bool, mask: Size) {
        let now = untrack(|| self.size_px(mask));
        let next = if larger { (now * LARGER).max(now + 1.0) } else { (now / LARGER).min(now - 1.0) };
        self.set_size_px(next, mask);
    }

    /// Makes the brush harder by this much, or softer.
    pub(crate) fn harden(self, by: f64) {
        // Kept to whole percent, as the slider has them.
        self.hardness
            .update(|hardness| *hardness = ((*hardness + by) * 100.0).round().clamp(0.0, 100.0) / 100.0);
    }

    /// The brush for a mask of this size.
    pub(crate) fn brush(self, mask: Size) -> Brush {
        untrack(|| Brush {
            tool: self.tool.get(),
            size_px: self.size_px(mask),
            hardness: self.hardness.get(),
            opacity: self.opacity.get(),
        })
    }
}
