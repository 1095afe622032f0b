//! `AutoencoderKL`.

use std::collections::BTreeSet;

use super::{Expected, Fault, Shapes, axis, count, has};

/// The sizes of an autoencoder. Levels are listed from the outermost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::checkpoint) struct VaeLayout {
    pub(in crate::checkpoint) in_channels: usize,
    pub(in crate::checkpoint) out_channels: usize,
    pub(in crate::checkpoint) latent_channels: usize,
    /// Width of each level.
    pub(in crate::checkpoint) widths: Vec<usize>,
    /// Residual blocks of each level of the encoder; the decoder has one more.
    pub(in crate::checkpoint) layers: usize,
    pub(in crate::checkpoint) has_attention: bool,
    pub(in crate::checkpoint) has_quant: bool,
    pub(in crate::checkpoint) has_post_quant: bool,
}

impl VaeLayout {
    /// Reads the sizes off the shapes.
    ///
    /// # Errors
    /// [`Fault::Missing`], when a tensor is missing that says a size.
    pub(in crate::checkpoint) fn of(shapes: &Shapes) -> Result<Self, Fault> {
        let levels = count(shapes, "encoder.down_blocks").max(1);
        let width = |level| axis(shapes, &format!("encoder.down_blocks.{level}.resnets.0.conv1.weight"), 0);
        Ok(Self {
            in_channels: axis(shapes, "encoder.conv_in.weight", 1)?,
            out_channels: axis(shapes, "decoder.conv_out.weight", 0)?,
            latent_channels: axis(shapes, "decoder.conv_in.weight", 1)?,
            widths: (0..levels).map(width).collect::<Result<_, _>>()?,
            layers: count(shapes, "encoder.down_blocks.0.resnets"),
            has_attention: has(shapes, "decoder.mid_block.attentions.0"),
            has_quant: has(shapes, "quant_conv"),
            has_post_quant: has(shapes, "post_quant_conv"),
        })
    }

    /// The names of every tensor.
    pub(in crate::checkpoint) fn expected(&self) -> BTreeSet<String> {
        let mut expected = Expected::default();
        let last = self.widths.len().saturating_sub(1);
        let mut inputs = self.widths.first().copied().unwrap_or_default();
        for (level, &width) in self.widths.iter().enumerate() {
            let at = format!("encoder.down_blocks.{level}");
            for layer in 0..self.layers {
                expected.resnet(&format!("{at}.resnets.{layer}"), inputs, width);
                inputs = width;
            }
            if level < last {
                expected.pair(&format!("{at}.downsamplers.0.conv"));
            }
        }
        for (block, &width) in self.widths.iter().rev().enumerate() {
            let at = format!("decoder.up_blocks.{block}");
            for layer in 0..=self.layers {
                expected.resnet(&format!("{at}.resnets.{layer}"), inputs, width);
                inputs = width;
            }
            if block < last {
                expected.pair(&format!("{at}.upsamplers.0.conv"));
            }
        }
        for side in ["encoder", "decoder"] {
            self.expect_ends(&mut expected, side);
        }
        for (name, is_there) in [("quant_conv", self.has_quant), ("post_quant_conv", self.has_post_quant)] {
            if is_there {
                expected.pair(name);
            }
        }
        expected.names
    }

    fn expect_ends(&self, expected: &mut Expected, side: &str) {
        expected.pairs(side, &["conv_in", "conv_norm_out", "conv_out"]);
        let inner = self.widths.last().copied().unwrap_or_default();
        for resnet in 0..2 {
            expected.resnet(&format!("{side}.mid_block.resnets.{resnet}"), inner, inner);
        }
        if self.has_attention {
            let at = format!("{side}.mid_block.attentions.0");
            expected.pairs(&at, &["group_norm", "to_q", "to_k", "to_v", "to_out.0"]);
        }
    }
}
