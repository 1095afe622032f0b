//! Whole checkpoints.

use std::{collections::BTreeMap, rc::Rc};

use serde_json::{Value, json};
use weights::{ByteSource, Folder, LocalBoxFuture, MemorySource, WeightsError};

use crate::{
    Numbers, Shapes, UNetSizes,
    bytes::MadeUpFile,
    clip::clip_l,
    vae::{WIDTHS, autoencoder},
};

/// A folder of made-up files.
#[derive(Clone, Default)]
pub struct MadeUpFolder {
    files: BTreeMap<String, Rc<dyn ByteSource>>,
}

impl MadeUpFolder {
    /// Adds a safetensors file of these tensors.
    pub fn insert_tensors(&mut self, path: &str, shapes: &Shapes, numbers: Numbers) {
        self.insert(path, Rc::new(MadeUpFile::new(shapes, numbers)));
    }

    /// Adds a JSON file.
    pub fn insert_json(&mut self, path: &str, json: &Value) {
        self.insert(path, Rc::new(MemorySource::new(json.to_string().into_bytes())));
    }

    pub(crate) fn insert(&mut self, path: &str, source: Rc<dyn ByteSource>) {
        self.files.insert(path.to_owned(), source);
    }

    /// Every file, by path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &Rc<dyn ByteSource>)> {
        self.files.iter().map(|(path, source)| (path.as_str(), source))
    }
}

impl Folder for MadeUpFolder {
    fn open(&self, path: &str) -> LocalBoxFuture<'_, Result<Option<Rc<dyn ByteSource>>, WeightsError>> {
        let found = self.files.get(path).cloned();
        Box::pin(async { Ok(found) })
    }
}

/// Stable Diffusion 1.5 in diffusers' layout: 2.1 GB in `F16`, 4.3 GB in `F32`.
pub fn stable_diffusion_1_5(numbers: Numbers) -> MadeUpFolder {
    folder(&UNetSizes::stable_diffusion_1_5(), numbers)
}

/// As [`stable_diffusion_1_5`], but for a UNet of two levels with a block each. Its largest tensors are those of the
/// whole model: the tokens' table and the widest filter.
pub fn few_layers(numbers: Numbers) -> MadeUpFolder {
    folder(&UNetSizes { widths: vec![320, 1280], layers: 1, ..UNetSizes::stable_diffusion_1_5() }, numbers)
}

fn folder(unet: &UNetSizes, numbers: Numbers) -> MadeUpFolder {
    let mut folder = MadeUpFolder::default();
    folder.insert_tensors("unet/diffusion_pytorch_model.safetensors", &unet.shapes(), numbers);
    folder.insert_tensors("text_encoder/model.safetensors", &clip_l(), numbers);
    folder.insert_tensors("vae/diffusion_pytorch_model.safetensors", &autoencoder(WIDTHS), numbers);
    for (path, json) in configurations(unet) {
        folder.insert_json(path, &json);
    }
    folder
}

/// The same model in one file, under diffusers' names behind those of its parts. Its configurations have to be told
/// from its shapes.
pub fn stable_diffusion_1_5_in_one_file(numbers: Numbers) -> Rc<dyn ByteSource> {
    let unet = UNetSizes::stable_diffusion_1_5().shapes().prefixed("unet.");
    let shapes = unet.and(clip_l().prefixed("text_encoder.")).and(autoencoder(WIDTHS).prefixed("vae."));
    Rc::new(MadeUpFile::new(&shapes, numbers))
}

/// What the published checkpoint's configurations say.
fn configurations(unet: &UNetSizes) -> [(&'static str, Value); 5] {
    [
        (
            "model_index.json",
            json!({
                "_class_name": "StableDiffusionPipeline",
                "scheduler": ["diffusers", "PNDMScheduler"],
                "text_encoder": ["transformers", "CLIPTextModel"],
                "unet": ["diffusers", "UNet2DConditionModel"],
                "vae": ["diffusers", "AutoencoderKL"],
            }),
        ),
        (
            "scheduler/scheduler_config.json",
            json!({
                "_class_name": "PNDMScheduler", "beta_start": 0.00085, "beta_end": 0.012,
                "beta_schedule": "scaled_linear", "num_train_timesteps": 1000, "set_alpha_to_one": false,
                "steps_offset": 1, "clip_sample": false,
            }),
        ),
        (
            "text_encoder/config.json",
            json!({
                "model_type": "clip_text_model", "hidden_size": 768, "intermediate_size": 3072,
                "num_attention_heads": 12, "num_hidden_layers": 12, "hidden_act": "quick_gelu",
            }),
        ),
        (
            "unet/config.json",
            json!({
                "_class_name": "UNet2DConditionModel", "in_channels": unet.in_channels,
                "block_out_channels": unet.widths, "layers_per_block": unet.layers,
                "cross_attention_dim": unet.context, "attention_head_dim": 8, "sample_size": 64,
            }),
        ),
        (
            "vae/config.json",
            json!({
                "_class_name": "AutoencoderKL", "block_out_channels": [128, 256, 512, 512],
                "layers_per_block": 2, "latent_channels": 4, "norm_num_groups": 32,
                "down_block_types": vec!["DownEncoderBlock2D"; 4], "up_block_types": vec!["UpDecoderBlock2D"; 4],
            }),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use pollster::block_on;
    use weights::Tensors;

    use super::*;

    #[test]
    fn parameters_are_as_many_as_the_published_ones() {
        assert_eq!(UNetSizes::stable_diffusion_1_5().shapes().parameters(), 859_520_964);
        assert_eq!(clip_l().parameters(), 123_060_480);
        assert_eq!(autoencoder(WIDTHS).parameters(), 83_653_863);
    }

    #[test]
    fn its_files_are_sound_and_read_anywhere() {
        let folder = stable_diffusion_1_5(Numbers::RandomF16);
        let unet = block_on(Tensors::open_in(&folder, "unet/diffusion_pytorch_model")).unwrap();
        let last = block_on(unet.read("conv_out.weight")).unwrap().to_f32().unwrap();
        assert_eq!(last.len(), 4 * 320 * 9);
        assert!(last.iter().all(|value| value.is_finite() && value.abs() < 0.2));
        let bytes: u64 = folder.files().map(|(_, source)| source.len_bytes()).sum();
        assert!(bytes > 2_132_000_000, "{bytes}");
    }
}
