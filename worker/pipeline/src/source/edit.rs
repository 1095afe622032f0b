//! Mirrored, turned, cut: what a person does to a source before a picture is made from it.

use image::{RgbImage, imageops};

use super::SourceError;

/// A rectangle of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crop {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// How a picture is changed: mirrored first, then turned, then cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Edit {
    /// Left and right change places.
    pub mirrored: bool,
    /// Clockwise, each by 90 degrees; four are none.
    pub quarter_turns: u8,
    /// What is kept; all of the picture without.
    pub crop: Option<Crop>,
}

impl Edit {
    /// Whether the picture stays as it is.
    pub fn is_none(self) -> bool {
        !self.mirrored && self.quarter_turns.is_multiple_of(4) && self.crop.is_none()
    }

    /// The changed picture: pixels are moved and left out, none is computed.
    ///
    /// # Errors
    /// [`SourceError::CropOutside`] when the rectangle is empty or does not lie in the picture.
    pub fn apply(self, picture: RgbImage) -> Result<RgbImage, SourceError> {
        let picture = if self.mirrored { imageops::flip_horizontal(&picture) } else { picture };
        let picture = match self.quarter_turns % 4 {
            1 => imageops::rotate90(&picture),
            2 => imageops::rotate180(&picture),
            3 => imageops::rotate270(&picture),
            _ => picture,
        };
        let Some(Crop { x, y, width, height }) = self.crop else { return Ok(picture) };
        let ends_inside = |start: u32, len: u32, limit: u32| {
            len > 0 && start.checked_add(len).is_some_and(|end| end <= limit)
        };
        if !ends_inside(x, width, picture.width()) || !ends_inside(y, height, picture.height()) {
            return Err(SourceError::CropOutside { width_px: picture.width(), height_px: picture.height() });
        }
        Ok(imageops::crop_imm(&picture, x, y, width, height).to_image())
    }
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    /// `1 2 3` over `4 5 6`.
    fn picture() -> RgbImage {
        RgbImage::from_fn(3, 2, |x, y| Rgb([(1 + x + 3 * y) as u8; 3]))
    }

    fn rows(picture: &RgbImage) -> Vec<Vec<u8>> {
        picture.rows().map(|row| row.map(|pixel| pixel.0[0]).collect()).collect()
    }

    fn edited(edit: Edit) -> Vec<Vec<u8>> {
        rows(&edit.apply(picture()).unwrap())
    }

    #[test]
    fn turns_are_clockwise_and_come_after_the_mirror() {
        let turned = |quarter_turns, mirrored| edited(Edit { mirrored, quarter_turns, crop: None });
        assert_eq!(turned(0, false), [[1, 2, 3], [4, 5, 6]]);
        assert_eq!(turned(1, false), [[4, 1], [5, 2], [6, 3]]);
        assert_eq!(turned(2, false), [[6, 5, 4], [3, 2, 1]]);
        assert_eq!(turned(3, false), [[3, 6], [2, 5], [1, 4]]);
        assert_eq!(turned(0, true), [[3, 2, 1], [6, 5, 4]]);
        assert_eq!(turned(1, true), [[6, 3], [5, 2], [4, 1]]);
        assert_eq!(turned(5, false), turned(1, false));
    }

    #[test]
    fn the_cut_is_made_in_the_turned_picture() {
        let crop = Some(Crop { x: 1, y: 1, width: 1, height: 2 });
        assert_eq!(edited(Edit { mirrored: false, quarter_turns: 1, crop }), [[2], [3]]);
    }

    #[test]
    fn a_cut_outside_the_picture_is_refused() {
        for (x, y, width, height) in
            [(0, 0, 4, 1), (3, 0, 1, 1), (0, 0, 1, 0), (u32::MAX, 0, 2, 1), (0, 2, 1, 1)]
        {
            let edit = Edit { crop: Some(Crop { x, y, width, height }), ..Edit::default() };
            let refused = edit.apply(picture());
            assert_eq!(refused, Err(SourceError::CropOutside { width_px: 3, height_px: 2 }), "{edit:?}");
        }
    }

    #[test]
    fn nothing_to_do_is_told_from_something() {
        assert!(Edit::default().is_none() && Edit { quarter_turns: 4, ..Edit::default() }.is_none());
        assert!(!Edit { quarter_turns: 2, ..Edit::default() }.is_none());
        assert!(!Edit { mirrored: true, ..Edit::default() }.is_none());
    }
}
