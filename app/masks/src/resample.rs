//! A mask in another size.

use crate::geometry::Size;

/// What one pixel of the new row or column covers of the old one.
struct Cover {
    first: usize,
    /// Weights of the old pixels from `first` on, 1 in all.
    weights: Vec<f32>,
}

/// For each of `to` pixels along a side, the part of the `from` old ones that it covers.
fn covers(from: u32, to: u32) -> Vec<Cover> {
    let scale = f64::from(from) / f64::from(to);
    (0..to)
        .map(|at| {
            let (low, high) = (f64::from(at) * scale, (f64::from(at + 1) * scale).min(f64::from(from)));
            let first = low as u32;
            let last = (high.ceil() as u32).clamp(first + 1, from);
            let weights = (first..last).map(|old| {
                let part = high.min(f64::from(old + 1)) - low.max(f64::from(old));
                (part.max(0.0) / (high - low)) as f32
            });
            Cover { first: first as usize, weights: weights.collect() }
        })
        .collect()
}

/// Scales bytes from one size to another: each new pixel is the mean of the area that it covers, so that nothing
/// painted is skipped over. `values` has a byte for each pixel of `from`.
pub(crate) fn resample(values: &[u8], from: Size, to: Size) -> Vec<u8> {
    let (columns, rows) = (covers(from.width_px, to.width_px), covers(from.height_px, to.height_px));
    let old_width = from.width_px as usize;
    let mut sums = vec![0.0; old_width];
    let mut scaled = Vec::with_capacity(to.pixels());
    for row in rows {
        sums.fill(0.0);
        let old_rows = values.chunks_exact(old_width).skip(row.first);
        for (&weight, old) in row.weights.iter().zip(old_rows) {
            for (sum, &value) in sums.iter_mut().zip(old) {
                *sum += weight * f32::from(value);
            }
        }
        scaled.extend(columns.iter().map(|column| {
            let old = sums.iter().skip(column.first);
            let mean: f32 = column.weights.iter().zip(old).map(|(weight, sum)| weight * sum).sum();
            mean.round() as u8
        }));
    }
    scaled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_of_pixels_is_averaged() {
        let values = [0, 100, 200, 255, 10, 30, 255, 255];
        assert_eq!(resample(&values, Size::new(4, 2), Size::new(2, 1)), [35, 241]);
    }

    #[test]
    fn enlarging_by_a_whole_number_repeats() {
        assert_eq!(resample(&[0, 255], Size::new(2, 1), Size::new(4, 2)), [0, 0, 255, 255, 0, 0, 255, 255]);
    }

    #[test]
    fn a_fraction_of_a_pixel_counts_as_much_as_it_is() {
        assert_eq!(resample(&[0, 0, 255], Size::new(3, 1), Size::new(2, 1)), [0, 170]);
        assert_eq!(resample(&[0, 255], Size::new(2, 1), Size::new(3, 1)), [0, 128, 255]);
    }

    #[test]
    fn black_and_white_stay_what_they_are_at_any_size() {
        for (from, to) in
            [((7, 5), (2048, 3)), ((2000, 11), (13, 17)), ((1, 1), (9, 9)), ((640, 480), (1, 1))]
        {
            let (from, to) = (Size::new(from.0, from.1), Size::new(to.0, to.1));
            for value in [0, 255] {
                assert_eq!(resample(&vec![value; from.pixels()], from, to), vec![value; to.pixels()]);
            }
        }
    }
}
