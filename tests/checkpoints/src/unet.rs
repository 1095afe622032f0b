//! `UNet2DConditionModel`.

use crate::Shapes;

/// What distinguishes one UNet of Stable Diffusion from another.
#[derive(Debug, Clone)]
pub struct UNetSizes {
    /// Channels of its input.
    pub in_channels: usize,
    /// Width of each level, outermost first; all but the last attend to the prompt.
    pub widths: Vec<usize>,
    /// Residual blocks of a level on the way down.
    pub layers: usize,
    /// Width of the prompt's tokens.
    pub context: usize,
}

impl UNetSizes {
    /// Stable Diffusion 1.5: 859,520,964 parameters.
    pub fn stable_diffusion_1_5() -> Self {
        Self { in_channels: 4, widths: vec![320, 640, 1280, 1280], layers: 2, context: 768 }
    }

    /// All tensors.
    pub fn shapes(&self) -> Shapes {
        let mut shapes = Shapes::default();
        let (outer, inner) = (self.widths[0], self.widths[self.widths.len() - 1]);
        shapes.conv("conv_in", outer, self.in_channels, 3);
        shapes.linear("time_embedding.linear_1", self.time(), outer);
        shapes.linear("time_embedding.linear_2", self.time(), self.time());
        let skips = self.down(&mut shapes);
        self.resnet(&mut shapes, "mid_block.resnets.0", inner, inner);
        self.transformer(&mut shapes, "mid_block.attentions.0", inner);
        self.resnet(&mut shapes, "mid_block.resnets.1", inner, inner);
        self.up(&mut shapes, skips);
        shapes.norm("conv_norm_out", outer);
        shapes.conv("conv_out", 4, outer, 3);
        shapes
    }

    fn time(&self) -> usize {
        4 * self.widths[0]
    }

    fn attends(&self, level: usize) -> bool {
        level + 1 < self.widths.len()
    }

    /// Returns the channels of every activation that the way up will see again.
    fn down(&self, shapes: &mut Shapes) -> Vec<usize> {
        let mut inputs = self.widths[0];
        let mut skips = vec![inputs];
        for (level, &width) in self.widths.iter().enumerate() {
            let block = format!("down_blocks.{level}");
            for layer in 0..self.layers {
                self.resnet(shapes, &format!("{block}.resnets.{layer}"), width, inputs);
                if self.attends(level) {
                    self.transformer(shapes, &format!("{block}.attentions.{layer}"), width);
                }
                inputs = width;
                skips.push(width);
            }
            if level + 1 < self.widths.len() {
                shapes.conv(&format!("{block}.downsamplers.0.conv"), width, width, 3);
                skips.push(width);
            }
        }
        skips
    }

    fn up(&self, shapes: &mut Shapes, mut skips: Vec<usize>) {
        let mut inputs = self.widths[self.widths.len() - 1];
        for (index, level) in (0..self.widths.len()).rev().enumerate() {
            let (block, width) = (format!("up_blocks.{index}"), self.widths[level]);
            for layer in 0..=self.layers {
                let skip = skips.pop().unwrap_or_default();
                self.resnet(shapes, &format!("{block}.resnets.{layer}"), width, inputs + skip);
                if self.attends(level) {
                    self.transformer(shapes, &format!("{block}.attentions.{layer}"), width);
                }
                inputs = width;
            }
            if level > 0 {
                shapes.conv(&format!("{block}.upsamplers.0.conv"), width, width, 3);
            }
        }
    }

    fn resnet(&self, shapes: &mut Shapes, module: &str, outputs: usize, inputs: usize) {
        shapes.resnet(module, outputs, inputs, Some(self.time()));
    }

    fn transformer(&self, shapes: &mut Shapes, module: &str, width: usize) {
        shapes.norm(&format!("{module}.norm"), width);
        shapes.conv(&format!("{module}.proj_in"), width, width, 1);
        let block = format!("{module}.transformer_blocks.0");
        for (attention, context) in [("attn1", width), ("attn2", self.context)] {
            shapes.weight(&format!("{block}.{attention}.to_q"), &[width, width]);
            shapes.weight(&format!("{block}.{attention}.to_k"), &[width, context]);
            shapes.weight(&format!("{block}.{attention}.to_v"), &[width, context]);
            shapes.linear(&format!("{block}.{attention}.to_out.0"), width, width);
        }
        for norm in ["norm1", "norm2", "norm3"] {
            shapes.norm(&format!("{block}.{norm}"), width);
        }
        shapes.linear(&format!("{block}.ff.net.0.proj"), 8 * width, width);
        shapes.linear(&format!("{block}.ff.net.2"), width, 4 * width);
        shapes.conv(&format!("{module}.proj_out"), width, width, 1);
    }
}
