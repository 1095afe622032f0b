//! Configurations that were inferred, and what files say about them.

use std::{collections::BTreeMap, rc::Rc};

use serde_json::{Map, Value};

use super::Part;
use crate::{BUNDLED_CONFIG, Folder, OverlayFolder, Tensors, WeightsError, read_json};

/// Where diffusers keeps the noise schedule.
pub(super) const SCHEDULER: &str = "scheduler/scheduler_config.json";

/// Settings by path that overrule everything else.
const LAST_WORD: &str = "checkpoint.json";

/// A configuration that a file brings in its metadata, if it is sound.
pub(super) fn in_metadata(tensors: &Tensors, path: &str) -> Option<Value> {
    let text = tensors.metadata().get(&format!("{BUNDLED_CONFIG}{path}"))?.text()?;
    serde_json::from_str(text).ok()
}

/// Configurations by path, as far as they are not the folder's own, and settings to lay over them.
#[derive(Default)]
pub(super) struct Configs {
    files: BTreeMap<String, Value>,
    stated: BTreeMap<String, Map<String, Value>>,
}

impl Configs {
    pub(super) fn get(&self, path: &str) -> Option<&Value> {
        self.files.get(path)
    }

    pub(super) fn set(&mut self, path: &str, config: Value) {
        self.files.insert(path.to_owned(), config);
    }

    /// Lays one setting over a configuration.
    pub(super) fn state(&mut self, path: &str, field: &str, value: Value) {
        self.stated.entry(path.to_owned()).or_default().insert(field.to_owned(), value);
    }

    /// Takes whole configurations from a file's metadata.
    ///
    /// # Errors
    /// [`WeightsError::BadJson`], which names the key.
    pub(super) fn take_metadata(&mut self, file: &str, tensors: &Tensors) -> Result<(), WeightsError> {
        for (key, text) in tensors.texts() {
            let Some(path) = key.strip_prefix(BUNDLED_CONFIG) else { continue };
            let config = serde_json::from_str(text).map_err(|error| WeightsError::BadJson {
                file: format!("{file}, metadata {key}"),
                reason: error.to_string(),
            })?;
            self.set(path, config);
        }
        Ok(())
    }

    /// Takes the settings of `checkpoint.json`, where there is one.
    ///
    /// # Errors
    /// [`WeightsError::BadJson`] unless it is an object of objects.
    pub(super) async fn take_stated(&mut self, folder: &dyn Folder) -> Result<(), WeightsError> {
        let stated: Option<BTreeMap<String, Map<String, Value>>> = read_json(folder, LAST_WORD).await?;
        for (path, settings) in stated.into_iter().flatten() {
            self.stated.entry(path.clone()).or_default().extend(settings.clone());
            // Settings of a configuration that is the folder's own are laid over that one.
            if !self.files.contains_key(&path)
                && let Some(base) = read_json(folder, &path).await?
            {
                self.files.insert(path, base);
            }
        }
        Ok(())
    }

    /// After a part was replaced, keeps what its shapes do not tell from the configuration that it had. Of the same widths
    /// it is a part of the same kind, and everything else is as it was.
    pub(super) fn keep_unseen(&mut self, part: Part, base: &Value) {
        let Some(Value::Object(config)) = self.files.get_mut(part.config()) else { return };
        let is_class = base.get("_class_name").is_none_or(|class| config.get("_class_name") == Some(class));
        let is_alike = part != Part::TextEncoder
            && is_class
            && config.get("block_out_channels") == base.get("block_out_channels");
        let guessed: &[&str] = match part {
            Part::Unet if is_alike => &["attention_head_dim", "sample_size"],
            Part::Vae => &["scaling_factor", "shift_factor"],
            Part::Unet | Part::TextEncoder => &[],
        };
        for (field, value) in base.as_object().into_iter().flatten() {
            let is_untold = is_alike && !config.contains_key(field);
            if is_untold || guessed.contains(&field.as_str()) {
                config.insert(field.clone(), value.clone());
            }
        }
    }

    /// The configurations over a folder, settings and all.
    ///
    /// # Errors
    /// [`WeightsError::UnknownLayout`] when the number of the UNet's heads is still not known. `file` is what has the
    /// UNet, for the message.
    pub(super) fn over(mut self, folder: Rc<dyn Folder>, file: &str) -> Result<OverlayFolder, WeightsError> {
        for (path, settings) in self.stated {
            match self.files.entry(path).or_insert_with(|| Value::Object(Map::new())) {
                Value::Object(config) => config.extend(settings),
                config => *config = Value::Object(settings),
            }
        }
        let settings = folder.label(LAST_WORD);
        let unet = self.files.get(Part::Unet.config());
        if unet.is_some_and(|unet| unet.get("attention_head_dim") == Some(&Value::Null)) {
            return Err(WeightsError::UnknownLayout {
                file: file.to_owned(),
                part: Part::Unet.folder(),
                reason: format!(
                    "its levels are no multiples of 64, the width of a head in its family, so that the number of \
                     heads is not known; say attention_head_dim in {settings}"
                ),
            });
        }
        let mut overlay = OverlayFolder::new(Some(folder));
        for (path, config) in self.files {
            overlay.insert_bytes(path, config.to_string().into_bytes());
        }
        Ok(overlay)
    }
}
