//! Every kernel in every form.

use super::{
    ComposeError,
    compose::{Recipe, compose},
    matmul::{Matmul, Rows, Span},
    modules::module,
    weight_type,
};
use crate::DType;

/// A kernel in one form: the key of a compiled pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// A tile of a matrix product.
    Matmul(Matmul),
    /// A tile of attention.
    Attention(Attention),
    /// Group normalization of a small group in one go, by so many threads.
    GroupNormSmall(Threads),
    /// Group normalization: channels of a chunk.
    GroupStatistics,
    /// Group normalization: groups from channels.
    GroupMerge,
    /// Group normalization: moments of groups, over all tiles of a product.
    MergeMoments,
    /// Group normalization: the values.
    GroupApply(Width),
    /// Layer normalization of a row.
    LayerNorm,
    /// A function of one value.
    Map,
    /// A sum of two tensors.
    Add,
    /// A gated activation.
    Geglu(Width),
    /// Rows of two tensors side by side.
    ConcatChannels(Width),
    /// Some rows of a picture.
    Rows(Width),
    /// Repeated pixels.
    UpsampleNearest(Width),
    /// Rows of a table.
    Embedding(DType),
}

/// What one step of a kernel works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Width {
    /// One value: fits every shape.
    One,
    /// Four neighbouring values: rows must be a multiple of four long.
    Four,
}

/// Threads of a workgroup that adds up as many values as there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Threads {
    /// 64.
    Few,
    /// 256, the most that every device has.
    Many,
}

impl Threads {
    const ALL: [Self; 2] = [Self::Few, Self::Many];

    /// For so many values: the few while none of them gets more than 16.
    pub fn fitting(values: usize) -> Self {
        if values <= 16 * Self::Few.count() as usize { Self::Few } else { Self::Many }
    }

    const fn count(self) -> u32 {
        match self {
            Self::Few => 64,
            Self::Many => 256,
        }
    }
}

/// A form of attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Attention {
    /// Values of a head that one workgroup makes, in units of 16.
    pub columns: u32,
    /// Queries of one workgroup, in units of 16.
    pub rows: u32,
    /// Keys of a tile, and values of a head, that belong to one thread.
    pub span: Span,
    /// How heads are read and written.
    pub width: Width,
}

impl Attention {
    /// More columns would not fit into registers.
    pub const MOST_COLUMNS: u32 = 10;

    /// Rows of 16 queries for workgroups of so many columns: as many as registers hold beside the columns, but not
    /// twice as many as there are `queries`.
    pub fn rows_for(columns: u32, span: Span, queries: usize) -> u32 {
        let fits = |rows: &u32| queries <= 16 * *rows as usize;
        Self::row_choices(columns, span).find(fits).unwrap_or(Self::most_rows(columns, span))
    }

    /// The rows that workgroups of so many columns can have.
    pub(super) fn row_choices(columns: u32, span: Span) -> impl Iterator<Item = u32> {
        [1, 2, 4].into_iter().filter(move |&rows| rows <= Self::most_rows(columns, span))
    }

    const fn most_rows(columns: u32, span: Span) -> u32 {
        let columns_of_4_rows = match span {
            Span::Four => 8,
            Span::Eight => 4,
        };
        if columns <= columns_of_4_rows { 4 } else { 2 }
    }

    /// The spans that threads of workgroups of so many columns can have: eight threads with four columns each stand along
    /// 32.
    pub(super) fn span_choices(columns: u32) -> impl Iterator<Item = Span> {
        Span::ALL.into_iter().filter(move |&span| span == Span::Eight || columns.is_multiple_of(2))
    }

    /// Queries of one workgroup.
    pub const fn queries(self) -> usize {
        self.rows as usize * 16
    }

    /// Every form for one width.
    fn all(width: Width) -> impl Iterator<Item = Self> {
        (1..=Self::MOST_COLUMNS).flat_map(move |columns| {
            Self::span_choices(columns).flat_map(move |span| {
                Self::row_choices(columns, span).map(move |rows| Self { columns, rows, span, width })
            })
        })
    }

    /// Values of a head that one workgroup makes.
    pub const fn slice(self) -> usize {
        self.columns as usize * 16
    }
}

impl Width {
    pub(super) const ALL: [Self; 2] = [Self::One, Self::Four];

    /// The widest that fits rows of all these lengths.
    pub fn fitting(lengths: &[usize]) -> Self {
        if lengths.iter().all(|length| length.is_multiple_of(4)) { Self::Four } else { Self::One }
    }

    /// Number of values.
    pub const fn lanes(self) -> usize {
        match self {
            Self::One => 1,
            Self::Four => 4,
        }
    }
}

impl Kernel {
    /// Every kernel in every form that the operators can ask for.
    pub fn all() -> Vec<Self> {
        let mut all = vec![
            Self::GroupStatistics,
            Self::GroupMerge,
            Self::MergeMoments,
            Self::LayerNorm,
            Self::Map,
            Self::Add,
        ];
        all.extend(Threads::ALL.map(Self::GroupNormSmall));
        for width in Width::ALL {
            all.extend([
                Self::GroupApply(width),
                Self::Geglu(width),
                Self::ConcatChannels(width),
                Self::Rows(width),
                Self::UpsampleNearest(width),
            ]);
            all.extend(Attention::all(width).map(Self::Attention));
        }
        for weight in weight_type::all() {
            all.push(Self::Embedding(weight));
            all.extend(Matmul::all(weight).map(Self::Matmul));
        }
        all
    }

    /// Number of buffers it reads, besides its parameters.
    pub fn inputs(self) -> u32 {
        match self {
            Self::Matmul(_) => 7,
            Self::Attention(_) | Self::GroupApply(_) | Self::GroupNormSmall(_) | Self::Embedding(_) => 3,
            Self::LayerNorm | Self::Add | Self::ConcatChannels(_) => 2,
            Self::GroupStatistics
            | Self::GroupMerge
            | Self::Map
            | Self::Geglu(_)
            | Self::Rows(_)
            | Self::UpsampleNearest(_) => 1,
            Self::MergeMoments => 0,
        }
    }

    /// Its WGSL.
    ///
    /// # Errors
    /// A mistake in the directives of a shader file; a test composes them all.
    pub fn source(self) -> Result<String, ComposeError> {
        let (defines, constants) = self.specialization();
        compose(self.file(), &Recipe { defines: &defines, constants: &constants, module })
    }

    fn file(self) -> &'static str {
        match self {
            Self::Matmul(Matmul { rows: Rows::Matrix, .. }) => include_str!("../ops/linear/linear.wgsl"),
            Self::Matmul(Matmul { rows: Rows::Windows, .. }) => include_str!("../ops/conv2d/conv2d.wgsl"),
            Self::Matmul(Matmul { rows: Rows::Squares | Rows::Doubled, .. }) => {
                include_str!("../ops/conv2d/patch.wgsl")
            }
            Self::Matmul(Matmul { rows: Rows::Transformed, .. }) => {
                include_str!("../ops/conv2d/winograd.wgsl")
            }
            Self::Attention(_) => include_str!("../ops/attention/attention.wgsl"),
            Self::GroupNormSmall(_) => include_str!("../ops/group_norm/small.wgsl"),
            Self::GroupStatistics => include_str!("../ops/group_norm/statistics.wgsl"),
            Self::GroupMerge => include_str!("../ops/group_norm/merge.wgsl"),
            Self::MergeMoments => include_str!("../ops/group_norm/merge_moments.wgsl"),
            Self::GroupApply(_) => include_str!("../ops/group_norm/apply.wgsl"),
            Self::LayerNorm => include_str!("../ops/layer_norm/layer_norm.wgsl"),
            Self::Map => include_str!("../ops/map/map.wgsl"),
            Self::Add => include_str!("../ops/add/add.wgsl"),
            Self::Geglu(_) => include_str!("../ops/geglu/geglu.wgsl"),
            Self::ConcatChannels(_) => include_str!("../ops/concat_channels/concat_channels.wgsl"),
            Self::Rows(_) => include_str!("../ops/rows/rows.wgsl"),
            Self::UpsampleNearest(_) => include_str!("../ops/upsample_nearest/upsample_nearest.wgsl"),
            Self::Embedding(_) => include_str!("../ops/embedding/embedding.wgsl"),
        }
    }

    fn specialization(self) -> (Vec<&'static str>, Vec<(&'static str, u32)>) {
        match self {
            Self::Matmul(matmul) => (matmul.defines(), matmul.constants()),
            Self::Attention(attention) => (aligned(attention.width), attention.constants()),
            Self::GroupApply(width)
            | Self::Geglu(width)
            | Self::ConcatChannels(width)
            | Self::Rows(width)
            | Self::UpsampleNearest(width) => (single(width), vec![]),
            Self::Embedding(weight) => (weight_type::defines(weight), weight_type::constants(weight)),
            Self::GroupNormSmall(threads) => (single(Width::One), vec![("THREADS", threads.count())]),
            Self::GroupStatistics
            | Self::GroupMerge
            | Self::MergeMoments
            | Self::LayerNorm
            | Self::Map
            | Self::Add => (vec![], vec![]),
        }
    }
}

impl Attention {
    fn constants(self) -> Vec<(&'static str, u32)> {
        let Self { columns, rows, span, .. } = self;
        let vectors = span.columns() as u32 / 4;
        // Keys whose values lie in workgroup memory at once: as many as fit where the largest tile of queries and keys
        // lay before, 384 vectors of four.
        let value_keys = [32, 16].into_iter().find(|keys| keys * columns * 4 <= 384).unwrap_or(8);
        let threads_x = 8 / vectors;
        vec![
            ("ROWS", rows),
            ("SPAN", vectors),
            ("THREADS_X", threads_x),
            ("VECTORS", columns * 4 / threads_x),
            ("SLICE", columns * 16),
            ("VALUE_KEYS", value_keys),
        ]
    }
}

/// Matrices are read four values at a time where their rows allow it.
pub(super) fn aligned(width: Width) -> Vec<&'static str> {
    match width {
        Width::One => vec![],
        Width::Four => vec!["ALIGNED"],
    }
}

/// Elementwise kernels take four values at a time where the shape allows it.
fn single(width: Width) -> Vec<&'static str> {
    match width {
        Width::One => vec!["SINGLE"],
        Width::Four => vec![],
    }
}
