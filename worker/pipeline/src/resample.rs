//! Other sizes for pictures, to the bit as Pillow makes them (`Image.resize` with `LANCZOS`), for diffusers resizes sources
//! and masks so: what a network is given of a resized source is then the same there and here.
//!
//! Each pixel of the result is a weighted sum of pixels of the source, in whole numbers: first along the rows, rounded to
//! bytes, then along the columns (Pillow 13, `src/libImaging/Resample.c`).

use std::{borrow::Cow, f64::consts::PI};

use image::{ImageBuffer, Pixel};

/// How far the filter reaches, in pixels of the coarser picture.
const REACH: f64 = 3.0;
/// Weights are in units of `2^-22`: 32 bits hold a byte times a weight with two bits to spare, for lobes below zero.
const PRECISION_BITS: u32 = 32 - 8 - 2;
const HALF: i32 = 1 << (PRECISION_BITS - 1);

/// What one pixel of the result is made of along a line: neighbours in the source, and how much each counts.
struct Taps {
    first: usize,
    weights: Vec<i32>,
}

/// Lanczos' filter with three lobes: `sinc(x) sinc(x / 3)`.
fn lanczos(x: f64) -> f64 {
    let sinc = |x: f64| if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) };
    if (-REACH..REACH).contains(&x) { sinc(x) * sinc(x / REACH) } else { 0.0 }
}

/// For each of `to` pixels, what it is made of among `from`.
fn taps(from: u32, to: u32) -> Vec<Taps> {
    let scale = f64::from(from) / f64::from(to);
    // Enlarging interpolates between neighbours; making smaller averages over all that come together.
    let stretch = scale.max(1.0);
    let (reach, shrink) = (REACH * stretch, 1.0 / stretch);
    let of_pixel = |at: u32| {
        let center = (f64::from(at) + 0.5) * scale;
        let first = (center - reach + 0.5).max(0.0) as usize;
        let end = ((center + reach + 0.5) as usize).min(from as usize);
        let weigh = |x: usize| lanczos((x as f64 - center + 0.5) * shrink);
        let weights: Vec<f64> = (first..end).map(weigh).collect();
        let sum: f64 = weights.iter().sum();
        let whole = |weight: &f64| {
            let weight = weight / sum * f64::from(1 << PRECISION_BITS);
            (weight + 0.5_f64.copysign(weight)) as i32
        };
        Taps { first, weights: weights.iter().map(whole).collect() }
    };
    (0..to).map(of_pixel).collect()
}

fn byte(sum: i32) -> u8 {
    (sum >> PRECISION_BITS).clamp(0, 255) as u8
}

/// Lines of `N` values a pixel, each brought to as many pixels as there are taps.
fn along_rows<const N: usize>(bytes: &[u8], width: u32, taps: &[Taps]) -> Vec<u8> {
    let rows = bytes.chunks_exact(width as usize * N);
    rows.flat_map(|row| {
        let (pixels, _) = row.as_chunks::<N>();
        taps.iter().flat_map(move |Taps { first, weights }| {
            let mut sums = [HALF; N];
            for (pixel, weight) in pixels.iter().skip(*first).zip(weights) {
                for (sum, value) in sums.iter_mut().zip(pixel) {
                    *sum += i32::from(*value) * weight;
                }
            }
            sums.map(byte)
        })
    })
    .collect()
}

/// Lines of `line` bytes, brought to as many lines as there are taps.
fn along_columns(bytes: &[u8], line: usize, taps: &[Taps]) -> Vec<u8> {
    taps.iter()
        .flat_map(|Taps { first, weights }| {
            let mut sums = vec![HALF; line];
            for (row, weight) in bytes.chunks_exact(line).skip(*first).zip(weights) {
                for (sum, value) in sums.iter_mut().zip(row) {
                    *sum += i32::from(*value) * weight;
                }
            }
            sums.into_iter().map(byte)
        })
        .collect()
}

/// The picture at exactly this size, whatever its proportions. Neither size may be nought.
pub(crate) fn resized<P: Pixel<Subpixel = u8>>(
    picture: &ImageBuffer<P, Vec<u8>>,
    (width_px, height_px): (u32, u32),
) -> ImageBuffer<P, Vec<u8>> {
    let (own_width, own_height) = picture.dimensions();
    let values = usize::from(P::CHANNEL_COUNT);
    let along_rows = match values {
        1 => along_rows::<1>,
        3 => along_rows::<3>,
        _ => along_rows::<4>,
    };
    let bytes: &[u8] = picture.as_raw();
    let bytes = match width_px == own_width {
        true => Cow::Borrowed(bytes),
        false => Cow::Owned(along_rows(bytes, own_width, &taps(own_width, width_px))),
    };
    let bytes = match height_px == own_height {
        true => bytes,
        false => Cow::Owned(along_columns(&bytes, width_px as usize * values, &taps(own_height, height_px))),
    };
    let mut result = ImageBuffer::new(width_px, height_px);
    result.iter_mut().zip(bytes.iter()).for_each(|(value, byte)| *value = *byte);
    result
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma, Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    fn value(x: u32, y: u32, channel: u32) -> u8 {
        ((x * 37 + y * 91 + channel * 53).pow(2) % 256) as u8
    }

    fn grey(width: u32, height: u32) -> GrayImage {
        GrayImage::from_fn(width, height, |x, y| Luma([value(x, y, 0)]))
    }

    // What Pillow 13 makes of the same values: `Image.fromarray(...).resize(size, Image.Resampling.LANCZOS)`.
    #[test]
    fn pictures_are_resized_as_pillow_does_it() {
        let made = resized(&grey(7, 5), (4, 3)).into_raw();
        assert_eq!(made, [45, 75, 98, 166, 76, 51, 74, 101, 85, 73, 51, 78]);
        let made = resized(&grey(5, 4), (8, 6)).into_raw();
        assert_eq!(
            made,
            [
                0, 32, 106, 121, 65, 24, 101, 171, 44, 32, 44, 94, 100, 64, 73, 91, 115, 58, 0, 38, 101, 113,
                63, 21, 111, 104, 66, 5, 23, 98, 105, 83, 56, 85, 105, 64, 25, 34, 79, 110, 19, 52, 104, 121,
                61, 0, 40, 99
            ]
        );
        let made = resized(&grey(64, 48), (5, 4)).into_raw();
        assert_eq!(
            made,
            [89, 82, 105, 127, 105, 83, 88, 81, 111, 126, 97, 83, 88, 82, 110, 129, 95, 84, 88, 82]
        );
        let made = resized(&grey(6, 4), (6, 7)).into_raw();
        assert_eq!(
            made,
            [
                0, 102, 98, 25, 159, 177, 24, 56, 105, 52, 106, 177, 82, 2, 94, 95, 37, 151, 117, 30, 30,
                117, 52, 74, 95, 94, 2, 82, 103, 33, 52, 105, 56, 24, 99, 72, 25, 98, 102, 0, 85, 112
            ]
        );
    }

    #[test]
    fn every_value_of_a_pixel_goes_its_own_way() {
        let colours = RgbImage::from_fn(9, 7, |x, y| Rgb([0, 1, 2].map(|channel| value(x, y, channel))));
        let small = resized(&colours, (4, 5));
        for channel in 0..3 {
            let alone = GrayImage::from_fn(9, 7, |x, y| Luma([value(x, y, channel)]));
            let of_small = small.pixels().map(|pixel| pixel.0[channel as usize]).collect::<Vec<_>>();
            assert_eq!(of_small, resized(&alone, (4, 5)).into_raw());
        }
        let opaque = RgbaImage::from_pixel(5, 3, Rgba([10, 200, 30, 255]));
        assert_eq!(resized(&opaque, (13, 2)), RgbaImage::from_pixel(13, 2, Rgba([10, 200, 30, 255])));
    }

    #[test]
    fn of_the_same_size_nothing_changes_and_single_pixels_spread() {
        assert_eq!(resized(&grey(6, 4), (6, 4)), grey(6, 4));
        assert_eq!(resized(&GrayImage::from_pixel(1, 1, Luma([77])), (3, 2)).into_raw(), [77; 6]);
        assert_eq!(resized(&GrayImage::from_pixel(300, 200, Luma([77])), (1, 1)).into_raw(), [77]);
    }
}
