//! Residual blocks that hear of the timestep.

use std::cell::RefCell;

use kernels::{KernelError, Tensor, ops::Input};

use super::Pass;
use crate::{
    ModelError,
    layers::{Resnet, ResnetShape, Stack},
    loader::Loader,
};

/// The blocks' projections of the timestep's embedding (`time_emb_proj`), while the blocks are being loaded.
#[derive(Default)]
pub(super) struct TimeProjections<'a>(RefCell<Vec<(Loader<'a>, usize)>>);

impl TimeProjections<'_> {
    /// Loads them, to be computed together: they read the same embedding.
    pub(super) async fn load(self, width: usize) -> Result<Stack, ModelError> {
        Stack::load(&self.0.into_inner(), width, true).await
    }
}

/// A residual block, and which of the projections is its own.
pub(super) struct TimedResnet {
    resnet: Resnet,
    projection: usize,
}

impl TimedResnet {
    pub(super) async fn load<'a>(
        at: &Loader<'a>,
        shape: ResnetShape,
        projections: &TimeProjections<'a>,
    ) -> Result<Self, ModelError> {
        let resnet = Resnet::load(at, shape).await?;
        let mut modules = projections.0.borrow_mut();
        modules.push((at.at("time_emb_proj"), shape.outputs));
        Ok(Self { resnet, projection: modules.len() - 1 })
    }

    /// x: `[n, h, w, inputs]` to `[n, h, w, outputs]`
    pub(super) fn forward<'a>(
        &self,
        x: impl Into<Input<'a>>,
        pass: &Pass<'_>,
    ) -> Result<Tensor, KernelError> {
        self.resnet.forward(x, Some(pass.time.part(self.projection)?), pass.taps)
    }
}
