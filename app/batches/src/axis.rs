//! A setting that goes through values.

use serde::{Deserialize, Serialize};

/// Which setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AxisKind {
    /// Prompt strength.
    Strength,
    /// Quality steps.
    Steps,
    /// Guidance scale.
    Guidance,
    /// The noise.
    Seed,
    /// The sampler.
    Sampler,
    /// The model.
    Model,
}

impl AxisKind {
    /// Every setting that a sweep can go through.
    pub const ALL: [Self; 6] =
        [Self::Strength, Self::Steps, Self::Guidance, Self::Seed, Self::Sampler, Self::Model];

    /// Whether its values are typed as numbers; those of the others are chosen from a list.
    pub fn is_number(self) -> bool {
        !matches!(self, Self::Sampler | Self::Model)
    }

    /// Whether its numbers are whole.
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Steps | Self::Seed)
    }

    /// How dear a change of it is: the dearest is changed least often.
    pub(crate) fn cost(self) -> u8 {
        match self {
            // Another model's weights have to be loaded.
            Self::Model => 1,
            _ => 0,
        }
    }
}

/// One value of a setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AxisValue {
    /// As it would stand in the form, or the key of a choice.
    pub value: String,
    /// As people read it.
    pub label: String,
}

/// A setting and its values, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Axis {
    /// The setting.
    pub kind: AxisKind,
    /// Its values: at least one, each once.
    pub values: Vec<AxisValue>,
}
