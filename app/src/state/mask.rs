//! The mask, which says what of the source is drawn anew.
//!
//! A mask belongs to its source's proportions, not to its file: it stays while prompts and settings change and when
//! a result becomes the next source. It is turned and cropped with its source. A source over which one was painted
//! before comes with that one, and a source of another shape without begins with a black one.

mod brush;
mod files;
mod follow;
mod kept;
mod whole;

pub(crate) use brush::{BrushForm, BrushValues};
pub(crate) use files::Ground;
pub(crate) use kept::ToKeep;

use leptos::prelude::*;
use masks::{Editor, Mask, Rect, Size};

use super::{Place, SourceState, Studio};
use crate::words::mask as words;
use files::MaskFile;
use follow::Under;
use kept::Stored;

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
    /// The mask of a picture whose settings were taken over, until a source of its shape is here.
    asked_for: StoredValue<Option<Mask>, LocalStorage>,
    /// A mask that came along with the source that is about to be used, in place of every other.
    brought: StoredValue<Option<Mask>, LocalStorage>,
    /// The mask that was kept with the source that is about to be used.
    stored: StoredValue<Option<Stored>, LocalStorage>,
    /// The source that the mask lies over, or lay over last.
    under: StoredValue<Option<Under>, LocalStorage>,
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
            asked_for: StoredValue::new_local(None),
            brought: StoredValue::new_local(None),
            stored: StoredValue::new_local(None),
            under: StoredValue::new_local(None),
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

impl Studio {
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
