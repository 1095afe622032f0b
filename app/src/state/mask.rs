//! The mask, which says what of the source is drawn anew.
//!
//! A mask belongs to its source's proportions, not to its file: it stays while prompts and settings change and when
//! a result becomes the next source. A source of another shape begins with a black one.

mod brush;
mod files;
mod kept;

pub(crate) use brush::{BrushForm, BrushValues};
pub(crate) use files::Ground;
pub(crate) use kept::ToKeep;

use leptos::prelude::*;
use masks::{Editor, MOST_SIDE_PX, Mask, Rect, Size};

use super::{Place, SourceState, Studio};
use crate::words::mask as words;
use files::MaskFile;
use kept::Waiting;

#[derive(Clone, Copy)]
pub(crate) struct Masking {
    editor: StoredValue<Option<Editor>, LocalStorage>,
    /// Counts what happens to the mask; a stroke counts when it is finished.
    changes: RwSignal<u64>,
    /// The share of the picture that is drawn anew, 0 to 1.
    pub share: Memo<f64>,
    /// The part of the mask that is to be shown anew; who shows it takes it.
    pub dirty: RwSignal<Option<Rect>>,
    /// Whether the editor is wanted; it is shown once the source is there.
    pub opened: RwSignal<bool>,
    pub brush: BrushForm,
    /// The mask as a file, with the count of changes that it is of.
    file: StoredValue<Option<(u64, MaskFile)>, LocalStorage>,
    /// A mask whose source is not here yet.
    waiting: StoredValue<Option<Waiting>, LocalStorage>,
}

impl Masking {
    pub(super) fn new() -> Self {
        let editor = StoredValue::new_local(None::<Editor>);
        let changes = RwSignal::new(0);
        let share = move |_: Option<&f64>| {
            changes.track();
            editor.with_value(|editor| editor.as_ref().map_or(0.0, |editor| editor.mask().share()))
        };
        Self {
            editor,
            changes,
            share: Memo::new(share),
            dirty: RwSignal::new(None),
            opened: RwSignal::new(false),
            brush: BrushForm::new(),
            file: StoredValue::new_local(None),
            waiting: StoredValue::new_local(None),
        }
    }

    /// Looks at the mask, if there is one. Tracked: an effect that calls this runs again when the mask has changed.
    pub(crate) fn look<R>(self, look: impl FnOnce(&Editor) -> R) -> Option<R> {
        self.changes.track();
        self.peek(look)
    }

    /// Looks at the mask, if there is one, as it is at this moment.
    pub(crate) fn peek<R>(self, look: impl FnOnce(&Editor) -> R) -> Option<R> {
        self.editor.with_value(|editor| editor.as_ref().map(look))
    }

    /// The mask's size. Tracked.
    pub(crate) fn size(self) -> Option<Size> {
        self.look(|editor| editor.mask().size())
    }

    /// Asks for a part to be shown anew, besides what is to be already.
    pub(crate) fn show(self, part: Rect) {
        self.dirty.update(|dirty| *dirty = Some(dirty.map_or(part, |dirty| dirty.union(part))));
    }

    /// Changes the mask; `change` returns the part to show anew.
    pub(crate) fn edit(self, change: impl FnOnce(&mut Editor) -> Option<Rect>) {
        let edited = self.editor.try_update_value(|editor| {
            let editor = editor.as_mut()?;
            let before = editor.revision();
            let part = change(editor);
            Some((part, editor.revision() != before))
        });
        let Some((part, changed)) = edited.flatten() else { return };
        if let Some(part) = part {
            self.show(part);
        }
        if changed {
            self.changes.update(|changes| *changes += 1);
        }
    }

    /// Goes on with another mask; what was done to the one before cannot be undone.
    fn begin_with(self, mask: Mask) {
        let whole = Rect::whole(mask.size());
        self.editor.set_value(Some(Editor::of(mask)));
        self.dirty.set(Some(whole));
        self.changes.update(|changes| *changes += 1);
    }
}

/// What becomes of a mask under another source.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    /// It is of the source's size.
    Stays,
    /// It is of the source's shape, and is scaled.
    Scaled(Mask),
    /// It belongs to another shape.
    Lost,
}

fn fate(mask: &Mask, size: Size) -> Fate {
    match mask.size() {
        same if same == size => Fate::Stays,
        near if near.has_shape_of(size) => Fate::Scaled(mask.resized(size)),
        _ => Fate::Lost,
    }
}

impl Studio {
    /// Gives each source a mask of its shape.
    pub(super) fn follow_source(self) {
        let source = Memo::new(move |_| self.source.ready().map(|s| (s.size_px, s.original.hash)));
        Effect::new(move |_| match source.get() {
            Some(((width_px, height_px), hash)) => self.fit_mask(Size::new(width_px, height_px), &hash),
            None if !self.source.is_some() => self.mask.opened.set(false),
            None => {}
        });
        self.remember_mask();
    }

    /// `source` is the hash of the source's file.
    fn fit_mask(self, source_size: Size, source: &str) {
        let size = source_size.within(MOST_SIDE_PX);
        if let Some(mask) = self.mask.take_waiting(size, source) {
            self.notices.clear(Place::Mask);
            self.mask.begin_with(mask);
            return;
        }
        match self.mask.peek(|editor| (fate(editor.mask(), size), editor.mask().is_black())) {
            Some((Fate::Stays, _)) => {}
            Some((Fate::Scaled(mask), _)) => self.mask.begin_with(mask),
            Some((Fate::Lost, was_black)) => {
                self.mask.begin_with(Mask::black(size));
                if !was_black && self.form.inpaint.get_untracked() {
                    self.notices.say(Place::Mask, words::ANOTHER_SHAPE);
                }
            }
            None => self.mask.begin_with(Mask::black(size)),
        }
    }

    /// Turns inpainting on and opens the mask's editor, as soon as the source is there.
    pub(crate) fn edit_mask(self) {
        self.notices.clear(Place::Mask);
        if !untrack(|| self.source.is_some()) {
            self.notices.say(Place::Mask, words::NO_SOURCE);
            return;
        }
        self.form.inpaint.set(true);
        self.mask.opened.set(true);
    }

    /// Whether the mask's editor is on the screen. Tracked.
    pub(crate) fn edits_mask(self) -> bool {
        let ready = self.source.state.with(|source| matches!(source, SourceState::Ready(_)));
        self.mask.opened.get() && ready
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn white(width_px: u32, height_px: u32) -> Mask {
        let size = Size::new(width_px, height_px);
        Mask::from_values(size, vec![255; size.pixels()]).unwrap()
    }

    #[test]
    fn a_mask_goes_with_its_shape() {
        assert_eq!(fate(&white(451, 300), Size::new(451, 300)), Fate::Stays);
        assert_eq!(fate(&white(451, 300), Size::new(160, 104)), Fate::Scaled(white(160, 104)));
        assert_eq!(fate(&white(451, 300), Size::new(300, 451)), Fate::Lost);
    }
}
