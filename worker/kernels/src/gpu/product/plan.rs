//! Which tiles a product is cut into.

use crate::shader::{Rows, Tile, Width};

/// Workgroups that keep a large GPU busy. A product of fewer large tiles gets small ones.
const BUSY_WORKGROUPS: usize = 128;

/// 3x3 convolutions of at most as many large tiles go by Winograd's algorithm, whose tiles are half as large, in twice as many
/// threads. On an NVIDIA H100 it took 0.5 of the time with 160 large tiles, 0.7 with 320, 0.7 with 512 and 0.9 with 640.
const MOST_TRANSFORMED_TILES: usize = 512;

/// With more steps along `k`, these are shared within the workgroups of small tiles. With fewer, adding up what each
/// group of threads has would cost more than it saves.
const MOST_UNSHARED_STEPS: usize = 16;

/// Height of the squares of positions that a 3x3 convolution reads together. A thread has a column of one.
const SQUARE_HEIGHT: usize = 8;

/// A picture whose squares hang over its edges may have at most this many positions in them for four of its own.
const MOST_POSITIONS_FOR_4: usize = 5;

/// Sizes of a convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Windows {
    /// Height and width of the input.
    pub(crate) input: [usize; 2],
    /// The same after its pixels were repeated.
    pub(crate) grown: [usize; 2],
    pub(crate) output: [usize; 2],
    pub(crate) filter: [usize; 2],
    pub(crate) stride: usize,
    /// Zeros above and to the left.
    pub(crate) before: [usize; 2],
}

impl Windows {
    /// The same filter over the pixels as they were, if each was doubled along both directions.
    pub(super) fn before_doubling(&self) -> Option<Self> {
        let is_doubled = self.grown == self.input.map(|size| 2 * size) && self.output == self.grown;
        is_doubled.then_some(Self { grown: self.input, output: self.input, ..*self })
    }

    /// Squares of positions in each picture, a tile's rows each, if that is a way to compute the convolution: a 3x3
    /// one that keeps the size of a picture that is not too small.
    fn squares(&self, tile: Tile) -> Option<usize> {
        let keeps_size = self.filter == [3, 3] && self.stride == 1 && self.before == [1, 1];
        let [height, width] = self.output;
        let squares = height.div_ceil(SQUARE_HEIGHT) * width.div_ceil(square_width(tile));
        let positions = squares * tile.rows();
        let own: usize = self.output.iter().product();
        (keeps_size && self.output == self.grown && 4 * positions <= MOST_POSITIONS_FOR_4 * own)
            .then_some(squares)
    }

    /// Whether whole squares make up the picture.
    fn is_whole_squares(&self, tile: Tile) -> bool {
        let [height, width] = self.output;
        height.is_multiple_of(SQUARE_HEIGHT) && width.is_multiple_of(square_width(tile))
    }
}

const fn square_width(tile: Tile) -> usize {
    tile.rows() / SQUARE_HEIGHT
}

/// How a product is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) rows: Rows,
    pub(super) tile: Tile,
    /// Tiles along the rows.
    tiles_down: usize,
    /// Whether each tile lies in one sample and is full.
    pub(super) tiles_divide_samples: bool,
}

impl Plan {
    /// For a product of so many `[rows, columns, steps along k]`.
    pub(super) fn new(
        [rows, columns, steps]: [usize; 3],
        rows_per_sample: usize,
        windows: Option<&Windows>,
        width: Width,
    ) -> Self {
        let down = |tile: Tile| rows.div_ceil(tile.rows());
        let large = match columns {
            ..=16 => Tile::Narrow,
            17..=32 => Tile::Tall,
            _ => Tile::Square,
        };
        let large_tiles = down(large) * columns.div_ceil(large.columns());
        let is_busy = large_tiles >= BUSY_WORKGROUPS;
        let tile = match steps {
            _ if large == Tile::Narrow || is_busy => large,
            ..=MOST_UNSHARED_STEPS => Tile::Small,
            _ => Tile::Sliced,
        };
        let as_matrix = Self {
            rows: if windows.is_some() { Rows::Windows } else { Rows::Matrix },
            tile,
            tiles_down: down(tile),
            tiles_divide_samples: rows_per_sample.is_multiple_of(tile.rows()),
        };
        let Some(&windows) = windows.filter(|_| large != Tile::Narrow && width == Width::Four) else {
            return as_matrix;
        };
        let is_few = !tile.is_large() || (tile == Tile::Square && large_tiles <= MOST_TRANSFORMED_TILES);
        let (of_squares, tile, windows, outputs) = match windows.before_doubling() {
            Some(sources) if tile.is_large() && sources.squares(tile).is_some() => {
                (Rows::Doubled, tile, sources, 4)
            }
            // With too little work for large tiles, halving the multiplications outweighs that less is shared.
            _ if is_few => (Rows::Transformed, Tile::Transformed, windows, 1),
            _ => (Rows::Squares, tile, windows, 1),
        };
        let Some(squares) = windows.squares(tile) else { return as_matrix };
        Self {
            rows: of_squares,
            tile,
            tiles_down: outputs * squares * (rows / rows_per_sample),
            tiles_divide_samples: windows.is_whole_squares(tile),
        }
    }

    /// The same product of `rows` in other tiles, which for squares there are not.
    pub(super) fn recut(self, tile: Tile, rows: usize) -> Self {
        if tile == self.tile { self } else { Self { tile, tiles_down: rows.div_ceil(tile.rows()), ..self } }
    }

    /// Estimated work of a tile, of products of so many values each.
    pub(super) fn flops_per_tile(&self, depth: usize) -> u64 {
        // In a browser sizes have 32 bits.
        let flops = 2 * (self.tile.rows() * self.tile.columns()) as u64 * depth as u64;
        match self.rows {
            // 16 products for 36, and transforming.
            Rows::Transformed => flops / 2,
            // Four taps for nine.
            Rows::Doubled => flops * 4 / 9,
            Rows::Matrix | Rows::Windows | Rows::Squares => flops,
        }
    }

    /// Tiles for an output of `columns`, each of which has a `share` of a tile's columns.
    pub(super) fn tiles(&self, columns: usize, share: usize) -> usize {
        self.tiles_down * columns.div_ceil(self.tile.columns() / share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(height: usize, width: usize) -> Windows {
        let size = [height, width];
        Windows { input: size, grown: size, output: size, filter: [3, 3], stride: 1, before: [1, 1] }
    }

    fn plan(samples: usize, windows: &Windows, columns: usize) -> Plan {
        let positions = windows.output.iter().product();
        let sizes = [samples * positions, columns, 9 * 320 / 16];
        Plan::new(sizes, positions, Some(windows), Width::Four)
    }

    #[test]
    fn small_products_are_sliced_and_large_ones_are_not() {
        // Linear layers of SD 1.5 at 512 x 512: the widest, one of the middle, a time embedding, the last layer.
        let tile = |rows, columns, k: usize| Plan::new([rows, columns, k / 16], rows, None, Width::Four).tile;
        assert_eq!(tile(8192, 320, 320), Tile::Square);
        assert_eq!(tile(128, 1280, 1280), Tile::Sliced);
        assert_eq!(tile(2, 1280, 320), Tile::Sliced);
        assert_eq!(tile(262_144, 3, 320), Tile::Narrow);
        assert_eq!(tile(128, 64, 32), Tile::Small, "few steps");
        assert_eq!(tile(128, 1280, 256), Tile::Small);
        assert_eq!(tile(128, 1280, 272), Tile::Sliced);
        assert_eq!(tile(65_536, 32, 288), Tile::Tall);
        assert_eq!(tile(512, 32, 288), Tile::Sliced);
    }

    #[test]
    fn squares_serve_3x3_convolutions_of_pictures_that_are_not_too_small() {
        assert_eq!(plan(2, &picture(64, 64), 320).rows, Rows::Squares);
        assert_eq!(plan(2, &picture(64, 64), 320).tiles(320, 1), 2 * 64 * 5);
        assert_eq!(plan(2, &picture(96, 96), 32).tiles(32, 1), 2 * 12 * 6, "twice as wide for few channels");
        let few = plan(2, &picture(8, 8), 1280);
        assert_eq!((few.rows, few.tiles(1280, 1)), (Rows::Transformed, 2 * 40), "too few tiles of 64 x 64");
        assert_eq!(plan(2, &picture(16, 9), 320).rows, Rows::Windows, "and too much over the edges");
        assert_eq!(plan(2, &picture(63, 65), 320).rows, Rows::Squares);
        assert!(!plan(2, &picture(63, 65), 320).tiles_divide_samples);
        let (some, more) = (picture(32, 32), picture(48, 48));
        assert_eq!(plan(2, &some, 640).rows, Rows::Transformed, "320 tiles");
        assert_eq!(plan(2, &more, 640).rows, Rows::Squares, "720 tiles");
        assert_eq!(plan(99, &picture(9, 9), 320).rows, Rows::Windows, "too much over the edges");
        let halving = Windows { stride: 2, output: [32, 32], ..picture(64, 64) };
        assert_eq!(plan(2, &halving, 320).rows, Rows::Windows);
        let doubling = Windows { input: [32, 32], ..picture(64, 64) };
        assert_eq!(plan(2, &doubling, 320).rows, Rows::Doubled);
        assert_eq!(plan(2, &doubling, 320).tiles(320, 1), 2 * 64 * 5);
        let half_over = Windows { input: [34, 34], ..picture(68, 68) };
        assert_eq!(
            plan(2, &half_over, 320).rows,
            Rows::Squares,
            "only the doubled picture is of whole squares"
        );
        let odd = Windows { input: [33, 32], ..picture(65, 64) };
        assert_eq!(plan(2, &odd, 320).rows, Rows::Squares);
    }
}
