//! What a person does to a source before a picture is made from it.

use serde::{Deserialize, Serialize};

use crate::Crop;

/// Mirrored first, then turned, then cropped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Edit {
    /// Left and right have changed places.
    pub mirrored: bool,
    /// Clockwise, 0 to 3.
    pub quarter_turns: u8,
    /// What is kept of the mirrored and turned picture, in its pixels; all of it without.
    pub crop: Option<Crop>,
}

impl Edit {
    /// Whether the picture stays as it is.
    pub fn is_none(self) -> bool {
        self == Self::default()
    }

    /// The size that a picture of size `own_px` has once it is turned, before it is cropped.
    pub fn turned_px(self, own_px: (u32, u32)) -> (u32, u32) {
        if self.quarter_turns.is_multiple_of(2) { own_px } else { (own_px.1, own_px.0) }
    }

    /// The size of the result.
    pub fn edited_px(self, own_px: (u32, u32)) -> (u32, u32) {
        self.crop.map_or(self.turned_px(own_px), |crop| (crop.width, crop.height))
    }

    /// Turned by 90 degrees more; the crop keeps what it shows.
    #[must_use]
    pub fn turned_right(self, own_px: (u32, u32)) -> Self {
        let (_, height) = self.turned_px(own_px);
        let crop = self.crop.map(|crop| Crop {
            x: height - crop.y - crop.height,
            y: crop.x,
            width: crop.height,
            height: crop.width,
        });
        Self { quarter_turns: (self.quarter_turns + 1) % 4, crop, ..self }
    }

    /// Turned back by 90 degrees.
    #[must_use]
    pub fn turned_left(self, own_px: (u32, u32)) -> Self {
        self.turned_right(own_px).turned_right(own_px).turned_right(own_px)
    }

    /// Mirrored as it is shown: left and right change places, whichever way it is turned.
    #[must_use]
    pub fn flipped(self, own_px: (u32, u32)) -> Self {
        let (width, _) = self.turned_px(own_px);
        let crop = self.crop.map(|crop| Crop { x: width - crop.x - crop.width, ..crop });
        // A mirror after a turn is a mirror before the opposite turn.
        Self { mirrored: !self.mirrored, quarter_turns: (4 - self.quarter_turns) % 4, crop }
    }

    /// With another crop; one that is the whole picture is none.
    #[must_use]
    pub fn cropped(self, crop: Crop, own_px: (u32, u32)) -> Self {
        let turned_px = self.turned_px(own_px);
        let crop = crop.inside(turned_px);
        Self { crop: (crop != Crop::whole(turned_px)).then_some(crop), ..self }
    }

    /// What is kept, in pixels of the turned picture.
    pub fn kept(self, own_px: (u32, u32)) -> Crop {
        self.crop.unwrap_or(Crop::whole(self.turned_px(own_px)))
    }

    /// What a stored edit means for a picture of this size: one that does not fit it any more is dropped.
    #[must_use]
    pub fn suiting(self, own_px: (u32, u32)) -> Self {
        let turned_px = self.turned_px(own_px);
        let fits = self.quarter_turns < 4 && self.crop.is_none_or(|crop| crop == crop.inside(turned_px));
        if fits { self } else { Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: (u32, u32) = (30, 20);

    const fn crop(x: u32, y: u32, width: u32, height: u32) -> Crop {
        Crop { x, y, width, height }
    }

    /// Where the pixel `(x, y)` of the own picture is once edited, before the crop.
    fn place(edit: Edit, (mut x, mut y): (u32, u32)) -> (u32, u32) {
        let (mut width, mut height) = OWN;
        if edit.mirrored {
            x = width - 1 - x;
        }
        for _ in 0..edit.quarter_turns {
            (x, y) = (height - 1 - y, x);
            (width, height) = (height, width);
        }
        (x, y)
    }

    /// The own pixels that an edit keeps, for comparison.
    fn kept(edit: Edit) -> Vec<(u32, u32)> {
        let window = edit.kept(OWN);
        let inside = |(x, y): (u32, u32)| {
            (window.x..window.x + window.width).contains(&x)
                && (window.y..window.y + window.height).contains(&y)
        };
        (0..OWN.1)
            .flat_map(|y| (0..OWN.0).map(move |x| (x, y)))
            .filter(|&own| inside(place(edit, own)))
            .collect()
    }

    #[test]
    fn turning_and_flipping_keep_what_the_crop_shows() {
        let start = Edit { crop: Some(crop(3, 5, 11, 7)), ..Edit::default() };
        let shown = kept(start);
        let mut edit = start;
        for step in 0..4 {
            edit = edit.turned_right(OWN);
            assert_eq!(kept(edit), shown, "after {} turns", step + 1);
            let flipped = edit.flipped(OWN);
            assert_eq!(kept(flipped), shown, "flipped after {} turns", step + 1);
            assert_eq!(flipped.flipped(OWN), edit, "twice flipped is not flipped");
        }
        assert_eq!(edit, start, "four turns are none");
        assert_eq!(start.turned_right(OWN).turned_left(OWN), start);
    }

    #[test]
    fn a_flip_mirrors_what_is_shown() {
        for turns in 0..4 {
            let mut edit = Edit::default();
            for _ in 0..turns {
                edit = edit.turned_right(OWN);
            }
            let (width, _) = edit.turned_px(OWN);
            let (x, y) = place(edit, (4, 9));
            assert_eq!(place(edit.flipped(OWN), (4, 9)), (width - 1 - x, y), "{turns} turns");
        }
    }

    #[test]
    fn sizes_follow() {
        let edit = Edit::default().turned_right(OWN);
        assert_eq!((edit.turned_px(OWN), edit.edited_px(OWN)), ((20, 30), (20, 30)));
        let edit = edit.cropped(crop(2, 3, 10, 5), OWN);
        assert_eq!(edit.edited_px(OWN), (10, 5));
        assert_eq!(edit.cropped(crop(0, 0, 99, 99), OWN).crop, None, "all of the picture is no crop");
    }

    #[test]
    fn a_stored_edit_of_another_picture_is_dropped() {
        let edit = Edit { crop: Some(crop(3, 5, 11, 7)), ..Edit::default() };
        assert_eq!(edit.suiting(OWN), edit);
        assert_eq!(edit.suiting((8, 8)), Edit::default());
        assert_eq!(Edit { quarter_turns: 7, ..Edit::default() }.suiting(OWN), Edit::default());
    }

    #[test]
    fn edits_of_another_version_are_read_as_far_as_they_go() {
        let edit: Edit = serde_json::from_str(r#"{"quarter_turns":1,"tilt":0.5}"#).unwrap();
        assert_eq!(edit, Edit { quarter_turns: 1, ..Edit::default() });
    }
}
