//! Every kernel in every form.

use super::{
    ComposeError,
    compose::{Recipe, compose},
    matmul::{Matmul, Rows},
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
    /// Group normalization of a small group in one go.
    GroupNormSmall,
    /// Group normalization: channels of a chunk.
    GroupStatistics,
    /// Group normalization: groups from channels.
    GroupMerge,
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

/// A form of attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Attention {
    /// Values of a head that one workgroup makes, in units of 32.
    pub columns: u32,
    /// How heads are read and written.
    pub width: Width,
}

impl Attention {
    /// More columns would not fit into registers.
    pub const MOST_COLUMNS: u32 = 5;

    /// Rows of queries a thread has: as many as its registers hold beside the columns.
    const fn rows(self) -> u32 {
        if self.columns <= 4 { 4 } else { 2 }
    }

    /// Queries of one workgroup.
    pub const fn queries(self) -> usize {
        self.rows() as usize * 16
    }

    /// Values of a head that one workgroup makes.
    pub const fn slice(self) -> usize {
        self.columns as usize * 32
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
            Self::GroupNormSmall,
            Self::GroupStatistics,
            Self::GroupMerge,
            Self::LayerNorm,
            Self::Map,
            Self::Add,
        ];
        for width in Width::ALL {
            all.extend([
                Self::GroupApply(width),
                Self::Geglu(width),
                Self::ConcatChannels(width),
                Self::Rows(width),
                Self::UpsampleNearest(width),
            ]);
            let columns = 1..=Attention::MOST_COLUMNS;
            all.extend(columns.map(|columns| Self::Attention(Attention { columns, width })));
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
            Self::Attention(_) | Self::GroupApply(_) | Self::GroupNormSmall | Self::Embedding(_) => 3,
            Self::LayerNorm | Self::Add | Self::ConcatChannels(_) => 2,
            Self::GroupStatistics
            | Self::GroupMerge
            | Self::Map
            | Self::Geglu(_)
            | Self::Rows(_)
            | Self::UpsampleNearest(_) => 1,
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
            Self::Matmul(Matmul { rows: Rows::Squares, .. }) => include_str!("../ops/conv2d/patch.wgsl"),
            Self::Attention(_) => include_str!("../ops/attention/attention.wgsl"),
            Self::GroupNormSmall => include_str!("../ops/group_norm/small.wgsl"),
            Self::GroupStatistics => include_str!("../ops/group_norm/statistics.wgsl"),
            Self::GroupMerge => include_str!("../ops/group_norm/merge.wgsl"),
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
            Self::GroupNormSmall => (single(Width::One), vec![]),
            Self::GroupStatistics | Self::GroupMerge | Self::LayerNorm | Self::Map | Self::Add => {
                (vec![], vec![])
            }
        }
    }
}

impl Attention {
    fn constants(self) -> Vec<(&'static str, u32)> {
        let rows = self.rows();
        vec![("ROWS", rows), ("COLUMNS", self.columns), ("SLICE", self.columns * 32), ("LOADS", rows / 2)]
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
