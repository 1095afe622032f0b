//! Linear layers that read the same input, computed together.

use std::rc::Rc;

use kernels::{
    KernelError, Tensor,
    ops::{Columns, Input},
};
use weights::lora::ModuleShape;

use super::Linear;
use crate::{ModelError, adapters::Slot, loader::Loader};

/// Linear layers of one input. Their matrices lie one below the other, so that one product computes them all: as many
/// products as there are changes in the type of the elements.
pub(crate) struct Stack {
    layers: Vec<Linear>,
    parts: Rc<[Part]>,
}

/// Where the output of one module lies.
#[derive(Debug, Clone, Copy)]
struct Part {
    layer: usize,
    first: usize,
    count: usize,
}

/// The outputs of a [`Stack`].
pub(crate) struct Stacked {
    outputs: Vec<Tensor>,
    parts: Rc<[Part]>,
}

impl Stack {
    /// Loads modules, each with the number of its outputs, in this order.
    pub(crate) async fn load(
        modules: &[(Loader<'_>, usize)],
        inputs: usize,
        has_bias: bool,
    ) -> Result<Self, ModelError> {
        let (mut layers, mut parts) = (Vec::new(), Vec::with_capacity(modules.len()));
        let stacks = match modules.first() {
            Some((at, _)) => at.stacked(modules, inputs).await?,
            None => Vec::new(),
        };
        let mut rest = modules;
        for (weight, count) in stacks {
            let (own, others) = rest.split_at(count.min(rest.len()));
            rest = others;
            let all = own.iter().map(|(_, outputs)| outputs).sum();
            let (slot, mut first) = (Slot::default(), 0);
            for (at, outputs) in own {
                let outputs = *outputs;
                at.share_slot(ModuleShape { outputs, inputs, kernel: [1, 1] }, &slot, first, all);
                parts.push(Part { layer: layers.len(), first, count: outputs });
                first += outputs;
            }
            let bias = match own {
                [(at, _), ..] if has_bias => Some(at.joined(own, "bias").await?),
                _ => None,
            };
            layers.push(Linear::of_stack(weight, bias, slot));
        }
        Ok(Self { layers, parts: parts.into() })
    }

    /// input: `[.., inputs]`
    pub(crate) fn forward<'a>(&self, input: impl Into<Input<'a>>) -> Result<Stacked, KernelError> {
        let input = input.into();
        let outputs = self.layers.iter().map(|layer| layer.forward(input));
        Ok(Stacked { outputs: outputs.collect::<Result<_, _>>()?, parts: self.parts.clone() })
    }
}

impl Stacked {
    /// The output of module number `index`, `[.., outputs]`.
    pub(crate) fn part(&self, index: usize) -> Result<Columns<'_>, KernelError> {
        let missing = || KernelError::Shape {
            op: "stack",
            expected: format!("one of {} modules", self.parts.len()),
            got: format!("number {index}"),
        };
        let part = self.parts.get(index).ok_or_else(missing)?;
        Columns::of(self.outputs.get(part.layer).ok_or_else(missing)?, part.first, part.count)
    }

    /// The outputs of three modules, such as queries, keys and values.
    pub(crate) fn three(&self) -> Result<[Columns<'_>; 3], KernelError> {
        Ok([self.part(0)?, self.part(1)?, self.part(2)?])
    }
}
