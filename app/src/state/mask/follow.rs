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
    source: String,
    edit: Edit,
    /// What is painted over all of it.
    whole: Whole,
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
    match mask.size() {
        same if same == size => Fate::Stays,
        near if near.has_shape_of(size) => Fate::Becomes(mask.resized(size)),
        _ => Fate::Lost,
    }
}

/// The mask that was painted over a source while `from` was done to it, now that `to` is.
pub(super) fn moved(mask: &Mask, own_px: (u32, u32), from: Edit, to: Edit) -> Option<Mask> {
    let was_over_it = mask.size().has_shape_of(mask_size(from.edited_px(own_px)));
    was_over_it.then(|| Whole::black(own_px).recut(mask, from, to))
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
        let size = mask_size(shown.size_px);
        let under = self.mask.under.try_update_value(Option::take).flatten();
        let same_source = under.filter(|under| under.source == shown.source);
        let Shown { source, own_px, edit, .. } = shown;
        let mut next = Under { source, edit, whole: Whole::black(own_px) };
        if let Some(mask) = self.mask.take_waiting(size, &next.source) {
            self.notices.clear(Place::Mask);
            self.mask.begin_with(mask);
        } else if let Some(mut under) = same_source {
            let Under { edit: before, whole, .. } = &mut under;
            if *before != edit
                && let Some(mask) = self.mask.peek(|editor| whole.recut(editor.mask(), *before, edit))
            {
                self.mask.begin_with(mask);
            }
            next.whole = under.whole;
        } else {
            self.take_over_mask(size);
        }
        self.mask.under.set_value(Some(next));
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
    fn a_stored_mask_is_moved_to_what_is_done_to_its_source_now() {
        let turned = Edit::default().turned_right((30, 20));
        assert_eq!(moved(&white(20, 30), (30, 20), turned, Edit::default()), Some(white(30, 20)));
        assert_eq!(
            moved(&white(30, 20), (30, 20), turned, Edit::default()),
            None,
            "it was over another edit"
        );
    }
}
