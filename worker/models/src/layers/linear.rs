//! A fully connected layer, which on channels-last activations is also a 1x1 convolution.

use kernels::{
    KernelError, Tensor, Weight,
    ops::{self, Epilogue, Input},
};

use weights::lora::ModuleShape;

use crate::{ModelError, adapters::Slot, loader::Loader};

/// `y = x w^T + b` on the last axis.
pub(crate) struct Linear {
    weight: Weight,
    bias: Option<Tensor>,
    adapter: Slot,
}

impl Linear {
    /// Loads a layer with a bias.
    pub(crate) async fn load(at: &Loader<'_>, inputs: usize, outputs: usize) -> Result<Self, ModelError> {
        let bias = Some(at.vector("bias", outputs).await?);
        Ok(Self { bias, ..Self::load_without_bias(at, inputs, outputs).await? })
    }

    /// Loads a layer that has no bias.
    pub(crate) async fn load_without_bias(
        at: &Loader<'_>,
        inputs: usize,
        outputs: usize,
    ) -> Result<Self, ModelError> {
        let weight = at.matrix("weight", outputs, inputs).await?;
        let adapter = at.slot(ModuleShape { outputs, inputs, kernel: [1, 1] });
        Ok(Self { weight, bias: None, adapter })
    }

    /// A layer of matrices one below the other. `adapter` is the place of all their additions.
    pub(super) fn of_stack(weight: Weight, bias: Option<Tensor>, adapter: Slot) -> Self {
        Self { weight, bias, adapter }
    }

    /// x: `[.., inputs]` to `[.., outputs]`
    pub(crate) fn forward<'a>(&self, x: impl Into<Input<'a>>) -> Result<Tensor, KernelError> {
        self.forward_with(x, Epilogue::default())
    }

    /// As [`forward`](Self::forward), with more work fused behind the product. The bias is the layer's own.
    pub(crate) fn forward_with<'a>(
        &self,
        x: impl Into<Input<'a>>,
        epilogue: Epilogue<'_>,
    ) -> Result<Tensor, KernelError> {
        let epilogue = Epilogue { bias: self.bias.as_ref(), ..epilogue };
        self.adapter
            .forward(x.into(), &self.weight, epilogue, |x, weight, epilogue| ops::linear(x, weight, epilogue))
    }

    /// `residual + layer(x)`
    pub(crate) fn add_to<'a>(
        &self,
        residual: &Tensor,
        x: impl Into<Input<'a>>,
    ) -> Result<Tensor, KernelError> {
        self.forward_with(x, Epilogue { residual: Some(residual), ..Epilogue::default() })
    }
}
