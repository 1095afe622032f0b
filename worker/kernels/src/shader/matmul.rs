//! The forms of the matrix product.

use super::{
    kernel::{Width, aligned},
    weight_type,
};
use crate::DType;

/// A form of the matrix product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Matmul {
    /// Where the rows of the left matrix come from.
    pub rows: Rows,
    /// Type of the weight.
    pub weight: DType,
    /// What a workgroup computes.
    pub tile: Tile,
    /// What a thread has of that.
    pub span: Span,
    /// How rows are read and written.
    pub width: Width,
    /// What happens to the left matrix on its way in.
    pub reads: Reads,
    /// What happens to the product on its way out, besides the epilogue.
    pub writes: Writes,
}

/// Where the rows of a matrix product's left matrix come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rows {
    /// They lie in memory one after the other.
    Matrix,
    /// Each is a window of a picture.
    Windows,
    /// Each is a window of 3 x 3 pixels, and those of 8 x 8 neighbours, or twice as many, are read together.
    Squares,
    /// Each is a window of 3 x 3 pixels of a picture whose pixels were doubled, and those of one in four neighbours are
    /// computed together, by the 2 x 2 pixels that they see before.
    Doubled,
    /// Each is a window of 3 x 3 pixels, and those of 8 x 8 neighbours are computed by Winograd's algorithm.
    Transformed,
}

/// What happens to the left matrix on its way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reads {
    /// Nothing.
    Plain,
    /// Its rows go on in a second tensor.
    Beside,
    /// Layer norm.
    NormRows,
    /// Layer norm, from moments that the producer took.
    NormKnownRows,
    /// Group norm, from moments that the producer took.
    NormGroups,
}

/// What happens to a product on its way out, besides the epilogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Writes {
    /// Nothing.
    Plain,
    /// One half of its columns gates the other half.
    Gated,
    /// Moments are taken for a later group norm.
    MomentsOfGroups,
    /// Moments are taken for a later layer norm.
    MomentsOfRows,
}

/// Columns of a tile that belong to one thread. The order in which a value is summed does not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Span {
    /// Eight, in 64 threads. With eight rows, a thread reads 16 values from workgroup memory for 64 products.
    Eight,
    /// Four, in 128 threads: 12 values for 32 products, but twice as many threads to hide what memory takes.
    Four,
}

impl Span {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Eight, Self::Four];

    /// The spans that threads of a tile can have, the usual one first. Twice the columns are half the threads, and each then
    /// loads twice as much: more than four vectors of x at a time take some compilers minutes. Squares are loaded in a loop.
    pub fn choices(tile: Tile, rows: Rows) -> &'static [Self] {
        match (tile, rows) {
            (Tile::Square, _) | (Tile::Tall, Rows::Squares | Rows::Doubled) => &[Self::Eight, Self::Four],
            (Tile::Transformed, _) => &[Self::Eight],
            (Tile::Tall | Tile::Small | Tile::Sliced | Tile::Narrow, _) => &[Self::Four],
        }
    }

    /// How many.
    pub const fn columns(self) -> usize {
        match self {
            Self::Four => 4,
            Self::Eight => 8,
        }
    }
}

/// Outputs of one workgroup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tile {
    /// 64 rows, 64 columns.
    Square,
    /// 128 rows, 32 columns: as many outputs, for products of 17 to 32 columns.
    Tall,
    /// 32 rows, 32 columns, in half as many threads: few rows or columns.
    Small,
    /// The same, and the steps along `k` shared among four groups of threads: few rows or columns and many steps, such as
    /// the innermost level of a UNet.
    Sliced,
    /// 128 rows, 16 columns: few channels, such as a picture's three.
    Narrow,
    /// 64 rows, 32 columns, as 16 products of 16 rows each, for [`Rows::Transformed`].
    Transformed,
}

impl Tile {
    /// All tiles of plain products.
    const PLAIN: [Self; 5] = [Self::Square, Self::Tall, Self::Small, Self::Sliced, Self::Narrow];

    /// All tiles.
    pub const ALL: [Self; 6] =
        [Self::Square, Self::Tall, Self::Small, Self::Sliced, Self::Narrow, Self::Transformed];

    /// Rows of the output.
    pub const fn rows(self) -> usize {
        match self {
            Self::Square | Self::Transformed => 64,
            Self::Small | Self::Sliced => 32,
            Self::Tall | Self::Narrow => 128,
        }
    }

    /// Whether it has 4096 outputs.
    pub const fn is_large(self) -> bool {
        matches!(self, Self::Square | Self::Tall)
    }

    /// Whether it sums up along `k` from the first value to the last: such tiles compute the same to the bit.
    pub const fn sums_in_order(self) -> bool {
        matches!(self, Self::Square | Self::Tall | Self::Small)
    }

    /// Rows of a column that one thread has in the end, where moments may be taken of a product.
    pub const fn part_rows(self) -> Option<usize> {
        match self {
            Self::Square | Self::Tall => Some(8),
            Self::Small | Self::Transformed => Some(4),
            Self::Sliced | Self::Narrow => None,
        }
    }

    /// Columns of the product.
    pub const fn columns(self) -> usize {
        match self {
            Self::Square => 64,
            Self::Small | Self::Sliced | Self::Tall | Self::Transformed => 32,
            Self::Narrow => 16,
        }
    }

    /// Groups of threads that share the steps along `k`.
    pub const fn slices(self) -> usize {
        match self {
            Self::Sliced => 4,
            Self::Square | Self::Tall | Self::Small | Self::Narrow | Self::Transformed => 1,
        }
    }
}

impl Matmul {
    /// Every form for one type of weight.
    pub(super) fn all(weight: DType) -> impl Iterator<Item = Self> {
        let plain = Self {
            rows: Rows::Matrix,
            weight,
            tile: Tile::Square,
            span: Span::Four,
            width: Width::Four,
            reads: Reads::Plain,
            writes: Writes::Plain,
        };
        let everywhere = Tile::PLAIN.into_iter().flat_map(move |tile| {
            Width::ALL.into_iter().flat_map(move |width| {
                [Rows::Matrix, Rows::Windows].map(|rows| Self { rows, tile, width, ..plain })
            })
        });
        everywhere.chain(plain.matrices()).chain(plain.pictures()).flat_map(Self::spans)
    }

    /// Plain products with something fused into them.
    fn matrices(self) -> impl Iterator<Item = Self> {
        [Tile::Square, Tile::Tall, Tile::Small, Tile::Sliced].into_iter().flat_map(move |tile| {
            let everywhere = [
                (Reads::Beside, Writes::Plain),
                (Reads::NormRows, Writes::Plain),
                (Reads::NormRows, Writes::Gated),
                (Reads::NormKnownRows, Writes::Plain),
                (Reads::NormKnownRows, Writes::Gated),
                (Reads::Plain, Writes::Gated),
            ];
            let unsliced = [
                (Reads::NormGroups, Writes::Plain),
                (Reads::NormGroups, Writes::MomentsOfGroups),
                (Reads::NormGroups, Writes::MomentsOfRows),
                (Reads::Plain, Writes::MomentsOfGroups),
                (Reads::Plain, Writes::MomentsOfRows),
            ];
            let unsliced = unsliced.into_iter().filter(move |_| tile.part_rows().is_some());
            let of = move |(reads, writes)| Self { tile, reads, writes, ..self };
            everywhere.into_iter().chain(unsliced).map(of)
        })
    }

    /// Convolutions with something fused into them.
    fn pictures(self) -> impl Iterator<Item = Self> {
        let unsliced = [Tile::Square, Tile::Tall, Tile::Small];
        let windows = unsliced.into_iter().map(move |tile| Self {
            rows: Rows::Windows,
            tile,
            writes: Writes::MomentsOfGroups,
            ..self
        });
        let both = [Reads::Plain, Reads::NormGroups];
        let squares = [
            (Rows::Squares, Tile::Square),
            (Rows::Squares, Tile::Tall),
            (Rows::Transformed, Tile::Transformed),
        ]
        .into_iter()
        .flat_map(move |(rows, tile)| both.map(|reads| Self { rows, tile, reads, ..self }));
        let doubled = [Tile::Square, Tile::Tall].map(|tile| Self { rows: Rows::Doubled, tile, ..self });
        let large = squares
            .chain(doubled)
            .flat_map(|form| [Writes::Plain, Writes::MomentsOfGroups].map(|writes| Self { writes, ..form }));
        windows.chain(large)
    }

    pub(super) fn defines(self) -> Vec<&'static str> {
        let mut defines = aligned(self.width);
        defines.extend(weight_type::defines(self.weight));
        if matches!(self.weight, DType::Block(_)) {
            // Neighbouring inputs are neighbours in a block when there is one tap, or all taps are read at once, and their
            // places are multiples of four when the rows' lengths are.
            let are_quads =
                matches!(self.rows, Rows::Matrix | Rows::Transformed) && self.width == Width::Four;
            defines.push(if are_quads { "QUADS" } else { "SCATTERED" });
        }
        if self.rows == Rows::Doubled {
            defines.push("DOUBLED");
        }
        if self.tile.slices() > 1 {
            defines.push("SLICED");
        }
        if self.span == Span::Eight {
            defines.push("WIDE");
        }
        match self.reads {
            Reads::Plain => {}
            Reads::Beside => defines.push("BESIDE"),
            Reads::NormRows => defines.extend(["NORM", "NORM_ROWS"]),
            Reads::NormKnownRows => defines.extend(["NORM", "NORM_ROWS", "KNOWN_ROWS"]),
            Reads::NormGroups => defines.extend(["NORM", "NORM_GROUPS"]),
        }
        match self.writes {
            Writes::Plain => {}
            Writes::Gated => defines.push("GATED"),
            Writes::MomentsOfGroups => defines.extend(["MOMENTS", "MOMENTS_OF_GROUPS"]),
            Writes::MomentsOfRows => defines.extend(["MOMENTS", "MOMENTS_OF_ROWS"]),
        }
        defines
    }

    pub(super) fn constants(self) -> Vec<(&'static str, u32)> {
        let mut constants = weight_type::constants(self.weight);
        let mut add = |name, value: usize| constants.push((name, value as u32));
        let (rows, columns, slices) = (self.tile.rows(), self.tile.columns(), self.tile.slices());
        let span = self.span.columns() / 4;
        let threads = match self.tile {
            Tile::Transformed => 128,
            Tile::Small => 64,
            _ => 128 / span,
        };
        let lanes = threads / slices;
        add("TILE_ROWS", rows);
        add("TILE_COLUMNS", columns);
        add("SLICES", slices);
        add("SPAN", span);
        add("THREADS", threads);
        // Each thread computes some vectors of four columns, and loads four values at a time of a row of 16.
        add("ROWS", rows * columns / (4 * span) / lanes);
        add("LOADS", rows * 4 / lanes);
        // Threads that load a row.
        add("PARTS", 4 * slices);
        if let Some(rows) = self.tile.part_rows() {
            add("PART_ROWS", rows);
            add("PART_QUADS", rows / 4);
        }
        constants
    }
}
