//! Every kernel in every form.

use super::{
    ComposeError,
    attention::{Attention, Exchange},
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

    /// Whether it needs subgroups of [`SUBGROUP_SIZES`](Exchange::SUBGROUP_SIZES).
    pub fn needs_subgroups(self) -> bool {
        matches!(self, Self::Attention(Attention { exchange: Exchange::Subgroup, .. }))
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
            Self::Attention(attention) => (attention.defines(), attention.constants()),
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
