//! Soft edges for masks.
//!
//! With a feather of `f` pixels the opacity at a pixel `p` is
//! `max(mask(p), s(1 - d(p) / f))` with `s(t) = t² (3 - 2t)` for `t > 0`, else 0,
//! where `d(p)` is the Euclidean distance from `p` to the nearest white pixel, between centres. So the edge falls
//! smoothly from white over `f` pixels outside of it, and a black pixel at distance `f` or more stays exactly 0.
//!
//! Distances are exact, in integers, by the two passes of Meijster, Roerdink and Hesselink ("A General Algorithm for
//! Computing Distance Transforms in Linear Time", 2000), in time that does not depend on `f`.

use image::{GrayImage, Luma};

use crate::mask::WHITE;

/// The mask with its edge softened over `feather_px` pixels outside of it; as it is for 0.
pub(crate) fn feathered(mask: GrayImage, feather_px: u32) -> GrayImage {
    if feather_px == 0 || !mask.pixels().any(is_white) {
        return mask;
    }
    let squared = squared_distances(&mask);
    let reach = f64::from(feather_px);
    let mut soft = mask;
    for (pixel, &squared) in soft.pixels_mut().zip(&squared) {
        let t = 1.0 - (squared as f64).sqrt() / reach;
        if t > 0.0 {
            let ramp = (255.0 * t * t * (3.0 - 2.0 * t)).round() as u8;
            *pixel = Luma([pixel.0[0].max(ramp)]);
        }
    }
    soft
}

fn is_white(pixel: &Luma<u8>) -> bool {
    pixel.0[0] >= WHITE
}

/// For each pixel, row by row, the square of the distance to the nearest white one. There must be one.
fn squared_distances(mask: &GrayImage) -> Vec<i64> {
    let width = mask.width() as usize;
    let columns = distances_in_columns(mask);
    columns.chunks_exact(width.max(1)).flat_map(nearest_in_row).collect()
}

/// For each pixel the distance to the nearest white one above or below it, or more than any distance in the mask.
fn distances_in_columns(mask: &GrayImage) -> Vec<i64> {
    let width = mask.width() as usize;
    let far = i64::from(mask.width()) + i64::from(mask.height());
    let mut distances: Vec<i64> = mask.pixels().map(|pixel| if is_white(pixel) { 0 } else { far }).collect();
    let mut sweep = |rows: &mut dyn Iterator<Item = usize>| {
        let mut last = vec![far; width];
        for row in rows {
            let row = distances.iter_mut().skip(row * width).take(width);
            for (distance, last) in row.zip(&mut last) {
                *distance = (*distance).min(*last + 1).min(far);
                *last = *distance;
            }
        }
    };
    let height = mask.height() as usize;
    sweep(&mut (0..height));
    sweep(&mut (0..height).rev());
    distances
}

/// Squared distances along a row, from the distances `g` within its columns: the lower envelope of the parabolas
/// `(x - i)² + g(i)²`.
fn nearest_in_row(g: &[i64]) -> Vec<i64> {
    let parabola = |x: i64, (i, g): (i64, i64)| (x - i) * (x - i) + g * g;
    // Each parabola that is lowest somewhere, and the first `x` where it is.
    let mut lowest: Vec<((i64, i64), i64)> = Vec::with_capacity(g.len());
    let end = g.len() as i64;
    for vertex in (0..).zip(g.iter().copied()) {
        while lowest.last().is_some_and(|&(other, from)| parabola(from, other) > parabola(from, vertex)) {
            lowest.pop();
        }
        let from = match lowest.last() {
            None => 0,
            Some(&((i, g), _)) => {
                let (u, h) = vertex;
                1 + (u * u - i * i + h * h - g * g).div_euclid(2 * (u - i))
            }
        };
        if from < end {
            lowest.push((vertex, from));
        }
    }
    let mut row = vec![0; g.len()];
    let ends = lowest.iter().skip(1).map(|&(_, from)| from).chain([end]);
    for (&(vertex, from), end) in lowest.iter().zip(ends) {
        for x in from..end {
            if let Some(value) = row.get_mut(x as usize) {
                *value = parabola(x, vertex);
            }
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use sampling::{NoiseSource, Philox};

    use super::*;

    /// A mask in which about one pixel of `rarity` is white, and some others are grey.
    fn random_mask(width: u32, height: u32, threshold: f32, seed: u64) -> GrayImage {
        let noise = Philox::new(seed).draw((width * height) as usize).unwrap();
        let bytes = noise.iter().map(|&value| match value {
            value if value > threshold => 255,
            value if value < -threshold => 60,
            _ => 0,
        });
        GrayImage::from_raw(width, height, bytes.collect()).unwrap()
    }

    fn brute_force(mask: &GrayImage) -> Vec<i64> {
        let square = |a: u32, b: u32| (i64::from(a) - i64::from(b)).pow(2);
        let whites: Vec<_> = mask.enumerate_pixels().filter(|(.., pixel)| is_white(pixel)).collect();
        let nearest = |x, y| whites.iter().map(|&(u, v, _)| square(x, u) + square(y, v)).min().unwrap();
        mask.enumerate_pixels().map(|(x, y, _)| nearest(x, y)).collect()
    }

    #[test]
    fn distances_are_exact() {
        for (seed, (width, height)) in (0..).zip([(1, 1), (1, 9), (9, 1), (13, 7), (31, 40), (64, 3)]) {
            for threshold in [0.3, 1.5, 2.2] {
                let mut mask = random_mask(width, height, threshold, seed);
                mask.put_pixel(width / 3, height / 2, Luma([255]));
                assert_eq!(squared_distances(&mask), brute_force(&mask), "{width}x{height} {threshold}");
            }
        }
    }

    #[test]
    fn nothing_is_touched_from_the_feather_on_and_everything_within_it_is() {
        for feather in [1, 2, 5, 12] {
            let mut mask = random_mask(41, 29, 2.4, 7);
            mask.put_pixel(20, 11, Luma([255]));
            let soft = feathered(mask.clone(), feather);
            for ((before, after), squared) in mask.pixels().zip(soft.pixels()).zip(brute_force(&mask)) {
                let reached = squared < i64::from(feather).pow(2);
                assert!(reached || before == after, "a pixel at distance² {squared} changed");
                assert!(after.0[0] >= before.0[0]);
                assert!(squared > 0 || after.0[0] == 255);
            }
        }
    }

    #[test]
    fn the_ramp_falls_smoothly() {
        let mut mask = GrayImage::new(9, 1);
        mask.put_pixel(0, 0, Luma([255]));
        let soft = feathered(mask.clone(), 4).into_raw();
        assert_eq!(soft, [255, 215, 128, 40, 0, 0, 0, 0, 0]);
        assert_eq!(feathered(mask.clone(), 0), mask);
        assert_eq!(feathered(GrayImage::new(3, 2), 5), GrayImage::new(3, 2));
        assert_eq!(feathered(mask, u32::MAX).into_raw(), [255; 9]);
    }
}
