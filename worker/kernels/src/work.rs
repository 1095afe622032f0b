//! What a dispatch is asked to do, whatever its kernel's tiles make of it.

use std::fmt;

/// The sizes of an operation on a GPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shape {
    /// A matrix `[rows, depth]` times one of `[columns, depth]`, transposed. A convolution's rows are positions, and
    /// its depth is the filter's taps times its channels.
    Product {
        /// Rows of the output.
        rows: usize,
        /// Columns of the right matrix: outputs, and their gates where there are any.
        columns: usize,
        /// Products that are added up for a value.
        depth: usize,
    },
    /// Attention of one matrix of queries to one of keys, for each head.
    Attention {
        /// Heads, of all samples.
        heads: usize,
        /// Queries of a head.
        queries: usize,
        /// Keys that each of them meets, as if none were masked.
        keys: usize,
        /// Values of a head.
        head: usize,
    },
    /// Little more than the traffic of so many values.
    Values(usize),
}

impl Shape {
    /// Multiplications and additions of products; none for what only moves values.
    pub fn flops(self) -> u64 {
        let product = |factors: &[usize]| factors.iter().map(|&factor| factor as u64).product::<u64>();
        match self {
            Self::Product { rows, columns, depth } => product(&[2, rows, columns, depth]),
            Self::Attention { heads, queries, keys, head } => product(&[4, heads, queries, keys, head]),
            Self::Values(_) => 0,
        }
    }

    /// Each size as the next power of two.
    pub(crate) fn rounded(self) -> Self {
        let up = usize::next_power_of_two;
        match self {
            Self::Product { rows, columns, depth } => {
                Self::Product { rows: up(rows), columns: up(columns), depth: up(depth) }
            }
            Self::Attention { heads, queries, keys, head } => {
                Self::Attention { heads: up(heads), queries: up(queries), keys: up(keys), head: up(head) }
            }
            Self::Values(values) => Self::Values(up(values)),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Product { rows, columns, depth } => write!(formatter, "{rows} x {depth} to {columns}"),
            Self::Attention { heads, queries, keys, head } => {
                write!(formatter, "{heads} heads of {head}, {queries} to {keys}")
            }
            Self::Values(values) => write!(formatter, "{values} values"),
        }
    }
}
