//! What was changed, so that it can be undone and redone.

use std::collections::VecDeque;

use crate::{
    geometry::Rect,
    mask::Mask,
    tiles::{Saved, Tile},
};

/// A change, as that which undoes it. Undoing turns it into that which redoes it.
#[derive(Debug)]
pub(crate) enum Edit {
    /// These parts were something else.
    Parts(Vec<(Rect, Saved)>),
    /// White and black were exchanged.
    Invert,
}

impl Edit {
    /// The edit that has made `after` of `before`, both of one size; `None` where nothing differs.
    pub(crate) fn between(before: &Mask, after: &Mask) -> Option<Self> {
        let size = before.size();
        let parts: Vec<_> = Tile::under(Rect::whole(size))
            .map(|tile| tile.rect(size))
            .map(|part| (part, Saved::of(before, part)))
            .filter(|(part, saved)| Saved::of(after, *part) != *saved)
            .collect();
        (!parts.is_empty()).then_some(Self::Parts(parts))
    }

    /// Undoes the edit, or redoes it; returns the part of the mask that changed.
    fn swap(&mut self, mask: &mut Mask) -> Option<Rect> {
        match self {
            Self::Invert => {
                mask.invert();
                Some(Rect::whole(mask.size()))
            }
            Self::Parts(parts) => {
                for (part, saved) in parts.iter_mut() {
                    let now = Saved::of(mask, *part);
                    std::mem::replace(saved, now).restore(mask, *part);
                }
                parts.iter().map(|(part, _)| *part).reduce(Rect::union)
            }
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Invert => 0,
            Self::Parts(parts) => parts.iter().map(|(_, saved)| size_of_val(saved) + saved.bytes()).sum(),
        }
    }
}

/// Edits done and undone, within a bound of memory.
#[derive(Debug)]
pub(crate) struct History {
    done: VecDeque<Edit>,
    undone: Vec<Edit>,
    most_bytes: usize,
}

impl History {
    pub(crate) fn new(most_bytes: usize) -> Self {
        Self { done: VecDeque::new(), undone: Vec::new(), most_bytes }
    }

    /// Notes an edit. What had been undone is gone, and so are the oldest edits beyond the bound; the newest stays
    /// however large it is.
    pub(crate) fn push(&mut self, edit: Edit) {
        self.undone.clear();
        self.done.push_back(edit);
        let mut bytes: usize = self.done.iter().map(Edit::bytes).sum();
        while bytes > self.most_bytes && self.done.len() > 1 {
            bytes -= self.done.pop_front().map_or(0, |oldest| oldest.bytes());
        }
    }

    pub(crate) fn undo(&mut self, mask: &mut Mask) -> Option<Rect> {
        let mut edit = self.done.pop_back()?;
        let changed = edit.swap(mask);
        self.undone.push(edit);
        changed
    }

    pub(crate) fn redo(&mut self, mask: &mut Mask) -> Option<Rect> {
        let mut edit = self.undone.pop()?;
        let changed = edit.swap(mask);
        self.done.push_back(edit);
        changed
    }

    pub(crate) fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    pub(crate) fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }
}
