//! A mask goes with its picture when that is mirrored, turned or cropped.

use crate::{
    geometry::{Rect, Size},
    mask::Mask,
};

impl Mask {
    /// Left and right have changed places.
    #[must_use]
    pub fn mirrored(&self) -> Self {
        let rows = self.values().chunks_exact(self.size().width_px as usize);
        let values = rows.flat_map(|row| row.iter().rev()).copied().collect();
        Self::of_values(self.size(), values)
    }

    /// Turned clockwise by 90 degrees.
    #[must_use]
    pub fn turned_right(&self) -> Self {
        let Size { width_px, height_px } = self.size();
        let (width, height) = (width_px as usize, height_px as usize);
        // A row of the turned mask is a column of this one, from the bottom up.
        let column = |x: usize| (0..height).rev().map(move |y| self.values()[y * width + x]);
        Self::of_values(Size::new(height_px, width_px), (0..width).flat_map(column).collect())
    }

    /// The part of it in a rectangle that lies inside.
    #[must_use]
    pub fn part(&self, part: Rect) -> Self {
        let rows = part.y..part.y + part.height;
        let values = rows.flat_map(|y| self.span(y, part.x, part.width)).copied().collect();
        Self::of_values(Size::new(part.width, part.height), values)
    }

    /// Puts another mask, scaled, in the place of a rectangle that lies inside.
    pub fn put(&mut self, part: Rect, mask: &Self) {
        let scaled = mask.resized(Size::new(part.width, part.height));
        for (y, row) in (part.y..).zip(scaled.values().chunks_exact(part.width as usize)) {
            self.span_mut(y, part.x, part.width).copy_from_slice(row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::noise;

    fn mask(width_px: u32, height_px: u32, values: &[u8]) -> Mask {
        Mask::from_values(Size::new(width_px, height_px), values.to_vec()).unwrap()
    }

    #[test]
    fn a_mask_is_mirrored_and_turned() {
        let start = mask(3, 2, &[1, 2, 3, 4, 5, 6]);
        assert_eq!(start.mirrored(), mask(3, 2, &[3, 2, 1, 6, 5, 4]));
        assert_eq!(start.turned_right(), mask(2, 3, &[4, 1, 5, 2, 6, 3]));
        let noise = noise(Size::new(31, 17), 5);
        assert_eq!(noise.mirrored().mirrored(), noise);
        assert_eq!(noise.turned_right().turned_right().turned_right().turned_right(), noise);
    }

    #[test]
    fn a_part_is_taken_out_and_put_back() {
        let noise = noise(Size::new(31, 17), 6);
        let place = Rect { x: 4, y: 3, width: 20, height: 14 };
        let part = noise.part(place);
        assert_eq!(part.size(), Size::new(20, 14));
        assert_eq!(part.span(2, 1, 19), noise.span(5, 5, 19));
        let mut black = Mask::black(noise.size());
        black.put(place, &part);
        assert_eq!(black.part(place), part);
        assert_eq!(black.span(2, 0, 31), [0; 31], "beside it nothing changes");
        black.put(place, &mask(1, 1, &[9]));
        assert_eq!(black.part(place).values(), [9; 280], "it is scaled to its place");
    }
}
