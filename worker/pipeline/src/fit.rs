//! How a source, and its mask, come to proportions other than their own.

use image::{GrayImage, ImageBuffer, Luma, Pixel, Rgb, RgbImage, imageops};

use crate::{area::Area, resample::resized};

/// How a source is brought to the size asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SourceFit {
    /// It is stretched, as the reference does.
    #[default]
    Stretch,
    /// As much of its middle as has the right proportions is kept.
    Crop,
    /// All of it is laid in the middle of a ground of the mean colour of its edge. In a mask the ground is white:
    /// there is nothing of the source to keep.
    Pad,
}

impl SourceFit {
    /// The source at exactly this size.
    pub(crate) fn picture(self, source: &RgbImage, size: (u32, u32)) -> RgbImage {
        let part = self.part(source.dimensions(), size);
        let inner = self.inner(source.dimensions(), size).size();
        let inner = resized(&part.of_picture(source), inner);
        self.laid_on(inner, source.dimensions(), size, || edge_colour(source))
    }

    /// The mask of a source of size `source`, whatever size the mask itself has, at exactly this size.
    pub(crate) fn mask(self, mask: &GrayImage, source: (u32, u32), size: (u32, u32)) -> GrayImage {
        let whole = match self {
            Self::Stretch => mask.clone(),
            Self::Crop | Self::Pad => resized(mask, source),
        };
        let part = self.part(whole.dimensions(), size);
        let inner = self.inner(source, size);
        let inner = resized(&part.of_mask(&whole), inner.size());
        self.laid_on(inner, source, size, || Luma([u8::MAX]))
    }

    /// What is kept of a picture of size `own`.
    fn part(self, own: (u32, u32), size: (u32, u32)) -> Area {
        match self {
            Self::Crop => middle(own, size),
            Self::Stretch | Self::Pad => Area::whole(own),
        }
    }

    /// Where what is kept lies in the result.
    fn inner(self, own: (u32, u32), size: (u32, u32)) -> Area {
        match self {
            Self::Pad => middle(size, own),
            Self::Stretch | Self::Crop => Area::whole(size),
        }
    }

    fn laid_on<P: Pixel<Subpixel = u8> + 'static>(
        self,
        inner: ImageBuffer<P, Vec<u8>>,
        own: (u32, u32),
        size: (u32, u32),
        ground: impl FnOnce() -> P,
    ) -> ImageBuffer<P, Vec<u8>> {
        if inner.dimensions() == size {
            return inner;
        }
        let at = self.inner(own, size);
        let mut whole = ImageBuffer::from_pixel(size.0, size.1, ground());
        imageops::replace(&mut whole, &inner, i64::from(at.x), i64::from(at.y));
        whole
    }
}

/// The largest area in the middle of a picture of size `own` that has the proportions of `size`, to the pixel.
fn middle((width, height): (u32, u32), size: (u32, u32)) -> Area {
    let (wide, tall) = (u64::from(width) * u64::from(size.1), u64::from(height) * u64::from(size.0));
    // Rounded to the nearest pixel; never more than there is, never nothing.
    let side = |product: u64, by: u32, most: u32| {
        let by = u64::from(by.max(1));
        u32::try_from((product + by / 2) / by).unwrap_or(most).clamp(1, most.max(1))
    };
    let (kept_width, kept_height) =
        if wide > tall { (side(tall, size.1, width), height) } else { (width, side(wide, size.0, height)) };
    Area {
        x: (width - kept_width) / 2,
        y: (height - kept_height) / 2,
        width: kept_width,
        height: kept_height,
    }
}

/// The mean of the outermost pixels.
fn edge_colour(picture: &RgbImage) -> Rgb<u8> {
    let (width, height) = picture.dimensions();
    let (mut sums, mut count) = ([0_u64; 3], 0_u64);
    let mut add = |x: u32, y: u32| {
        if let Some(pixel) = picture.get_pixel_checked(x, y) {
            sums.iter_mut().zip(pixel.0).for_each(|(sum, value)| *sum += u64::from(value));
            count += 1;
        }
    };
    for x in 0..width {
        add(x, 0);
        add(x, height - 1);
    }
    for y in 0..height {
        add(0, y);
        add(width - 1, y);
    }
    Rgb(sums.map(|sum| ((sum + count / 2) / count.max(1)) as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Left half black, right half white, with a red frame of one pixel.
    fn framed(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            let edge = x == 0 || y == 0 || x == width - 1 || y == height - 1;
            if edge { Rgb([200, 0, 0]) } else { Rgb([if x < width / 2 { 0 } else { 255 }; 3]) }
        })
    }

    #[test]
    fn the_middle_has_the_proportions_and_stays_inside() {
        assert_eq!(middle((200, 100), (64, 64)), Area { x: 50, y: 0, width: 100, height: 100 });
        assert_eq!(middle((100, 200), (64, 32)), Area { x: 0, y: 75, width: 100, height: 50 });
        assert_eq!(middle((101, 67), (101, 67)), Area::whole((101, 67)));
        for own in [(1, 1), (1, 4000), (4000, 1), (7, 3), (1000, 999)] {
            for size in [(64, 64), (2048, 8), (8, 2048), (96, 64)] {
                let Area { x, y, width, height } = middle(own, size);
                assert!(
                    width > 0 && height > 0 && x + width <= own.0 && y + height <= own.1,
                    "{own:?} {size:?}"
                );
                assert!(width == own.0 || height == own.1, "{own:?} {size:?} keeps less than it could");
            }
        }
    }

    #[test]
    fn every_fit_has_the_size_asked_for() {
        for fit in [SourceFit::Stretch, SourceFit::Crop, SourceFit::Pad] {
            for size in [(64, 64), (96, 32), (8, 128), (40, 20)] {
                assert_eq!(fit.picture(&framed(40, 20), size).dimensions(), size, "{fit:?}");
                let mask = fit.mask(&GrayImage::new(10, 5), (40, 20), size);
                assert_eq!(mask.dimensions(), size, "{fit:?}");
            }
            let own = framed(40, 20);
            assert_eq!(fit.picture(&own, (40, 20)), own, "{fit:?} of the own size changes nothing");
        }
    }

    #[test]
    fn cropping_loses_the_ends_and_nothing_else() {
        let cropped = SourceFit::Crop.picture(&framed(40, 20), (20, 20));
        assert_eq!(cropped.get_pixel(0, 10).0, [0; 3], "the frame on the left is gone");
        assert_eq!(cropped.get_pixel(19, 10).0, [255; 3]);
        assert_eq!(cropped.get_pixel(10, 0).0, [200, 0, 0], "the frame above is there");
    }

    #[test]
    fn padding_keeps_all_and_has_the_colour_of_the_edge() {
        let source = framed(40, 20);
        let padded = SourceFit::Pad.picture(&source, (40, 40));
        assert_eq!(imageops::crop_imm(&padded, 0, 10, 40, 20).to_image(), source);
        for (x, y) in [(0, 0), (39, 9), (20, 30), (0, 39)] {
            assert_eq!(padded.get_pixel(x, y).0, [200, 0, 0], "the ground at {x}, {y}");
        }
    }

    #[test]
    fn a_mask_goes_where_its_source_goes() {
        // White on the right half, at half the source's size.
        let mask = GrayImage::from_fn(20, 10, |x, _| Luma([if x < 10 { 0 } else { 255 }]));
        let cropped = SourceFit::Crop.mask(&mask, (40, 20), (20, 20));
        assert_eq!((cropped.get_pixel(2, 10).0, cropped.get_pixel(17, 10).0), ([0], [255]));
        let padded = SourceFit::Pad.mask(&mask, (40, 20), (40, 40));
        assert_eq!((padded.get_pixel(5, 20).0, padded.get_pixel(35, 20).0), ([0], [255]));
        assert_eq!(
            (padded.get_pixel(5, 2).0, padded.get_pixel(5, 38).0),
            ([255], [255]),
            "the ground is new"
        );
    }
}
