//! How a product is cut for `multiply.wat`, which computes whole tiles: which rows at a time, and how deep.

use std::ops::Range;

use crate::{
    cpu::lanes::LANES,
    parts::{even_part, parts},
};

/// Rows of a tile.
const TILE_ROWS: usize = 6;

/// Values along the depth of which a tile's rows on both sides stay in the nearest cache, 32 KiB.
const MOST_DEPTH: usize = 896;

/// Rows of the left side that stay in the next one while all of the right side goes by.
const NEAR_BYTES: usize = 256 << 10;

/// With more values to add up, adding the lanes of a sum in the end costs little.
const FEW: usize = 128;

/// Values between two rows that lie across, so that these are not a power of two apart and share few places of a cache.
pub(super) const APART: usize = 16;

pub(super) const VALUE_BYTES: usize = size_of::<f32>();

/// Matrices `[batches, rows, depth]`.
pub(super) struct Matrices<'a> {
    values: &'a [f32],
    sizes: [usize; 3],
    /// Values from one matrix, row or value to the next.
    strides: [usize; 3],
}

/// What is asked of the module. Strides count values, and one of the two of `w` is 1.
pub(super) struct Call<'a> {
    /// From the first value of the left side on.
    pub(super) x: &'a [f32],
    pub(super) x_row: usize,
    /// Of the right side.
    pub(super) w: &'a [f32],
    pub(super) w_column: usize,
    pub(super) w_row: usize,
    /// Of the output.
    pub(super) y: &'a mut [f32],
    pub(super) y_row: usize,
    /// A multiple of six.
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) depth: usize,
    /// Whether the products are added to what is there; then `columns` make up whole tiles.
    pub(super) adds: bool,
}

impl<'a> Matrices<'a> {
    /// Matrices from the first of `values` on; `None` when there are none, or fewer values.
    pub(super) fn new(values: &'a [f32], sizes: [usize; 3], strides: [usize; 3]) -> Option<Self> {
        let mut len = 1;
        for (size, stride) in sizes.into_iter().zip(strides) {
            len += size.checked_sub(1)? * stride;
        }
        Some(Self { values: values.get(..len)?, sizes, strides })
    }

    fn from(&self, place: [usize; 3]) -> &'a [f32] {
        let at: usize = place.into_iter().zip(self.strides).map(|(at, stride)| at * stride).sum();
        &self.values[at..]
    }

    /// `[batches, depth, rows + APART]`, with zeros behind the rows, if rows are short.
    pub(super) fn across(&self) -> Option<Vec<f32>> {
        let [batches, rows, depth] = self.sizes;
        if depth > FEW {
            return None;
        }
        let mut out = vec![0.0; batches * depth * (rows + APART)];
        for (index, line) in out.chunks_exact_mut(rows + APART).enumerate() {
            let values = self.from([index / depth, 0, index % depth]).iter().step_by(self.strides[1].max(1));
            line[..rows].iter_mut().zip(values).for_each(|(out, value)| *out = *value);
        }
        Some(out)
    }

    /// As a right side, columns of a tile, if there are such tiles.
    fn tile_columns(&self) -> Option<usize> {
        let [_, columns, depth] = self.sizes;
        let tile = match self.strides {
            [_, 1, _] => 2 * LANES,
            [_, _, 1] if depth.is_multiple_of(LANES) => 2,
            _ => return None,
        };
        (columns >= tile).then_some(tile)
    }
}

/// `x [batches, m, k]` by the transpose of `w [batches, n, k]`: `[batches, m, n]`, by `multiply`, if it suits these sizes.
pub(super) fn multiplied(
    x: &Matrices<'_>,
    w: &Matrices<'_>,
    multiply: impl Fn(Call<'_>),
) -> Option<Vec<f32>> {
    let ([batches, m, depth], [_, n, _]) = (x.sizes, w.sizes);
    let tile_columns = w.tile_columns()?;
    if x.strides[2] != 1 || m < TILE_ROWS || [batches, depth] != [w.sizes[0], w.sizes[2]] {
        return None;
    }
    let whole = m / TILE_ROWS * TILE_ROWS;
    // Columns that are computed twice cannot be added to.
    let is_whole = n.is_multiple_of(tile_columns);
    let piece = if is_whole { even_part(depth.div_ceil(LANES), MOST_DEPTH / LANES) * LANES } else { depth };
    let strip = even_part(whole / TILE_ROWS, NEAR_BYTES / (piece * TILE_ROWS * VALUE_BYTES)) * TILE_ROWS;
    let mut out = vec![0.0; batches * m * n];
    // The last rows, with some before them.
    let mut last = vec![0.0; if whole < m { TILE_ROWS * n } else { 0 }];
    for (batch, out) in out.chunks_exact_mut(m * n).enumerate() {
        for steps in parts(depth, piece) {
            let compute = |rows: Range<usize>, y: &mut [f32]| {
                multiply(Call {
                    x: x.from([batch, rows.start, steps.start]),
                    x_row: x.strides[1],
                    w: w.from([batch, 0, steps.start]),
                    w_column: w.strides[1],
                    w_row: w.strides[2],
                    y,
                    y_row: n,
                    rows: rows.len(),
                    columns: n,
                    depth: steps.len(),
                    adds: steps.start > 0,
                });
            };
            for rows in parts(whole, strip) {
                compute(rows.clone(), &mut out[rows.start * n..]);
            }
            if whole < m {
                compute(m - TILE_ROWS..m, &mut last);
            }
        }
        let before = TILE_ROWS - (m - whole);
        out[whole * n..].copy_from_slice(last.get(before * n..).unwrap_or_default());
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::random;

    /// What the module does, and wants.
    fn multiply(call: Call<'_>) {
        let Call { x, x_row, w, w_column, w_row, y, y_row, rows, columns, depth, adds } = call;
        let is_across = w_column == 1;
        let tile = if is_across { 8 } else { 2 };
        assert!(rows > 0 && rows.is_multiple_of(6) && columns >= tile && depth > 0);
        assert!(is_across || (w_row == 1 && depth.is_multiple_of(4)));
        assert!(!adds || columns.is_multiple_of(tile));
        for row in 0..rows {
            for column in 0..columns {
                let products = (0..depth).map(|at| x[row * x_row + at] * w[column * w_column + at * w_row]);
                let y = &mut y[row * y_row + column];
                *y = products.sum::<f32>() + if adds { *y } else { 0.0 };
            }
        }
    }

    /// The largest difference from the definition by the largest value; `None` when the sizes do not suit.
    fn error([batches, m, n, k]: [usize; 4], is_across: bool) -> Option<f32> {
        let (x, w) = (random(1, batches * m * k), random(2, batches * n * k));
        let of_w = if is_across { [n * k, 1, n] } else { [n * k, k, 1] };
        let left = Matrices::new(&x, [batches, m, k], [m * k, k, 1])?;
        let right = Matrices::new(&w, [batches, n, k], of_w)?;
        let out = multiplied(&left, &right, multiply)?;
        let (mut worst, mut largest) = (0f32, 0f32);
        for (at, &y) in out.iter().enumerate() {
            let (batch, row, column) = (at / (m * n), at / n % m, at % n);
            let (x, w) = (&left.from([batch, row, 0])[..k], right.from([batch, column, 0]));
            let expected: f32 = x.iter().enumerate().map(|(at, x)| x * w[at * of_w[2]]).sum();
            worst = worst.max((y - expected).abs());
            largest = largest.max(expected.abs());
        }
        Some(worst / largest)
    }

    #[test]
    fn products_of_all_sizes_are_whole() {
        let sizes = [
            [1, 6, 2, 4],
            [1, 12, 8, 40],
            // Rows and columns that do not make up tiles.
            [1, 7, 9, 8],
            [2, 65, 33, 44],
            // More rows, and deeper, than what is computed at a time.
            [1, 100, 8, 900],
            [2, 65, 10, 2000],
            [1, 13, 9, 2000],
        ];
        for size in sizes {
            for is_across in [false, true] {
                let error = error(size, is_across);
                let suits = !is_across || size[2] >= 8;
                assert_eq!(error.is_some(), suits, "{size:?}");
                assert!(error.is_none_or(|error| error < 1e-5), "{size:?}, {is_across}: {error:?}");
            }
        }
    }

    #[test]
    fn short_rows_are_laid_across() {
        let values = random(3, 2 * 50 * 40);
        let matrices = |depth| Matrices::new(&values, [2, 30, depth], [50 * 40, 40, 1]).unwrap();
        let across = matrices(24).across().unwrap();
        for (at, &value) in across.iter().enumerate() {
            let (batch, step, row) = (at / (24 * 46), at / 46 % 24, at % 46);
            let expected = if row < 30 { values[(batch * 50 + row) * 40 + step] } else { 0.0 };
            assert_eq!(value, expected, "{batch}, {row}, {step}");
        }
        assert_eq!(Matrices::new(&values, [1, 4, 129], [129, 129, 1]).unwrap().across(), None);
    }

    #[test]
    fn other_products_are_left_to_others() {
        assert_eq!(error([1, 5, 8, 8], false), None, "fewer rows than a tile's");
        assert_eq!(error([1, 6, 8, 7], false), None, "half a vector");
        assert!(error([1, 6, 8, 7], true).is_some());
        assert_eq!(error([1, 6, 0, 8], false), None, "nothing");
    }
}
