//! What becomes of the mask when its source is turned or cropped, and under another one.

use leptos::prelude::*;
use masks::{Mask, Size};
use sources::Edit;

use super::Masking;
use super::whole::{Whole, mask_size};
use crate::state::{Original, Place, Studio};
use crate::words::mask as words;

/// The source that a mask lies over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Under {
    /// The hash of the source's file.
    pub source: String,
    /// What was done to the source.
    pub edit: Edit,
    /// What is painted over all of it, but for what was painted since the last edit.
    whole: Whole,
}

impl Under {
    /// What is painted over all of the source, `shown` over what the edit has left of it.
    pub(super) fn all(&self, shown: &Mask) -> Whole {
        let mut whole = self.whole.clone();
        whole.lay(shown, self.edit);
        whole
    }
}

/// A source as it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shown {
    source: String,
    own_px: (u32, u32),
    edit: Edit,
    size_px: (u32, u32),
}

/// What becomes of a mask under another source.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    /// It is of the source's size.
    Stays,
    /// It goes on as another.
    Becomes(Mask),
    /// It belongs to another shape.
    Lost,
}

fn fate(mask: &Mask, size: Size) -> Fate {
    match mask.size() == size {
        true => Fate::Stays,
        false => mask.fitted(size).map_or(Fate::Lost, Fate::Becomes),
    }
}

impl Masking {
    /// Whether the mask lies over this source, or lay over it last.
    pub(super) fn lies_over(self, source: &str) -> bool {
        self.under.with_value(|under| under.as_ref().is_some_and(|under| under.source == source))
    }
}

impl Studio {
    /// Gives each source a mask of its shape.
    pub(in crate::state) fn follow_source(self) {
        let shown = Memo::new(move |_| {
            self.source.ready().map(|ready| {
                let Original { own_px, edit, hash, .. } = ready.original;
                Shown { source: hash, own_px, edit, size_px: ready.size_px }
            })
        });
        Effect::new(move |_| match shown.get() {
            Some(shown) => self.fit_mask(shown),
            None if !self.source.is_some() => self.mask.opened.set(false),
            None => {}
        });
        self.remember_mask();
    }

    fn fit_mask(self, shown: Shown) {
        let Shown { source, own_px, edit, size_px } = shown;
        let size = mask_size(size_px);
        let before = self.mask.under.try_update_value(Option::take).flatten();
        let same = before.filter(|under| under.source == source);
        let stored = self.mask.take_stored(&source);
        // What is painted over this very source is not given up for a mask that would suit many.
        let is_in_use = same.is_some() && self.mask.peek(|editor| !editor.mask().is_black()).unwrap_or(false);
        let asked_for = if is_in_use { None } else { self.mask.take_asked_for(size) };
        let whole = match (same, stored) {
            (Some(mut under), _) => {
                if under.edit != edit {
                    self.recut_mask(&mut under, edit);
                }
                under.whole
            }
            (None, Some(stored)) => {
                self.notices.clear(Place::Mask);
                self.mask.begin_with(stored.mask);
                stored.whole
            }
            (None, None) => {
                self.take_over_mask(size);
                Whole::black(own_px)
            }
        };
        if let Some(mask) = self.mask.take_brought(size).or(asked_for) {
            self.notices.clear(Place::Mask);
            self.mask.begin_with(mask);
        }
        self.mask.under.set_value(Some(Under { source, edit, whole }));
    }

    /// Turns and crops the mask with its source.
    fn recut_mask(self, under: &mut Under, edit: Edit) {
        let before = under.edit;
        if let Some(mask) = self.mask.peek(|editor| under.whole.recut(editor.mask(), before, edit)) {
            self.mask.begin_with(mask);
        }
    }

    /// The mask over a new source, of this size, that brings none: the one that is there, if that suits.
    fn take_over_mask(self, size: Size) {
        match self.mask.peek(|editor| (fate(editor.mask(), size), editor.mask().is_black())) {
            Some((Fate::Stays, _)) => {}
            Some((Fate::Becomes(mask), _)) => self.mask.begin_with(mask),
            Some((Fate::Lost, was_black)) => {
                self.mask.begin_with(Mask::black(size));
                if !was_black && self.form.inpaint.get_untracked() {
                    self.notices.say(Place::Mask, words::ANOTHER_SHAPE);
                }
            }
            None => self.mask.begin_with(Mask::black(size)),
        }
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
        assert_eq!(fate(&white(451, 300), Size::new(160, 104)), Fate::Becomes(white(160, 104)));
        assert_eq!(fate(&white(451, 300), Size::new(300, 451)), Fate::Lost);
    }

    #[test]
    fn what_an_edit_left_is_laid_over_all_of_the_source() {
        let edit = Edit::default().turned_right((30, 20));
        let under = Under { source: String::new(), edit, whole: Whole::black((30, 20)) };
        assert_eq!(under.all(&white(20, 30)).into_mask(), white(30, 20));
    }
}
