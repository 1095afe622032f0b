//! A mask being edited.

use crate::{
    brush::Brush,
    geometry::{Rect, Size},
    history::{Edit, History},
    mask::Mask,
    stroke::{Sample, Stroke},
};

/// Memory for what can be undone: hundreds of large strokes.
const HISTORY_BYTES: usize = 48 * 1024 * 1024;

/// A mask, the stroke on its way, and what can be undone. Methods that return a [`Rect`] tell what part of the mask
/// to show anew; `None` where nothing changed.
#[derive(Debug)]
pub struct Editor {
    mask: Mask,
    stroke: Option<Stroke>,
    history: History,
    revision: u64,
}

impl Editor {
    /// Begins with a black mask.
    pub fn new(size: Size) -> Self {
        Self::of(Mask::black(size))
    }

    /// Begins with a mask.
    pub fn of(mask: Mask) -> Self {
        Self::within(mask, HISTORY_BYTES)
    }

    fn within(mask: Mask, history_bytes: usize) -> Self {
        Self { mask, stroke: None, history: History::new(history_bytes), revision: 0 }
    }

    /// The mask as it is, with what there is of the stroke on its way.
    pub fn mask(&self) -> &Mask {
        &self.mask
    }

    /// A number that changes when the mask does, a stroke counting when it is finished.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Puts the brush down. A stroke on its way is finished first.
    pub fn begin(&mut self, brush: Brush, sample: Sample) -> Option<Rect> {
        self.finish();
        let (stroke, changed) = Stroke::begin(&mut self.mask, brush, sample);
        self.stroke = Some(stroke);
        changed
    }

    /// Moves the brush. Nothing happens unless it is down.
    pub fn extend(&mut self, sample: Sample) -> Option<Rect> {
        self.stroke.as_mut()?.extend(&mut self.mask, sample)
    }

    /// Lifts the brush.
    pub fn finish(&mut self) {
        let Some(stroke) = self.stroke.take() else { return };
        let replaced = stroke.replaced(&self.mask);
        if !replaced.is_empty() {
            self.note(Edit::Parts(replaced));
        }
    }

    /// Takes the stroke on its way back.
    pub fn abandon(&mut self) -> Option<Rect> {
        self.stroke.take()?.abandon(&mut self.mask)
    }

    /// Whether the brush is down.
    pub fn is_painting(&self) -> bool {
        self.stroke.is_some()
    }

    /// Makes all of the mask black.
    pub fn clear(&mut self) -> Option<Rect> {
        self.replace(&Mask::black(self.mask.size()))
    }

    /// Exchanges white and black.
    pub fn invert(&mut self) -> Option<Rect> {
        self.finish();
        self.mask.invert();
        self.note(Edit::Invert);
        Some(Rect::whole(self.mask.size()))
    }

    /// Takes another mask in place of this one, scaled to this one's size.
    pub fn replace(&mut self, mask: &Mask) -> Option<Rect> {
        self.finish();
        let mask = mask.resized(self.mask.size());
        self.note(Edit::between(&self.mask, &mask)?);
        self.mask = mask;
        Some(Rect::whole(self.mask.size()))
    }

    /// Takes back the stroke on its way, or else the newest edit that has not been undone.
    pub fn undo(&mut self) -> Option<Rect> {
        if self.is_painting() {
            return self.abandon();
        }
        let changed = self.history.undo(&mut self.mask)?;
        self.revision += 1;
        Some(changed)
    }

    /// Does again what was undone last.
    pub fn redo(&mut self) -> Option<Rect> {
        self.finish();
        let changed = self.history.redo(&mut self.mask)?;
        self.revision += 1;
        Some(changed)
    }

    /// Whether there is anything to undo.
    pub fn can_undo(&self) -> bool {
        self.is_painting() || self.history.can_undo()
    }

    /// Whether there is anything to redo.
    pub fn can_redo(&self) -> bool {
        self.history.can_redo()
    }

    fn note(&mut self, edit: Edit) {
        self.history.push(edit);
        self.revision += 1;
    }
}

#[cfg(test)]
mod tests;
