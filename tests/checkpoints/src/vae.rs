//! `AutoencoderKL`.

use crate::Shapes;

/// Widths of Stable Diffusion's levels, outermost first.
pub(crate) const WIDTHS: [usize; 4] = [128, 256, 512, 512];
const LATENTS: usize = 4;

/// An autoencoder with two blocks a level. Stable Diffusion's levels are 128, 256, 512 and 512 wide, outermost first:
/// 83,653,863 parameters.
pub fn autoencoder(widths: [usize; 4]) -> Shapes {
    let mut shapes = Shapes::default();
    encoder(&mut shapes, widths);
    decoder(&mut shapes, widths);
    shapes.conv("quant_conv", 2 * LATENTS, 2 * LATENTS, 1);
    shapes.conv("post_quant_conv", LATENTS, LATENTS, 1);
    shapes
}

fn encoder(shapes: &mut Shapes, widths: [usize; 4]) {
    shapes.conv("encoder.conv_in", widths[0], 3, 3);
    let mut inputs = widths[0];
    for (level, width) in widths.into_iter().enumerate() {
        for layer in 0..2 {
            shapes.resnet(&format!("encoder.down_blocks.{level}.resnets.{layer}"), width, inputs, None);
            inputs = width;
        }
        if level + 1 < widths.len() {
            shapes.conv(&format!("encoder.down_blocks.{level}.downsamplers.0.conv"), width, width, 3);
        }
    }
    middle(shapes, "encoder", inputs);
    shapes.norm("encoder.conv_norm_out", inputs);
    shapes.conv("encoder.conv_out", 2 * LATENTS, inputs, 3);
}

fn decoder(shapes: &mut Shapes, widths: [usize; 4]) {
    let mut inputs = widths[3];
    shapes.conv("decoder.conv_in", inputs, LATENTS, 3);
    middle(shapes, "decoder", inputs);
    for (index, width) in widths.into_iter().rev().enumerate() {
        for layer in 0..3 {
            shapes.resnet(&format!("decoder.up_blocks.{index}.resnets.{layer}"), width, inputs, None);
            inputs = width;
        }
        if index + 1 < widths.len() {
            shapes.conv(&format!("decoder.up_blocks.{index}.upsamplers.0.conv"), width, width, 3);
        }
    }
    shapes.norm("decoder.conv_norm_out", inputs);
    shapes.conv("decoder.conv_out", 3, inputs, 3);
}

fn middle(shapes: &mut Shapes, side: &str, width: usize) {
    for layer in 0..2 {
        shapes.resnet(&format!("{side}.mid_block.resnets.{layer}"), width, width, None);
    }
    let attention = format!("{side}.mid_block.attentions.0");
    shapes.norm(&format!("{attention}.group_norm"), width);
    for projection in ["to_q", "to_k", "to_v", "to_out.0"] {
        shapes.linear(&format!("{attention}.{projection}"), width, width);
    }
}
