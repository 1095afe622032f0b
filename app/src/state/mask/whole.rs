//! A mask over the whole of a source as its file has it, from which the mask over the turned and cropped one is cut.

use masks::{MOST_SIDE_PX, Mask, Rect, Size};
use sources::{Crop, Edit};

/// A mask over a source that is neither mirrored nor turned nor cropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Whole {
    own_px: (u32, u32),
    mask: Mask,
}

impl Whole {
    /// A black one over a source of this size.
    pub(super) fn black(own_px: (u32, u32)) -> Self {
        Self { own_px, mask: Mask::black(mask_size(own_px)) }
    }

    /// One over a source of this size; `None` unless it has the source's shape.
    pub(super) fn of(mask: &Mask, own_px: (u32, u32)) -> Option<Self> {
        mask.fitted(mask_size(own_px)).map(|mask| Self { own_px, mask })
    }

    /// The mask itself.
    pub(super) fn into_mask(self) -> Mask {
        self.mask
    }

    /// Takes in the mask over the source as `from` left it. What that had cut off stays as it is.
    pub(super) fn lay(&mut self, mask: &Mask, from: Edit) {
        self.put(upright(from, self.own_px), &straightened(mask, from));
    }

    /// Takes in the mask over a crop.
    fn put(&mut self, crop: Crop, mask: &Mask) {
        self.mask.put(scaled(crop, self.own_px, self.mask.size()), mask);
    }

    /// The mask over what an edit makes of the source.
    pub(super) fn cut(&self, to: Edit) -> Mask {
        let new = upright(to, self.own_px);
        edited(&self.part(new), to)
    }

    /// The part over a crop, in the size of a mask over that.
    fn part(&self, crop: Crop) -> Mask {
        let part = self.mask.part(scaled(crop, self.own_px, self.mask.size()));
        part.resized(mask_size((crop.width, crop.height)))
    }

    /// Both at once: the mask over what `to` makes of the source, after `from` was painted over.
    pub(super) fn recut(&mut self, mask: &Mask, from: Edit, to: Edit) -> Mask {
        let (old, new) = (upright(from, self.own_px), upright(to, self.own_px));
        let mask = straightened(mask, from);
        self.put(old, &mask);
        let mut cut = self.part(new);
        // Of a large source the crop's mask is finer than the whole one's.
        if let Some(both) = overlap(old, new) {
            let of = |crop: Crop| Crop { x: both.x - crop.x, y: both.y - crop.y, ..both };
            let fine = mask.part(scaled(of(old), (old.width, old.height), mask.size()));
            cut.put(scaled(of(new), (new.width, new.height), cut.size()), &fine);
        }
        edited(&cut, to)
    }
}

/// The size of a mask over a source of this size.
pub(super) fn mask_size((width_px, height_px): (u32, u32)) -> Size {
    Size::new(width_px, height_px).within(MOST_SIDE_PX)
}

/// Turns to the right that undo an edit's.
fn turns_back(edit: Edit) -> u8 {
    (4 - edit.quarter_turns % 4) % 4
}

/// What an edit keeps, in pixels of the source as its file has it.
fn upright(edit: Edit, own_px: (u32, u32)) -> Crop {
    let turned = (0..turns_back(edit)).fold(edit, |edit, _| edit.turned_right(own_px));
    let straight = if turned.mirrored { turned.flipped(own_px) } else { turned };
    straight.kept(own_px)
}

/// The mask over an edited source, turned and mirrored back.
fn straightened(mask: &Mask, edit: Edit) -> Mask {
    let turned = (0..turns_back(edit)).fold(mask.clone(), |mask, _| mask.turned_right());
    if edit.mirrored { turned.mirrored() } else { turned }
}

/// A mask over a cropped source, mirrored and turned with it.
fn edited(mask: &Mask, edit: Edit) -> Mask {
    let mirrored = if edit.mirrored { mask.mirrored() } else { mask.clone() };
    (0..edit.quarter_turns).fold(mirrored, |mask, _| mask.turned_right())
}

/// A part of a picture of size `from`, in the pixels of a mask over it: one pixel at least.
fn scaled(part: Crop, from: (u32, u32), to: Size) -> Rect {
    let span = |start: u32, length: u32, from: u32, to: u32| {
        let edge = |at: u32| (f64::from(at) * f64::from(to) / f64::from(from)).round() as u32;
        let low = edge(start).min(to - 1);
        (low, edge(start + length).max(low + 1) - low)
    };
    let (x, width) = span(part.x, part.width, from.0, to.width_px);
    let (y, height) = span(part.y, part.height, from.1, to.height_px);
    Rect { x, y, width, height }
}

/// What both keep.
fn overlap(a: Crop, b: Crop) -> Option<Crop> {
    let span = |a: u32, a_length: u32, b: u32, b_length: u32| {
        let (low, high) = (a.max(b), (a + a_length).min(b + b_length));
        (high > low).then(|| (low, high - low))
    };
    let (x, width) = span(a.x, a.width, b.x, b.width)?;
    let (y, height) = span(a.y, a.height, b.y, b.height)?;
    Some(Crop { x, y, width, height })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: (u32, u32) = (30, 20);

    /// A mask without any symmetry.
    fn painted(size: Size) -> Mask {
        let values = (0..size.pixels()).map(|at| (at * 7 % 251 + 1) as u8).collect();
        Mask::from_values(size, values).unwrap()
    }

    fn turned(times: u32) -> Edit {
        (0..times).fold(Edit::default(), |edit, _| edit.turned_right(OWN))
    }

    const CROP: Crop = Crop { x: 4, y: 3, width: 12, height: 9 };

    /// Black, but for what is painted here.
    fn alone(mask: &Mask, place: Rect) -> Mask {
        let mut black = Mask::black(mask.size());
        black.put(place, &mask.part(place));
        black
    }

    #[test]
    fn a_mask_turns_with_its_source() {
        let start = painted(mask_size(OWN));
        let cut = |edit| Whole::black(OWN).recut(&start, Edit::default(), edit);
        assert_eq!(cut(turned(1)), start.turned_right());
        assert_eq!(cut(Edit::default().flipped(OWN)), start.mirrored());
        assert_eq!(cut(turned(1).flipped(OWN)), start.turned_right().mirrored());
        assert_eq!(cut(turned(3).flipped(OWN)).mirrored().turned_right(), start);
    }

    #[test]
    fn every_edit_is_taken_back_exactly() {
        let start = painted(mask_size(OWN));
        for times in 0..4 {
            for edit in [turned(times), turned(times).flipped(OWN)] {
                let mut whole = Whole::black(OWN);
                let there = whole.recut(&start, Edit::default(), edit);
                assert_eq!(whole.recut(&there, edit, Edit::default()), start, "{edit:?}");
                let cropped = edit.cropped(CROP, OWN);
                let part = whole.recut(&start, Edit::default(), cropped);
                let (width, height) = cropped.edited_px(OWN);
                assert_eq!(part.size(), Size::new(width, height));
                assert_eq!(part, there.part(scaled(cropped.kept(OWN), edit.turned_px(OWN), there.size())));
                assert_eq!(whole.recut(&part, cropped, Edit::default()), start, "{cropped:?}");
            }
        }
    }

    #[test]
    fn what_is_painted_over_a_crop_is_in_its_place_without_it() {
        let cropped = Edit::default().cropped(CROP, OWN);
        let place = Rect { x: 4, y: 3, width: 12, height: 9 };
        let mask = painted(mask_size(OWN));
        let over = Whole::black(OWN).recut(&mask.part(place), cropped, Edit::default());
        assert_eq!(over, alone(&mask, place));
    }

    #[test]
    fn crops_of_a_large_source_keep_their_fineness() {
        // A pixel of the whole mask is four of the source's.
        let own = (8192, 4096);
        let at = |x, y| Edit::default().cropped(Crop { x, y, width: 64, height: 64 }, own);
        let start = painted(Size::new(64, 64));
        let moved = Whole::black(own).recut(&start, at(1000, 1000), at(1016, 1000));
        let kept = |x| Rect { x, y: 0, width: 48, height: 64 };
        assert_eq!(moved.part(kept(0)), start.part(kept(16)));
        assert_eq!(moved.part(Rect { x: 48, y: 0, width: 16, height: 64 }).share(), 0.0);
    }
}
