//! The innermost level: a residual block, and perhaps a transformer and a second residual block.

use kernels::Tensor;

use super::{
    Pass,
    config::FILE,
    level_shapes,
    levels::Level,
    timed::{TimeProjections, TimedResnet},
    transformer::Transformer,
};
use crate::{ModelError, UNetConfig, loader::Loader};

pub(super) struct MidBlock {
    name: String,
    first: TimedResnet,
    pub(super) attention: Option<(Transformer, TimedResnet)>,
}

impl MidBlock {
    /// `None` when the configuration has no middle.
    pub(super) async fn load<'a>(
        at: &Loader<'a>,
        config: &UNetConfig,
        level: &Level,
        projections: &TimeProjections<'a>,
    ) -> Result<Option<Self>, ModelError> {
        let attends = match config.mid_block_type.as_deref() {
            None => return Ok(None),
            Some("UNetMidBlock2DCrossAttn") => true,
            Some("UNetMidBlock2D") => false,
            Some(other) => {
                let (field, value) = ("mid_block_type".to_owned(), format!("{other:?}"));
                return Err(ModelError::Unsupported { file: FILE, field, value });
            }
        };
        let shape = level_shapes(config, level.width, level.width);
        let first = TimedResnet::load(&at.at("resnets.0"), shape, projections).await?;
        let attention = match attends {
            true => Some((
                Transformer::load(&at.at("attentions.0"), level.transformer).await?,
                TimedResnet::load(&at.at("resnets.1"), shape, projections).await?,
            )),
            false => None,
        };
        Ok(Some(Self { name: at.path().to_owned(), first, attention }))
    }

    pub(super) async fn forward(&self, x: &Tensor, pass: &Pass<'_>) -> Result<Tensor, ModelError> {
        let mut hidden = self.first.forward(x, pass)?;
        if let Some((transformer, second)) = &self.attention {
            hidden = transformer.forward(&hidden, pass)?;
            hidden = second.forward(&hidden, pass)?;
        }
        hidden.device().checkpoint().await?;
        pass.taps.record(&self.name, &hidden);
        Ok(hidden)
    }
}
