//! CLIP's text encoder.

use crate::Shapes;

/// CLIP ViT-L/14's: 123,060,480 parameters.
pub fn clip_l() -> Shapes {
    const WIDTH: usize = 768;
    let mut shapes = Shapes::default();
    shapes.weight("text_model.embeddings.token_embedding", &[49408, WIDTH]);
    shapes.weight("text_model.embeddings.position_embedding", &[77, WIDTH]);
    for layer in 0..12 {
        let layer = format!("text_model.encoder.layers.{layer}");
        for projection in ["q_proj", "k_proj", "v_proj", "out_proj"] {
            shapes.linear(&format!("{layer}.self_attn.{projection}"), WIDTH, WIDTH);
        }
        shapes.norm(&format!("{layer}.layer_norm1"), WIDTH);
        shapes.norm(&format!("{layer}.layer_norm2"), WIDTH);
        shapes.linear(&format!("{layer}.mlp.fc1"), 4 * WIDTH, WIDTH);
        shapes.linear(&format!("{layer}.mlp.fc2"), WIDTH, 4 * WIDTH);
    }
    shapes.norm("text_model.final_layer_norm", WIDTH);
    shapes
}
