//! Which part of a picture is generated.

use image::{GrayImage, RgbImage, imageops};

/// A rectangle of pixels inside a picture, never empty unless the picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Area {
    /// All of a picture of this size.
    pub(crate) fn whole((width, height): (u32, u32)) -> Self {
        Self { x: 0, y: 0, width, height }
    }

    /// The smallest area that holds every pixel of the mask that is not black; `None` when all are black.
    pub(crate) fn around(mask: &GrayImage) -> Option<Self> {
        let (mut low, mut high) = ((u32::MAX, u32::MAX), None);
        for (x, y, _) in mask.enumerate_pixels().filter(|(.., pixel)| pixel.0[0] > 0) {
            low = (x.min(low.0), y.min(low.1));
            let (right, bottom) = high.unwrap_or((x, y));
            high = Some((x.max(right), y.max(bottom)));
        }
        let (right, bottom) = high?;
        Some(Self { x: low.0, y: low.1, width: right - low.0 + 1, height: bottom - low.1 + 1 })
    }

    /// Grown by `padding_px` on every side, as far as a picture of this size reaches.
    pub(crate) fn padded(self, padding_px: u32, (width, height): (u32, u32)) -> Self {
        let span = |start: u32, len: u32, limit: u32| {
            let low = start.saturating_sub(padding_px);
            (low, start.saturating_add(len).saturating_add(padding_px).min(limit) - low)
        };
        let ((x, width), (y, height)) = (span(self.x, self.width, width), span(self.y, self.height, height));
        Self { x, y, width, height }
    }

    /// Grown in one direction to the proportions of `size`, evenly on both sides, but pushed back into a picture of
    /// the size `picture`. Where the picture is too small for these proportions, the area spans all of it in that
    /// direction, and what is generated for it is squeezed.
    pub(crate) fn with_proportions(self, size: (u32, u32), picture: (u32, u32)) -> Self {
        let (wide, tall) =
            (u64::from(self.width) * u64::from(size.1), u64::from(self.height) * u64::from(size.0));
        let grown = |start: u32, len: u32, wanted: u64, limit: u32| {
            let len_after = u32::try_from(wanted).unwrap_or(u32::MAX).clamp(len, limit.max(len));
            let before = (len_after - len) / 2;
            (start.saturating_sub(before).min(limit.saturating_sub(len_after)), len_after)
        };
        if wide < tall {
            let wanted = tall.div_ceil(u64::from(size.1.max(1)));
            let (x, width) = grown(self.x, self.width, wanted, picture.0);
            Self { x, width, ..self }
        } else {
            let wanted = wide.div_ceil(u64::from(size.0.max(1)));
            let (y, height) = grown(self.y, self.height, wanted, picture.1);
            Self { y, height, ..self }
        }
    }

    /// Width and height.
    pub(crate) fn size(self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// This part of a picture.
    pub(crate) fn of_picture(self, picture: &RgbImage) -> RgbImage {
        imageops::crop_imm(picture, self.x, self.y, self.width, self.height).to_image()
    }

    /// This part of a mask.
    pub(crate) fn of_mask(self, mask: &GrayImage) -> GrayImage {
        imageops::crop_imm(mask, self.x, self.y, self.width, self.height).to_image()
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    const fn area(x: u32, y: u32, width: u32, height: u32) -> Area {
        Area { x, y, width, height }
    }

    fn mask(size: (u32, u32), white: Area) -> GrayImage {
        let inside = |at: u32, start: u32, len: u32| (start..start + len).contains(&at);
        GrayImage::from_fn(size.0, size.1, |x, y| {
            Luma([u8::from(inside(x, white.x, white.width) && inside(y, white.y, white.height))])
        })
    }

    /// Picture, white part, padding, size to generate, and the area to expect.
    type Sides = (u32, u32);

    const CASES: &[(Sides, Area, u32, Sides, Area)] = &[
        // The middle, then each corner.
        ((200, 100), area(90, 40, 20, 10), 0, (64, 64), area(90, 35, 20, 20)),
        ((200, 100), area(0, 0, 10, 20), 5, (64, 64), area(0, 0, 25, 25)),
        ((200, 100), area(190, 0, 10, 20), 5, (64, 64), area(175, 0, 25, 25)),
        ((200, 100), area(0, 90, 20, 10), 5, (64, 64), area(0, 75, 25, 25)),
        ((200, 100), area(199, 99, 1, 1), 0, (64, 64), area(199, 99, 1, 1)),
        // One pixel, the whole picture, a picture that is too small for the proportions.
        ((99, 77), area(50, 33, 1, 1), 32, (64, 64), area(18, 1, 65, 65)),
        ((99, 77), area(0, 0, 99, 77), 32, (64, 64), area(0, 0, 99, 77)),
        ((3, 2), area(1, 0, 1, 2), 32, (512, 512), area(0, 0, 3, 2)),
        ((1, 1), area(0, 0, 1, 1), 0, (512, 64), area(0, 0, 1, 1)),
        // Extreme proportions of mask, picture and size.
        ((1000, 10), area(500, 2, 300, 3), 0, (64, 64), area(500, 0, 300, 10)),
        ((1000, 1000), area(0, 500, 1000, 1), 0, (64, 64), area(0, 0, 1000, 1000)),
        ((4000, 4000), area(10, 10, 8, 8), u32::MAX, (2048, 8), area(0, 0, 4000, 4000)),
        ((500, 500), area(240, 240, 10, 10), 0, (2048, 8), area(0, 240, 500, 10)),
    ];

    #[test]
    fn areas_hold_the_mask_and_stay_in_the_picture() {
        for &(picture, white, padding, size, expected) in CASES {
            let found = Area::around(&mask(picture, white)).unwrap();
            assert_eq!(found, white);
            let area = found.padded(padding, picture).with_proportions(size, picture);
            assert_eq!(area, expected, "{picture:?} {white:?}");
            assert!(area.x <= white.x && area.x + area.width >= white.x + white.width, "{area:?}");
            assert!(area.y <= white.y && area.y + area.height >= white.y + white.height, "{area:?}");
            assert!(area.x + area.width <= picture.0 && area.y + area.height <= picture.1, "{area:?}");
            let off = u64::from(area.width) * u64::from(size.1);
            let off = off.abs_diff(u64::from(area.height) * u64::from(size.0));
            let spans = area.width == picture.0 || area.height == picture.1;
            assert!(spans || off <= u64::from(size.0.max(size.1)), "{area:?} is not {size:?}");
        }
    }

    #[test]
    fn a_black_mask_has_no_area() {
        assert_eq!(Area::around(&GrayImage::new(4, 4)), None);
    }
}
