//! `UNet2DConditionModel`.

use std::collections::BTreeSet;

use super::{Expected, Fault, Shapes, axis, count, has};

/// The sizes of a UNet. Levels are listed from the outermost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::checkpoint) struct UnetLayout {
    pub(in crate::checkpoint) in_channels: usize,
    pub(in crate::checkpoint) out_channels: usize,
    /// Width of each level.
    pub(in crate::checkpoint) widths: Vec<usize>,
    /// Residual blocks of each level on the way down.
    pub(in crate::checkpoint) layers: Vec<usize>,
    /// Transformer layers after each residual block of a level on the way down; 0 without attention.
    pub(in crate::checkpoint) down_depths: Vec<usize>,
    /// As `down_depths`, on the way up, for the same levels.
    pub(in crate::checkpoint) up_depths: Vec<usize>,
    /// Transformer layers in the middle: `None` without a middle, 0 without attention there.
    pub(in crate::checkpoint) mid_depth: Option<usize>,
    /// Width of the prompt's tokens; `None` without attention anywhere.
    pub(in crate::checkpoint) context: Option<usize>,
    /// Whether tokens are projected by linear layers, as in Stable Diffusion 2, or by 1x1 convolutions.
    pub(in crate::checkpoint) is_linear: bool,
    /// Waves that the guidance scale is told by, where it is an input (Meng et al. 2023).
    pub(in crate::checkpoint) guidance_waves: Option<usize>,
}

/// Where a guidance scale goes in.
const GUIDANCE: &str = "time_embedding.cond_proj.weight";

impl UnetLayout {
    /// Reads the sizes off the shapes.
    ///
    /// # Errors
    /// [`Fault`], when a tensor is missing that says a size, or levels do not match.
    pub(in crate::checkpoint) fn of(shapes: &Shapes) -> Result<Self, Fault> {
        let levels = count(shapes, "down_blocks");
        if levels == 0 {
            return Err(Fault::Missing("down_blocks.0.resnets.0.conv1.weight".to_owned()));
        }
        let level_names = |side: &str| (0..levels).map(|level| format!("{side}_blocks.{level}")).collect();
        let downs: Vec<String> = level_names("down");
        let mut ups: Vec<String> = level_names("up");
        ups.reverse();
        let width = |at: &String| axis(shapes, &format!("{at}.resnets.0.conv1.weight"), 0);
        let depth = |at: &String| depth(shapes, &format!("{at}.attentions.0"));
        let mid_depth = has(shapes, "mid_block").then(|| self::depth(shapes, "mid_block.attentions.0"));
        let ends_with = |end: &str| shapes.iter().find(|(name, _)| name.ends_with(end));
        let projection = ends_with(".attentions.0.proj_in.weight");
        Ok(Self {
            in_channels: axis(shapes, "conv_in.weight", 1)?,
            out_channels: axis(shapes, "conv_out.weight", 0)?,
            widths: downs.iter().map(width).collect::<Result<_, _>>()?,
            layers: downs.iter().map(|at| count(shapes, &format!("{at}.resnets"))).collect(),
            down_depths: downs.iter().map(depth).collect(),
            up_depths: ups.iter().map(depth).collect(),
            mid_depth,
            context: ends_with("attn2.to_k.weight").and_then(|(_, shape)| shape.get(1).copied()),
            is_linear: projection.is_some_and(|(_, shape)| shape.len() == 2),
            guidance_waves: shapes.get(GUIDANCE).and_then(|shape| shape.get(1).copied()),
        })
    }

    /// The names of every tensor.
    pub(in crate::checkpoint) fn expected(&self) -> BTreeSet<String> {
        let mut expected = Expected::default();
        for module in ["time_embedding.linear_1", "time_embedding.linear_2", "conv_in"] {
            expected.pair(module);
        }
        expected.pair("conv_norm_out");
        expected.pair("conv_out");
        if self.guidance_waves.is_some() {
            expected.one(GUIDANCE.to_owned());
        }
        let skips = self.expect_down(&mut expected);
        let inner = self.widths.last().copied().unwrap_or_default();
        if let Some(depth) = self.mid_depth {
            expect_timed(&mut expected, "mid_block.resnets.0", inner, inner);
            if depth > 0 {
                expect_transformer(&mut expected, "mid_block.attentions.0", depth);
                expect_timed(&mut expected, "mid_block.resnets.1", inner, inner);
            }
        }
        self.expect_up(&mut expected, skips, inner);
        expected.names
    }

    /// Returns the widths of what the way up takes over, the last of them first needed.
    fn expect_down(&self, expected: &mut Expected) -> Vec<usize> {
        let mut inputs = self.widths.first().copied().unwrap_or_default();
        let mut skips = vec![inputs];
        let levels = self.widths.iter().zip(&self.layers).zip(&self.down_depths).enumerate();
        for (level, ((&width, &layers), &depth)) in levels {
            let at = format!("down_blocks.{level}");
            for layer in 0..layers {
                expect_timed(expected, &format!("{at}.resnets.{layer}"), inputs, width);
                if depth > 0 {
                    expect_transformer(expected, &format!("{at}.attentions.{layer}"), depth);
                }
                inputs = width;
                skips.push(width);
            }
            if level + 1 < self.widths.len() {
                expected.pair(&format!("{at}.downsamplers.0.conv"));
                skips.push(width);
            }
        }
        skips
    }

    fn expect_up(&self, expected: &mut Expected, mut skips: Vec<usize>, mut inputs: usize) {
        let levels = self.widths.iter().zip(&self.layers).zip(&self.up_depths);
        for (block, ((&width, &layers), &depth)) in levels.rev().enumerate() {
            let at = format!("up_blocks.{block}");
            for layer in 0..=layers {
                let skip = skips.pop().unwrap_or_default();
                expect_timed(expected, &format!("{at}.resnets.{layer}"), inputs.saturating_add(skip), width);
                if depth > 0 {
                    expect_transformer(expected, &format!("{at}.attentions.{layer}"), depth);
                }
                inputs = width;
            }
            if block + 1 < self.widths.len() {
                expected.pair(&format!("{at}.upsamplers.0.conv"));
            }
        }
    }
}

fn depth(shapes: &Shapes, attention: &str) -> usize {
    match count(shapes, &format!("{attention}.transformer_blocks")) {
        // Attention whose layers are lost is still attention.
        0 if has(shapes, attention) => 1,
        depth => depth,
    }
}

/// A residual block that takes the time.
fn expect_timed(expected: &mut Expected, at: &str, inputs: usize, width: usize) {
    expected.resnet(at, inputs, width);
    expected.pair(&format!("{at}.time_emb_proj"));
}

fn expect_transformer(expected: &mut Expected, at: &str, depth: usize) {
    expected.pairs(at, &["norm", "proj_in", "proj_out"]);
    for layer in 0..depth {
        let at = format!("{at}.transformer_blocks.{layer}");
        expected.pairs(&at, &["norm1", "norm2", "norm3", "ff.net.0.proj", "ff.net.2"]);
        for attention in ["attn1", "attn2"] {
            for name in ["to_q.weight", "to_k.weight", "to_v.weight", "to_out.0.weight", "to_out.0.bias"] {
                expected.one(format!("{at}.{attention}.{name}"));
            }
        }
    }
}
