//! A fully connected layer, which on channels-last activations is also a 1x1 convolution.

use kernels::{
    KernelError, Tensor, Weight,
    ops::{self, Epilogue},
};

use crate::{ModelError, loader::Loader};

/// `y = x w^T + b` on the last axis.
pub(crate) struct Linear {
    weight: Weight,
    bias: Option<Tensor>,
}

impl Linear {
    /// Loads a layer with a bias.
    pub(crate) async fn load(at: &Loader<'_>, inputs: usize, outputs: usize) -> Result<Self, ModelError> {
        let weight = at.matrix("weight", outputs, inputs).await?;
        Ok(Self { weight, bias: Some(at.vector("bias", outputs).await?) })
    }

    /// Loads a layer that has no bias.
    pub(crate) async fn load_without_bias(
        at: &Loader<'_>,
        inputs: usize,
        outputs: usize,
    ) -> Result<Self, ModelError> {
        Ok(Self { weight: at.matrix("weight", outputs, inputs).await?, bias: None })
    }

    /// x: `[.., inputs]` to `[.., outputs]`
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor, KernelError> {
        self.forward_with(x, Epilogue::default())
    }

    /// As [`forward`](Self::forward), with more work fused behind the product. The bias is the layer's own.
    pub(crate) fn forward_with(&self, x: &Tensor, epilogue: Epilogue<'_>) -> Result<Tensor, KernelError> {
        ops::linear(x, &self.weight, Epilogue { bias: self.bias.as_ref(), ..epilogue })
    }

    /// `residual + layer(x)`
    pub(crate) fn add_to(&self, residual: &Tensor, x: &Tensor) -> Result<Tensor, KernelError> {
        self.forward_with(x, Epilogue { residual: Some(residual), ..Epilogue::default() })
    }
}
