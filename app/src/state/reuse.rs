//! Going on from a picture: as the next one's source, or with its settings.

use std::sync::Arc;

use gallery::{Mode, Record, Settings};
use js_sys::Uint8Array;
use leptos::prelude::*;
use protocol::{PromptSyntax, SamplerKind, SourceFit, TraceOptions};
use serde::de::DeserializeOwned;
use storage::PicturePart;
use wasm_bindgen_futures::spawn_local;

use super::output::OutputFormat;
use super::size::{FitChoice, generated_size};
use super::source::SourceFile;
use super::{Place, Studio, drawing, strength};
use crate::platform::{array_buffer, bring_into_view};
use crate::words::batches as words;
use crate::words::{gallery as gallery_words, source as source_words};

/// The choice of that name, if this version knows it.
pub(crate) fn choice<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(name.into()).ok()
}

impl Studio {
    /// Makes a picture the next one's source.
    pub(crate) fn use_as_source(self, record: &Arc<Record>) {
        self.take_picture(record, |_| {});
    }

    /// Makes a picture the next one's source and opens it to paint a mask over it.
    pub(crate) fn use_as_mask_source(self, record: &Arc<Record>) {
        self.take_picture(record, Self::edit_mask);
    }

    fn take_picture(self, record: &Arc<Record>, then: fn(Self)) {
        if record.sheet.is_some() {
            return self.say_in_gallery(words::SHEET_IS_MANY);
        }
        let record = Arc::clone(record);
        self.library.opened.set(None);
        spawn_local(async move {
            match self.png(&record.id).await {
                Ok(blob) => {
                    let name = record.settings.prompt.clone();
                    self.take_source(SourceFile { blob, name, parent: Some(record.id.clone()) });
                    then(self);
                    bring_into_view("source-image");
                }
                Err(error) => self.complain_of_storage(&error),
            }
        });
    }

    /// Puts the settings of a picture in the gallery back into the form, and its files.
    pub(crate) fn reuse_picture(self, record: &Arc<Record>) {
        if record.sheet.is_some() {
            return self.notices.say(Place::Run, words::SHEET_IS_MANY);
        }
        let record = Arc::clone(record);
        self.reuse_settings(&record.settings);
        // At once: its mask comes later, and without it a press of Generate would make another picture.
        self.form.inpaint.set(record.settings.mode == Mode::Inpaint);
        let turn = self.source.reuses.get_value() + 1;
        self.source.reuses.set_value(turn);
        spawn_local(async move {
            let is_last = || self.source.reuses.get_value() == turn;
            self.reuse_source(&record, is_last).await;
            match self.picture_file(&record.id, PicturePart::Mask).await {
                Ok(Some(mask)) if is_last() => self.restore_mask(mask),
                Ok(_) => {}
                Err(error) => self.complain_of_storage(&error),
            }
        });
    }

    /// A picture's source comes back where there is none. One that is there stays, with a word if the picture had another.
    async fn reuse_source(self, record: &Record, is_last: impl Fn() -> bool) {
        let is_here = || untrack(|| self.source.is_some());
        if !record.settings.mode.has_source() {
            if is_here() {
                self.notices.say(Place::Source, source_words::MADE_WITHOUT);
            }
            return;
        }
        let source = self.source_of(record).await;
        match source {
            _ if !is_last() => {}
            None if is_here() => {}
            None => self.notices.say(Place::Source, gallery_words::NO_SOURCE),
            Some(source) if is_here() => {
                self.source_checked().await;
                if !self.is_source(&source).await && is_last() {
                    self.notices.say(Place::Source, source_words::MADE_FROM_ANOTHER);
                }
            }
            Some(source) => {
                self.take_source(source);
                // It sets its size, too.
                self.source_checked().await;
                if is_last() && is_here() {
                    let model = untrack(|| self.model_of(&record.settings.model));
                    self.set_size_at_last(generated_size(&record.settings, model.as_ref()));
                }
            }
        }
    }

    /// Whether the source in use is this file, byte for byte.
    async fn is_source(self, file: &SourceFile) -> bool {
        let Some(used) = self.source.file() else { return false };
        if used.blob.size() != file.blob.size() {
            return false;
        }
        let (used, file) = (array_buffer(&used.blob).await, array_buffer(&file.blob).await);
        used.ok()
            .zip(file.ok())
            .is_some_and(|(used, file)| Uint8Array::new(&used).to_vec() == Uint8Array::new(&file).to_vec())
    }

    /// Puts a picture's settings back into the form. A model or LoRA that is not here is said to be missing, never
    /// silently replaced.
    pub(crate) fn reuse_settings(self, settings: &Settings) {
        self.notices.clear_for_run();
        // As the file of a sheet has it.
        if settings.other.contains_key("sheet") {
            return self.notices.say(Place::Run, words::SHEET_IS_MANY);
        }
        self.library.opened.set(None);
        bring_into_view("prompt");
        let model = untrack(|| self.model_of(&settings.model));
        match &model {
            Some(model) => self.form.model.set(model.id.clone()),
            None if settings.model.is_empty() => {}
            None => {
                let sentence = format!(
                    "The model “{}” is not here; the other settings were taken over.",
                    settings.model
                );
                self.notices.say(Place::Model, sentence);
            }
        }
        // The picture's prompt has its style in it.
        self.form.style.set(String::new());
        self.form.prompt.set(settings.prompt.clone());
        self.form.negative_prompt.set(settings.negative_prompt.clone());
        self.form.prompt_weights.set(choice(&settings.prompt_syntax) == Some(PromptSyntax::Weighted));
        self.reuse_loras(&settings.loras);
        if settings.mode.has_source() {
            // Files of other programs may say anything.
            self.form.strength.set(settings.prompt_strength.clamp(strength::LEAST, strength::MOST));
            let fit = choice::<SourceFit>(&settings.source_fit).unwrap_or_default();
            self.form.source_fit.set(FitChoice::of(fit));
        }
        self.reuse_inpainting(settings);
        self.reuse_drawing(settings);
        if settings.steps > 0 {
            self.form.steps.set(settings.steps.to_string());
        }
        self.form.guidance_scale.set(settings.guidance_scale.to_string());
        self.form.seed.set(settings.seed.to_string());
        if let Some(sampler) = choice::<SamplerKind>(&settings.sampler) {
            self.form.sampler.set(sampler);
        }
        // After the effect that follows the model has set that model's own size.
        self.set_size_at_last(generated_size(settings, model.as_ref()));
    }

    /// A picture that was wanted as SVG is wanted so again, and one that was not is not.
    fn reuse_drawing(self, settings: &Settings) {
        match &settings.svg {
            Some(svg) => {
                let TraceOptions { colors, detail } = drawing::asked(svg);
                self.form.output_format.set(OutputFormat::Svg);
                self.form.trace_colors.set(colors);
                self.form.trace_detail.set(detail);
            }
            None if self.form.output_format.get_untracked() == OutputFormat::Svg => {
                self.form.output_format.set(OutputFormat::Png);
            }
            None => {}
        }
    }

    /// What a picture's settings say of its mask. Where there was none, there is to be none.
    fn reuse_inpainting(self, settings: &Settings) {
        match settings.mode {
            Mode::TextToImage | Mode::ImageToImage => {
                self.forget_waiting_mask();
                self.form.inpaint.set(false);
            }
            Mode::Inpaint => {
                let px = |px: u32| px.to_string();
                self.form.mask_feather_px.set(px(settings.mask_feather.unwrap_or_default()));
                self.form
                    .inpaint_area
                    .set(settings.inpaint_area.as_deref().and_then(choice).unwrap_or_default());
                if let Some(padding) = settings.inpaint_padding.filter(|padding| *padding > 0) {
                    self.form.inpaint_padding_px.set(px(padding));
                }
            }
        }
    }
}
