//! What kernels are called where a person reads it.

use std::fmt;

use super::{Kernel, Matmul, Reads, Rows, Tile, Width, Writes};

impl fmt::Display for Kernel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Matmul(matmul) => matmul.fmt(formatter),
            Self::Attention(attention) => write!(formatter, "attention in {}", attention.slice()),
            Self::GroupNormSmall(_) => formatter.write_str("group norm"),
            Self::GroupStatistics => formatter.write_str("group norm, statistics"),
            Self::GroupMerge => formatter.write_str("group norm, merged"),
            Self::MergeMoments => formatter.write_str("moments, merged"),
            Self::GroupApply(_) => formatter.write_str("group norm, applied"),
            Self::LayerNorm => formatter.write_str("layer norm"),
            Self::Map => formatter.write_str("function"),
            Self::Add => formatter.write_str("sum"),
            Self::Geglu(_) => formatter.write_str("gates"),
            Self::ConcatChannels(_) => formatter.write_str("channels joined"),
            Self::Rows(_) => formatter.write_str("rows"),
            Self::UpsampleNearest(_) => formatter.write_str("pixels repeated"),
            Self::Embedding(weight) => write!(formatter, "table in {weight}"),
        }
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Square => "square",
            Self::Tall => "tall",
            Self::Small => "small",
            Self::Sliced => "sliced",
            Self::Narrow => "narrow",
            Self::Transformed => "transformed",
        })
    }
}

/// What it multiplies and in which tiles, then what is fused before and behind.
impl fmt::Display for Matmul {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = match self.rows {
            Rows::Matrix => "product",
            Rows::Windows => "convolution",
            Rows::Squares | Rows::Transformed => "convolution 3x3",
            Rows::Doubled => "convolution 3x3 of doubled pixels",
        };
        write!(formatter, "{rows}, {}, {}", self.weight, self.tile)?;
        formatter.write_str(match self.reads {
            Reads::Plain => "",
            Reads::Beside => ", joined",
            Reads::NormRows => ", layer norm",
            Reads::NormKnownRows => ", layer norm by moments",
            Reads::NormGroups => ", group norm",
        })?;
        formatter.write_str(match self.writes {
            Writes::Plain => "",
            Writes::Gated => ", gated",
            Writes::MomentsOfGroups => ", moments",
            Writes::MomentsOfRows => ", moments of rows",
        })?;
        formatter.write_str(match self.width {
            Width::One => ", single values",
            Width::Four => "",
        })
    }
}
