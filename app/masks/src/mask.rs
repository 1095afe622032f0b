//! The mask itself.

use crate::{
    geometry::{Rect, Size},
    resample::resample,
};

/// Longest side of a mask. A larger source's mask is painted smaller and scaled up with it: no brush is that fine.
pub const MOST_SIDE_PX: u32 = 2048;
/// Brightness from which a model draws a pixel anew; below it a pixel is only mixed from what there is.
pub const WHITE: u8 = 128;

/// Which part of a picture is drawn anew: one byte a pixel, row by row from the top left. 255 is drawn anew, 0 stays
/// as it is, and what is between is mixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    size: Size,
    values: Vec<u8>,
}

impl Mask {
    /// A mask under which everything stays.
    pub fn black(size: Size) -> Self {
        Self { size, values: vec![0; size.pixels()] }
    }

    /// A mask of these bytes; `None` unless there is one for each pixel.
    pub fn from_values(size: Size, values: Vec<u8>) -> Option<Self> {
        (values.len() == size.pixels()).then_some(Self { size, values })
    }

    /// A mask of as many bytes as it has pixels.
    pub(crate) fn of_values(size: Size, values: Vec<u8>) -> Self {
        debug_assert_eq!(values.len(), size.pixels());
        Self { size, values }
    }

    /// Width and height.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Its bytes, row by row.
    pub fn values(&self) -> &[u8] {
        &self.values
    }

    /// Whether all of it is black.
    pub fn is_black(&self) -> bool {
        self.values.iter().all(|&value| value == 0)
    }

    /// The share of the picture that is drawn anew, 0 to 1.
    pub fn share(&self) -> f64 {
        let white = self.values.iter().filter(|&&value| value >= WHITE).count();
        white as f64 / self.size.pixels() as f64
    }

    /// The mask for the same picture in another size: each pixel is the mean of those that it covers.
    #[must_use]
    pub fn resized(&self, size: Size) -> Self {
        match size == self.size {
            true => self.clone(),
            false => Self { size, values: resample(&self.values, self.size, size) },
        }
    }

    /// The mask for a picture of this size; `None` unless that has its shape.
    pub fn fitted(&self, size: Size) -> Option<Self> {
        self.size.has_shape_of(size).then(|| self.resized(size))
    }

    /// White and black, exchanged.
    pub(crate) fn invert(&mut self) {
        for value in &mut self.values {
            *value = u8::MAX - *value;
        }
    }

    /// A part of one row.
    pub(crate) fn span(&self, y: u32, x: u32, width: u32) -> &[u8] {
        let start = y as usize * self.size.width_px as usize + x as usize;
        self.values.get(start..start + width as usize).unwrap_or_default()
    }

    /// A part of one row, to be changed.
    pub(crate) fn span_mut(&mut self, y: u32, x: u32, width: u32) -> &mut [u8] {
        let start = y as usize * self.size.width_px as usize + x as usize;
        self.values.get_mut(start..start + width as usize).unwrap_or_default()
    }

    /// A part of the mask to lay over a picture: RGBA bytes of one colour, as opaque as the mask is white.
    pub fn tinted(&self, part: Rect, [red, green, blue]: [u8; 3]) -> Vec<u8> {
        let row_bytes = 4 * part.width as usize;
        let mut rgba = vec![0; row_bytes * part.height as usize];
        for (y, row) in (part.y..).zip(rgba.chunks_exact_mut(row_bytes.max(4))) {
            for (pixel, &value) in row.chunks_exact_mut(4).zip(self.span(y, part.x, part.width)) {
                pixel.copy_from_slice(&[red, green, blue, value]);
            }
        }
        rgba
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_has_a_byte_for_each_pixel() {
        let size = Size::new(3, 2);
        assert_eq!(Mask::from_values(size, vec![0; 5]), None);
        assert_eq!(Mask::from_values(size, vec![0; 6]), Some(Mask::black(size)));
    }

    #[test]
    fn the_share_counts_what_is_drawn_anew() {
        let mask = Mask::from_values(Size::new(4, 1), vec![0, 127, 128, 255]).unwrap();
        assert_eq!(mask.share(), 0.5);
        assert!(!mask.is_black() && Mask::black(Size::new(4, 1)).is_black());
    }

    #[test]
    fn a_tint_is_as_opaque_as_the_mask_is_white() {
        let mask = Mask::from_values(Size::new(3, 2), vec![0, 1, 2, 3, 4, 5]).unwrap();
        let part = Rect { x: 1, y: 0, width: 2, height: 2 };
        assert_eq!(mask.tinted(part, [9, 8, 7]), [9, 8, 7, 1, 9, 8, 7, 2, 9, 8, 7, 4, 9, 8, 7, 5]);
    }
}
