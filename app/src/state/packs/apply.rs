//! **Use pack**: an entry's settings, source and size into the form. What is not here is said, never replaced.

use gallery::Settings;
use leptos::prelude::*;
use packs::{PictureKey, Role};
use protocol::{ModelInfo, SamplerKind};
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use super::{Place, settings_of};
use crate::state::Studio;
use crate::state::reuse::choice;
use crate::state::size::generated_size;
use crate::state::source::SourceFile;
use crate::words::packs as words;

/// Whether a pack's model is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ModelFit {
    /// It is, under this key, to the byte as far as both sides know.
    Here(String),
    /// One of the same key is, with other weights.
    Changed(String),
    /// It is not.
    Missing,
}

impl ModelFit {
    /// Looks for the model: the same weights under any key come before the same key.
    pub(crate) fn of(settings: &Settings, models: &[ModelInfo]) -> Self {
        let hash = settings.model_hash.as_str();
        // Other tools write the beginning of a hash.
        let same = |model: &&ModelInfo| hash.len() >= 10 && model.hash.starts_with(hash);
        if let Some(model) = models.iter().find(same) {
            return Self::Here(model.id.0.clone());
        }
        match models.iter().find(|model| model.id.0 == settings.model) {
            Some(model) if hash.is_empty() || model.hash.is_empty() => Self::Here(model.id.0.clone()),
            Some(model) => Self::Changed(model.id.0.clone()),
            None => Self::Missing,
        }
    }
}

impl Studio {
    /// Puts an entry of a pack into the form.
    pub(crate) fn use_pack(self, id: &str, index: usize) {
        let Some(kept) = self.packs.get(id) else { return };
        spawn_local(async move {
            let Some(entry) = kept.pack.entries.get(index) else { return };
            let mut files = [None, None];
            for (file, role) in files.iter_mut().zip([Role::Source, Role::Mask]) {
                let Some(_) = entry.info(role) else { continue };
                let key = PictureKey { entry: index, role };
                match self.shelf.pack_picture(&kept.id, &key.name()).await {
                    Ok(found) => *file = Some(found),
                    Err(error) => return self.complain_of_packs(&error),
                }
            }
            let [source, mask] = files;
            self.drawer.set(None);
            self.apply(&settings_of(entry), source, mask).await;
        });
    }

    async fn apply(self, settings: &Settings, source: Option<Blob>, mask: Option<Blob>) {
        let fit = self.session.models.with_untracked(|models| ModelFit::of(settings, models));
        let mut found = settings.clone();
        if let ModelFit::Here(id) | ModelFit::Changed(id) = &fit {
            found.model.clone_from(id);
        }
        self.reuse_settings(&found);
        if let ModelFit::Changed(id) = &fit {
            self.notices.say(Place::Model, words::other_weights(id));
        }
        if !settings.sampler.is_empty() && choice::<SamplerKind>(&settings.sampler).is_none() {
            self.notices.say(Place::Settings, words::unknown_sampler(&settings.sampler));
        }
        let source = source.map(|blob| SourceFile { blob, name: settings.prompt.clone(), parent: None });
        match (source, mask) {
            (Some(source), Some(mask)) => self.take_masked_source(source, &mask).await,
            (Some(source), None) => self.take_source(source),
            // A recipe for other sources keeps the one that is there.
            (None, Some(mask)) => self.restore_mask(mask),
            (None, None) if settings.mode.has_source() => {}
            (None, None) => self.remove_source(),
        }
        let model = untrack(|| self.model_of(&found.model));
        // The source sets its size, too.
        self.source_checked().await;
        self.set_size_at_last(generated_size(settings, model.as_ref()));
    }
}

#[cfg(test)]
mod tests {
    use protocol::{ModelId, StrengthRule};

    use super::*;

    fn model(id: &str, hash: &str) -> ModelInfo {
        ModelInfo {
            id: ModelId(id.to_owned()),
            name: id.to_owned(),
            hash: hash.to_owned(),
            bytes: 0,
            native_px: 64,
            max_px: 64,
            multiple_px: 8,
            default_steps: 8,
            default_guidance: 1.0,
            default_sampler: SamplerKind::Ddim,
            samplers: vec![SamplerKind::Ddim],
            default_strength_rule: StrengthRule::AllSteps,
        }
    }

    #[test]
    fn a_model_is_known_by_its_weights_before_its_key() {
        let models =
            [model("builtin", "aaaaaaaaaaaaaaaa"), model("mine", "bbbbbbbbbbbbbbbb"), model("new", "")];
        let fit = |id: &str, hash: &str| {
            let (model, model_hash) = (id.to_owned(), hash.to_owned());
            ModelFit::of(&Settings { model, model_hash, ..Settings::default() }, &models)
        };
        assert_eq!(fit("builtin", "aaaaaaaaaaaaaaaa"), ModelFit::Here("builtin".to_owned()));
        assert_eq!(fit("theirs", "bbbbbbbbbb"), ModelFit::Here("mine".to_owned()));
        assert_eq!(fit("builtin", "bbbbbbbbbbbbbbbb"), ModelFit::Here("mine".to_owned()));
        assert_eq!(fit("builtin", "cccccccccccccccc"), ModelFit::Changed("builtin".to_owned()));
        assert_eq!(fit("builtin", ""), ModelFit::Here("builtin".to_owned()));
        assert_eq!(fit("new", "cccccccccccccccc"), ModelFit::Here("new".to_owned()));
        assert_eq!(fit("dev", ""), ModelFit::Missing);
        // Too short to be a hash: a few letters are the beginning of many.
        assert_eq!(fit("dev", "a"), ModelFit::Missing);
    }
}
