//! The samplers by name.

use serde::{Deserialize, Serialize};

use crate::Prediction;

/// Which sampler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SamplerKind {
    /// Denoising diffusion implicit models, eta 0 (Song et al. 2020).
    Ddim,
    /// Euler's method on the probability-flow ODE (Karras et al. 2022).
    Euler,
    /// Euler's method towards less noise than the step asks for, and fresh noise on top.
    EulerAncestral,
    /// DPM-Solver++ with two predictions a step, its own and the one before (Lu et al. 2022).
    #[serde(rename = "dpmpp-2m")]
    Dpmpp2m,
    /// The same over the noise levels of Karras et al. 2022.
    #[serde(rename = "dpmpp-2m-karras")]
    Dpmpp2mKarras,
    /// A predictor and a corrector of one order more (Zhao et al. 2023).
    #[serde(rename = "unipc")]
    UniPc,
    /// Latent consistency models, in few steps (Luo et al. 2023).
    Lcm,
    /// Euler's method on a rectified flow (Liu et al. 2022).
    FlowEuler,
}

impl SamplerKind {
    /// Every sampler, in the order to offer them.
    pub const ALL: [Self; 8] = [
        Self::Ddim,
        Self::Euler,
        Self::EulerAncestral,
        Self::Dpmpp2m,
        Self::Dpmpp2mKarras,
        Self::UniPc,
        Self::Lcm,
        Self::FlowEuler,
    ];

    /// The name in configurations, records and on command lines, which is also the serialised one.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ddim => "ddim",
            Self::Euler => "euler",
            Self::EulerAncestral => "euler-ancestral",
            Self::Dpmpp2m => "dpmpp-2m",
            Self::Dpmpp2mKarras => "dpmpp-2m-karras",
            Self::UniPc => "unipc",
            Self::Lcm => "lcm",
            Self::FlowEuler => "flow-euler",
        }
    }

    /// The sampler of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether the sampler can follow what a model predicts.
    pub fn suits(self, prediction: Prediction) -> bool {
        (self == Self::FlowEuler) == (prediction == Prediction::Flow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_serialised_ones() {
        for kind in SamplerKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
            assert_eq!(SamplerKind::from_name(kind.name()), Some(kind));
        }
        assert_eq!(SamplerKind::from_name("Euler"), None);
    }
}
