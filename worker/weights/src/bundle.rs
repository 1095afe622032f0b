//! Whole models in one GGUF file: tensors under their part's name, JSON configurations in the metadata.
//!
//! A tensor `conv_in.weight` of the folder `unet` is `unet.conv_in.weight`, and the text of `unet/config.json` is the
//! metadata `palimpsest.config.unet/config.json`. So `Tensors::part("unet.")` and the folder that
//! [`bundled_configs`] returns take the place of a diffusers folder.

use crate::{MemoryFolder, Tensors};

/// What stands before a configuration's path in the metadata.
pub const BUNDLED_CONFIG: &str = "palimpsest.config.";

/// Parts that such a file can have, by their folders in diffusers' layout.
pub(crate) const PARTS: [&str; 4] = ["text_encoder", "unet", "vae", "taesd"];

/// Whether a file brings its configurations, so that none has to be told from names and shapes.
pub(crate) fn is_bundle(tensors: &Tensors) -> bool {
    tensors.texts().any(|(key, _)| key.starts_with(BUNDLED_CONFIG) && key.ends_with("model_index.json"))
}

/// The configurations that a file brings, by their paths in a diffusers folder; `None` when it brings none.
pub fn bundled_configs(tensors: &Tensors) -> Option<MemoryFolder> {
    let mut folder = None;
    for (key, value) in tensors.metadata() {
        if let (Some(path), Some(text)) = (key.strip_prefix(BUNDLED_CONFIG), value.text()) {
            folder.get_or_insert_with(MemoryFolder::default).insert(path, text.as_bytes());
        }
    }
    folder
}
