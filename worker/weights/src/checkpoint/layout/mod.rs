//! The sizes of networks, from the names and shapes of their tensors under diffusers' names, and back again: from
//! sizes to the names of every tensor that must be there.

mod text;
mod unet;
mod vae;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use text::TextLayout;
pub(super) use unet::UnetLayout;
pub(super) use vae::VaeLayout;

/// Shapes by name.
pub(super) type Shapes = BTreeMap<String, Vec<usize>>;

/// Why sizes could not be told.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A tensor is missing that says a size.
    Missing(String),
    /// What is there does not go together.
    Odd(String),
}

/// One axis of one tensor.
fn axis(shapes: &Shapes, name: &str, axis: usize) -> Result<usize, Fault> {
    let shape = shapes.get(name).ok_or_else(|| Fault::Missing(name.to_owned()))?;
    shape.get(axis).copied().ok_or_else(|| Fault::Odd(format!("{name} has the shape {shape:?}")))
}

/// Whether any tensor is inside the module.
fn has(shapes: &Shapes, module: &str) -> bool {
    let prefix = format!("{module}.");
    shapes.range(prefix.clone()..).next().is_some_and(|(name, _)| name.starts_with(&prefix))
}

/// How many of `module.0`, `module.1`, .. there are without a gap.
fn count(shapes: &Shapes, module: &str) -> usize {
    (0_usize..).take_while(|index| has(shapes, &format!("{module}.{index}"))).count()
}

/// Names of every tensor of a network.
#[derive(Default)]
struct Expected {
    names: BTreeSet<String>,
}

impl Expected {
    fn one(&mut self, name: impl Into<String>) {
        self.names.insert(name.into());
    }

    /// A weight and a bias.
    fn pair(&mut self, module: &str) {
        self.one(format!("{module}.weight"));
        self.one(format!("{module}.bias"));
    }

    fn pairs(&mut self, at: &str, modules: &[&str]) {
        for module in modules {
            self.pair(&format!("{at}.{module}"));
        }
    }

    /// A residual block; `inputs` and `width` are its channels.
    fn resnet(&mut self, at: &str, inputs: usize, width: usize) {
        self.pairs(at, &["norm1", "conv1", "norm2", "conv2"]);
        if inputs != width {
            self.pair(&format!("{at}.conv_shortcut"));
        }
    }
}
