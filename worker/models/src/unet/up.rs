//! A level on the way up: residual blocks over what came from below and what the way down left behind.

use kernels::{KernelError, Tensor, ops::Input};

use super::{
    Pass, level_shapes,
    levels::Level,
    timed::{TimeProjections, TimedResnet},
    transformer::Transformer,
};
use crate::{
    ModelError, UNetConfig,
    layers::{Upsample, size_of},
    loader::Loader,
};

pub(super) struct UpBlock {
    name: String,
    resnets: Vec<TimedResnet>,
    /// One for each residual block, or none at all.
    pub(super) attentions: Vec<Transformer>,
    upsampler: Option<Upsample>,
}

impl UpBlock {
    /// `below`: channels that come from below. `skips`: channels of each activation that is concatenated, first
    /// used first. `last`: the outermost level, which keeps its size.
    pub(super) async fn load<'a>(
        at: &Loader<'a>,
        config: &UNetConfig,
        level: &Level,
        below: usize,
        skips: &[usize],
        last: bool,
        projections: &TimeProjections<'a>,
    ) -> Result<Self, ModelError> {
        let (mut resnets, mut attentions) = (Vec::new(), Vec::new());
        for (index, skip) in skips.iter().enumerate() {
            let below = if index == 0 { below } else { level.width };
            let shape = level_shapes(config, below + skip, level.width);
            resnets.push(TimedResnet::load(&at.at("resnets").at(index), shape, projections).await?);
            if level.attends_up {
                let at = at.at("attentions").at(index);
                attentions.push(Transformer::load(&at, level.transformer).await?);
            }
        }
        let upsampler = match last {
            true => None,
            false => Some(Upsample::load(&at.at("upsamplers.0"), level.width).await?),
        };
        Ok(Self { name: at.path().to_owned(), resnets, attentions, upsampler })
    }

    /// Takes its activations from the end of `skips`. It grows to the size of the next one there, not to double
    /// its own: an odd size was rounded up on the way down.
    pub(super) async fn forward(
        &self,
        x: &Tensor,
        pass: &Pass<'_>,
        skips: &mut Vec<Tensor>,
    ) -> Result<Tensor, ModelError> {
        let mut hidden = x.clone();
        for (index, resnet) in self.resnets.iter().enumerate() {
            let skip = skips.pop().ok_or_else(no_skip)?;
            hidden = resnet.forward(Input { beside: Some(&skip), ..Input::from(&hidden) }, pass)?;
            if let Some(transformer) = self.attentions.get(index) {
                hidden = transformer.forward(&hidden, pass)?;
            }
            hidden.device().checkpoint().await?;
        }
        if let Some(upsampler) = &self.upsampler {
            let size = size_of(skips.last().ok_or_else(no_skip)?)?;
            hidden = upsampler.forward(&hidden, size, pass.taps)?;
        }
        pass.taps.record(&self.name, &hidden);
        Ok(hidden)
    }
}

fn no_skip() -> KernelError {
    KernelError::Shape {
        op: "up block",
        expected: "an activation left by the way down".to_owned(),
        got: "none".to_owned(),
    }
}
