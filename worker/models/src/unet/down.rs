//! A level on the way down: residual blocks, each perhaps with a transformer, then half the size.

use kernels::Tensor;

use super::{
    Pass, level_shapes,
    levels::Level,
    timed::{TimeProjections, TimedResnet},
    transformer::Transformer,
};
use crate::{
    ModelError, UNetConfig,
    layers::{Downsample, padding},
    loader::Loader,
};

pub(super) struct DownBlock {
    name: String,
    resnets: Vec<TimedResnet>,
    /// One for each residual block, or none at all.
    pub(super) attentions: Vec<Transformer>,
    downsampler: Option<Downsample>,
}

impl DownBlock {
    /// `inputs`: channels that come in. `last`: the innermost level, which keeps its size.
    pub(super) async fn load<'a>(
        at: &Loader<'a>,
        config: &UNetConfig,
        level: &Level,
        inputs: usize,
        last: bool,
        projections: &TimeProjections<'a>,
    ) -> Result<Self, ModelError> {
        let (mut resnets, mut attentions) = (Vec::new(), Vec::new());
        for index in 0..level.layers {
            let inputs = if index == 0 { inputs } else { level.width };
            let shape = level_shapes(config, inputs, level.width);
            resnets.push(TimedResnet::load(&at.at("resnets").at(index), shape, projections).await?);
            if level.attends_down {
                let at = at.at("attentions").at(index);
                attentions.push(Transformer::load(&at, level.transformer).await?);
            }
        }
        let downsampler = match last {
            true => None,
            false => Some(Downsample::load(&at.at("downsamplers.0"), level.width, padding::EVEN).await?),
        };
        Ok(Self { name: at.path().to_owned(), resnets, attentions, downsampler })
    }

    /// Every activation that the way up will need is pushed to `skips`.
    pub(super) async fn forward(
        &self,
        x: &Tensor,
        pass: &Pass<'_>,
        skips: &mut Vec<Tensor>,
    ) -> Result<Tensor, ModelError> {
        let mut hidden = x.clone();
        for (index, resnet) in self.resnets.iter().enumerate() {
            hidden = resnet.forward(&hidden, pass)?;
            if let Some(transformer) = self.attentions.get(index) {
                hidden = transformer.forward(&hidden, pass)?;
            }
            skips.push(hidden.clone());
            hidden.device().checkpoint().await?;
        }
        if let Some(downsampler) = &self.downsampler {
            hidden = downsampler.forward(&hidden, pass.taps)?;
            skips.push(hidden.clone());
        }
        pass.taps.record(&self.name, &hidden);
        Ok(hidden)
    }
}
