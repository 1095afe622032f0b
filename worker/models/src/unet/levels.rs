//! The configuration's lists, brought together into one description for each level.

use super::{config::FILE, transformer::TransformerShape};
use crate::{ModelError, UNetConfig};

/// One level of the UNet: a down block and the up block across from it.
pub(super) struct Level {
    /// Channels.
    pub(super) width: usize,
    /// Residual blocks on the way down; one more on the way up.
    pub(super) layers: usize,
    /// The transformers of this level, where there are any.
    pub(super) transformer: TransformerShape,
    pub(super) attends_down: bool,
    pub(super) attends_up: bool,
}

impl UNetConfig {
    /// The levels, outermost first.
    pub(super) fn levels(&self) -> Result<Vec<Level>, ModelError> {
        let count = self.block_out_channels.len();
        let layers = self.layers_per_block.resolve(FILE, "layers_per_block", count)?;
        let depths =
            self.transformer_layers_per_block.resolve(FILE, "transformer_layers_per_block", count)?;
        let contexts = self.cross_attention_dim.resolve(FILE, "cross_attention_dim", count)?;
        let heads = self.attention_head_dim.resolve(FILE, "attention_head_dim", count)?;
        let down = attends(&self.down_block_types, "down_block_types", count, "DownBlock2D")?;
        let mut up = attends(&self.up_block_types, "up_block_types", count, "UpBlock2D")?;
        up.reverse();
        let groups = self.norm_num_groups;
        let attends = down.into_iter().zip(up);
        let sizes = self.block_out_channels.iter().zip(layers).zip(depths).zip(contexts).zip(heads);
        let levels = sizes.zip(attends).map(|(sizes, (attends_down, attends_up))| {
            let ((((&width, layers), depth), context_width), heads) = sizes;
            let transformer = TransformerShape { width, heads, layers: depth, context_width, groups };
            Level { width, layers, transformer, attends_down, attends_up }
        });
        let levels: Vec<Level> = levels.collect();
        self.check(&levels)?;
        Ok(levels)
    }

    fn check(&self, levels: &[Level]) -> Result<(), ModelError> {
        let bad = |field, reason| Err(ModelError::BadSetting { file: FILE, field, reason });
        if levels.is_empty() {
            return bad("block_out_channels", "is empty".to_owned());
        }
        let groups = self.norm_num_groups;
        for Level { width, transformer, attends_down, attends_up, .. } in levels {
            if *width == 0 || groups == 0 || !width.is_multiple_of(groups) {
                return bad(
                    "norm_num_groups",
                    format!("is {groups}, which does not divide {width} channels"),
                );
            }
            let heads = transformer.heads;
            if (*attends_down || *attends_up) && !width.is_multiple_of(heads) {
                return bad(
                    "attention_head_dim",
                    format!("asks for {heads} heads, which do not divide {width} channels"),
                );
            }
        }
        Ok(())
    }
}

/// Whether each block attends to the prompt, by the names of their types.
fn attends(
    types: &[String],
    field: &'static str,
    count: usize,
    plain: &str,
) -> Result<Vec<bool>, ModelError> {
    if types.len() != count {
        let reason = format!("has {} entries, but block_out_channels has {count}", types.len());
        return Err(ModelError::BadSetting { file: FILE, field, reason });
    }
    let attends = |name: &String| match name.strip_prefix("CrossAttn") {
        Some(rest) if rest == plain => Ok(true),
        None if name == plain => Ok(false),
        _ => Err(ModelError::Unsupported { file: FILE, field: field.to_owned(), value: format!("{name:?}") }),
    };
    types.iter().map(attends).collect()
}
