//! A stroke while it is painted.
//!
//! A stroke is the area that a round tip sweeps over, its radius changing evenly between two samples. Each pixel
//! keeps the highest coverage that it has had in the stroke and is mixed once from what it was before, so a stroke
//! looks the same however often it crosses itself and however the browser cuts it into events.

use std::collections::{BTreeMap, btree_map::Entry};

use crate::{
    brush::{Brush, Tip},
    geometry::{Point, Rect},
    mask::Mask,
    tiles::{Saved, Tile, copied},
};

/// Where the pointer was, in pixels of the mask, and how hard it pressed, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Where.
    pub place: Point,
    /// 1 for pointers that do not feel it.
    pub pressure: f64,
}

/// A stroke and what was under it.
#[derive(Debug)]
pub(crate) struct Stroke {
    brush: Brush,
    last: Sample,
    touched: BTreeMap<Tile, Touched>,
}

/// A tile that the stroke has come over.
#[derive(Debug)]
struct Touched {
    part: Rect,
    before: Vec<u8>,
    /// The highest coverage of each pixel so far.
    coverage: Vec<u8>,
}

impl Stroke {
    /// Puts the tip down; with the part of the mask that changed.
    pub(crate) fn begin(mask: &mut Mask, brush: Brush, sample: Sample) -> (Self, Option<Rect>) {
        let mut stroke = Self { brush, last: sample, touched: BTreeMap::new() };
        let changed = stroke.extend(mask, sample);
        (stroke, changed)
    }

    /// Moves the tip; returns the part of the mask that may have changed.
    pub(crate) fn extend(&mut self, mask: &mut Mask, sample: Sample) -> Option<Rect> {
        let sweep = Sweep::new(self.brush, self.last, sample);
        self.last = sample;
        let size = mask.size();
        let part = Rect::around(sweep.from, sweep.to, sweep.reach(), size)?;
        let (target, strength) = (self.brush.target(), self.brush.strength());
        for tile in Tile::under(part) {
            let touched = match self.touched.entry(tile) {
                Entry::Occupied(entry) => entry.into_mut(),
                Entry::Vacant(entry) => entry.insert(Touched::new(mask, tile.rect(size))),
            };
            touched.sweep(mask, &sweep, part, |before, coverage| mix(before, target, coverage, strength));
        }
        Some(part)
    }

    /// Takes the stroke back; returns the part of the mask that changed.
    pub(crate) fn abandon(self, mask: &mut Mask) -> Option<Rect> {
        let mut changed: Option<Rect> = None;
        for (part, saved) in self.replaced(mask) {
            saved.restore(mask, part);
            changed = Some(changed.map_or(part, |changed| changed.union(part)));
        }
        changed
    }

    /// What the stroke has really changed, as it was before.
    pub(crate) fn replaced(self, mask: &Mask) -> Vec<(Rect, Saved)> {
        let changed = |touched: &Touched| copied(mask, touched.part) != touched.before;
        let touched = self.touched.into_values().filter(changed);
        touched.map(|touched| (touched.part, touched.before.into())).collect()
    }
}

impl Touched {
    fn new(mask: &Mask, part: Rect) -> Self {
        let before = copied(mask, part);
        Self { part, coverage: vec![0; before.len()], before }
    }

    /// Raises the coverage of the pixels that lie in `within` too, and mixes those that rose.
    fn sweep(&mut self, mask: &mut Mask, sweep: &Sweep, within: Rect, mix: impl Fn(u8, u8) -> u8) {
        let Rect { x: left, y: top, width, height } = self.part;
        let (low, high) = (left.max(within.x), (left + width).min(within.x + within.width));
        for y in top.max(within.y)..(top + height).min(within.y + within.height) {
            let start = ((y - top) * width + (low - left)) as usize;
            let coverage = self.coverage.iter_mut().skip(start);
            let before = self.before.iter().skip(start);
            let row = mask.span_mut(y, low, high.saturating_sub(low)).iter_mut();
            for (x, ((value, coverage), &before)) in (low..high).zip(row.zip(coverage).zip(before)) {
                // Nothing can cover a pixel more: large brushes pass over most of theirs again and again.
                if *coverage == u8::MAX {
                    continue;
                }
                let now = sweep.coverage(x as f32 + 0.5, y as f32 + 0.5);
                if now > *coverage {
                    *coverage = now;
                    *value = mix(before, now);
                }
            }
        }
    }
}

/// The way of the tip from one sample to the next.
struct Sweep {
    from: Point,
    to: Point,
    tips: [Tip; 2],
    start: [f32; 2],
    way: [f32; 2],
    /// One over the square of the way's length, 0 for a tip that stays where it is.
    per_square: f32,
}

impl Sweep {
    fn new(brush: Brush, from: Sample, to: Sample) -> Self {
        let tips = [brush.tip(from.pressure), brush.tip(to.pressure)];
        let (from, to) = (from.place, to.place);
        let way = [(to.x - from.x) as f32, (to.y - from.y) as f32];
        let square = way[0] * way[0] + way[1] * way[1];
        let per_square = if square > 0.0 { 1.0 / square } else { 0.0 };
        Self { from, to, tips, start: [from.x as f32, from.y as f32], way, per_square }
    }

    fn reach(&self) -> f64 {
        f64::from(self.tips[0].reach().max(self.tips[1].reach()))
    }

    /// How much the tip has covered the pixel whose middle is here.
    fn coverage(&self, x: f32, y: f32) -> u8 {
        let (x, y) = (x - self.start[0], y - self.start[1]);
        let t = ((x * self.way[0] + y * self.way[1]) * self.per_square).clamp(0.0, 1.0);
        let (dx, dy) = (x - self.way[0] * t, y - self.way[1] * t);
        self.tips[0].towards(self.tips[1], t).coverage((dx * dx + dy * dy).sqrt())
    }
}

/// `before` where nothing is covered, `target` at full coverage and strength, exactly.
fn mix(before: u8, target: u8, coverage: u8, strength: u8) -> u8 {
    let opacity = (u32::from(coverage) * u32::from(strength) + 127) / 255;
    ((u32::from(before) * (255 - opacity) + u32::from(target) * opacity + 127) / 255) as u8
}

#[cfg(test)]
mod tests;
