//! Masks and strokes that look like nothing in particular.

use crate::{
    brush::{Brush, Tool},
    geometry::{Point, Size},
    mask::Mask,
    stroke::Sample,
};

/// A sequence of numbers without a pattern, the same for each seed (Steele et al. 2014, SplitMix).
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next whole number below `limit`.
    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % u64::from(limit)) as u32
    }

    /// The next number from `low` to `high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * f64::from(self.below(1 << 20)) / f64::from(1 << 20)
    }

    /// A place on or a little beside a mask of this size.
    pub(crate) fn place(&mut self, size: Size) -> Sample {
        let x = self.between(-20.0, f64::from(size.width_px) + 20.0);
        let y = self.between(-20.0, f64::from(size.height_px) + 20.0);
        Sample { place: Point::new(x, y), pressure: self.between(0.1, 1.0) }
    }

    pub(crate) fn brush(&mut self) -> Brush {
        Brush {
            tool: if self.below(3) == 0 { Tool::Eraser } else { Tool::Brush },
            size_px: self.between(1.0, 60.0),
            hardness: self.between(0.0, 1.0),
            opacity: self.between(0.1, 1.0),
        }
    }
}

/// A mask of every kind of grey.
pub(crate) fn noise(size: Size, seed: u64) -> Mask {
    let mut numbers = Numbers::new(seed);
    let values = (0..size.pixels()).map(|_| numbers.below(256) as u8).collect();
    Mask::from_values(size, values).unwrap()
}
