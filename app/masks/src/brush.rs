//! What a stroke is painted with.

/// A falling edge of at least this width, in pixels, keeps the hardest brush from showing stairs.
const EDGE_PX: f32 = 1.0;

/// What a stroke does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tool {
    /// Paints white: what is under it is drawn anew.
    #[default]
    Brush,
    /// Paints black: what is under it stays.
    Eraser,
}

/// A round brush.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Brush {
    /// What it does.
    pub tool: Tool,
    /// Diameter in pixels of the mask.
    pub size_px: f64,
    /// The share of the radius that paints fully, 0 to 1; from there to the edge it fades out.
    pub hardness: f64,
    /// How much of a change one stroke makes, 0 to 1, wherever it crosses itself.
    pub opacity: f64,
}

impl Brush {
    /// What a stroke of this brush changes pixels to.
    pub(crate) fn target(self) -> u8 {
        match self.tool {
            Tool::Brush => u8::MAX,
            Tool::Eraser => 0,
        }
    }

    /// The opacity as a whole number, 0 to 255.
    pub(crate) fn strength(self) -> u8 {
        (self.opacity.clamp(0.0, 1.0) * 255.0).round() as u8
    }

    /// The tip pressed down by `pressure`, 0 to 1: the lighter, the smaller.
    pub(crate) fn tip(self, pressure: f64) -> Tip {
        let radius = (self.size_px * pressure.clamp(0.0, 1.0) / 2.0).max(f64::from(EDGE_PX) / 2.0) as f32;
        Tip { radius, hardness: self.hardness.clamp(0.0, 1.0) as f32 }
    }
}

/// The round end of a brush.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tip {
    /// In pixels.
    pub(crate) radius: f32,
    hardness: f32,
}

impl Tip {
    /// The tip somewhere on the way from this one to another, `t` from 0 to 1.
    pub(crate) fn towards(self, other: Self, t: f32) -> Self {
        Self { radius: self.radius + (other.radius - self.radius) * t, ..self }
    }

    /// No pixel further away than this is touched.
    pub(crate) fn reach(self) -> f32 {
        self.radius + EDGE_PX / 2.0
    }

    /// How much of a pixel is covered at this distance from the middle, 0 to 255: all of it in the hard core, then
    /// less by a smooth curve, nothing from [`Tip::reach`] on.
    pub(crate) fn coverage(self, distance: f32) -> u8 {
        let reach = self.reach();
        let core = (self.radius * self.hardness).min(self.radius - EDGE_PX / 2.0);
        if distance >= reach {
            return 0;
        }
        if distance <= core {
            return u8::MAX;
        }
        let t = (reach - distance) / (reach - core);
        (255.0 * t * t * (3.0 - 2.0 * t)).round() as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tip(size_px: f64, hardness: f64) -> Tip {
        Brush { tool: Tool::Brush, size_px, hardness, opacity: 1.0 }.tip(1.0)
    }

    #[test]
    fn the_core_is_full_and_beyond_the_edge_is_nothing() {
        for (size, hardness) in [(40.0, 1.0), (40.0, 0.5), (40.0, 0.0), (1.0, 1.0), (0.1, 0.5)] {
            let tip = tip(size, hardness);
            assert_eq!(tip.coverage(0.0), 255, "{size} {hardness}");
            assert_eq!(tip.coverage(tip.radius + 0.5), 0, "{size} {hardness}");
        }
        assert_eq!(tip(40.0, 0.5).coverage(10.0), 255);
        assert!(tip(40.0, 0.5).coverage(11.0) < 255);
        assert_eq!(tip(40.0, 1.0).coverage(19.4), 255);
        assert_eq!(tip(40.0, 1.0).coverage(20.0), 128);
    }

    #[test]
    fn coverage_falls_with_distance_and_grows_with_hardness() {
        for hardness in [0.0, 0.3, 0.9, 1.0] {
            let falls: Vec<u8> = (0..60).map(|at| tip(50.0, hardness).coverage(at as f32 / 2.0)).collect();
            assert!(falls.is_sorted_by(|a, b| a >= b), "{falls:?}");
        }
        let grows: Vec<u8> = (0..=10).map(|h| tip(50.0, f64::from(h) / 10.0).coverage(15.0)).collect();
        assert!(grows.is_sorted() && grows[0] < 100 && grows[10] == 255, "{grows:?}");
    }

    #[test]
    fn a_light_touch_is_small_but_never_nothing() {
        let brush = Brush { tool: Tool::Brush, size_px: 20.0, hardness: 1.0, opacity: 1.0 };
        assert_eq!(brush.tip(0.5).radius, 5.0);
        assert_eq!(brush.tip(0.0).radius, 0.5);
        assert_eq!(brush.tip(7.0).radius, 10.0);
    }
}
