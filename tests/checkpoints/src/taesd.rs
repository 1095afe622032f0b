//! `AutoencoderTiny`.

use crate::Shapes;

const WIDTH: usize = 64;
const LATENTS: usize = 4;

/// The tiny autoencoder (TAESD): 2,445,063 parameters. Layers are numbered with those that have no weights.
pub fn tiny_autoencoder() -> Shapes {
    let mut shapes = Shapes::default();
    let mut layer = 0;
    for (level, blocks) in [1, 3, 3, 3].into_iter().enumerate() {
        match level {
            0 => shapes.conv("encoder.layers.0", WIDTH, 3, 3),
            _ => shapes.weight(&format!("encoder.layers.{layer}"), &[WIDTH, WIDTH, 3, 3]),
        }
        layer = self::blocks(&mut shapes, "encoder", layer + 1, blocks);
    }
    shapes.conv(&format!("encoder.layers.{layer}"), LATENTS, WIDTH, 3);
    shapes.conv("decoder.layers.0", WIDTH, LATENTS, 3);
    // An activation follows the first convolution.
    layer = 2;
    for blocks in [3, 3, 3] {
        // The picture is doubled before each convolution.
        layer = self::blocks(&mut shapes, "decoder", layer, blocks) + 1;
        shapes.weight(&format!("decoder.layers.{layer}"), &[WIDTH, WIDTH, 3, 3]);
        layer += 1;
    }
    layer = blocks(&mut shapes, "decoder", layer, 1);
    shapes.conv(&format!("decoder.layers.{layer}"), 3, WIDTH, 3);
    shapes
}

/// Returns the number of the layer behind them.
fn blocks(shapes: &mut Shapes, side: &str, first: usize, count: usize) -> usize {
    for layer in first..first + count {
        for conv in [0, 2, 4] {
            shapes.conv(&format!("{side}.layers.{layer}.conv.{conv}"), WIDTH, WIDTH, 3);
        }
    }
    first + count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_as_many_as_the_published_ones() {
        assert_eq!(tiny_autoencoder().parameters(), 2_445_063);
    }
}
