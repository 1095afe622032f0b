//! **Regenerate**: the same settings under another seed, without touching the form.

use std::sync::Arc;

use gallery::{Mode, Record, Settings};
use leptos::prelude::*;
use protocol::{InpaintArea, LoraInfo, ModelInfo, PromptSyntax, Request, SamplerKind, StrengthRule};
use storage::PicturePart;
use wasm_bindgen_futures::spawn_local;

use super::loras::{choices, missing_sentence, reused};
use super::queue::{Asked, Given};
use super::reuse::choice;
use super::size::generated_size;
use super::source::SourceFile;
use super::{Place, Studio, drawing};
use crate::platform::random_seed;
use crate::words::{batches, gallery as words};

/// What was asked of the engine for a picture, under another seed. `Err` names the LoRAs that are not stored.
fn request_again(
    settings: &Settings,
    model: &ModelInfo,
    stored: &[LoraInfo],
    seed: u64,
) -> Result<Request, Vec<String>> {
    let (width_px, height_px) = generated_size(settings, Some(model));
    let (loras, missing) = reused(&[], &settings.loras, stored);
    if !missing.is_empty() {
        return Err(missing);
    }
    Ok(Request {
        model: model.id.clone(),
        prompt: settings.prompt.clone(),
        negative_prompt: settings.negative_prompt.clone(),
        prompt_syntax: choice(&settings.prompt_syntax).unwrap_or(PromptSyntax::Plain),
        strength: settings.prompt_strength,
        strength_rule: choice::<StrengthRule>(&settings.strength_rule).unwrap_or(model.default_strength_rule),
        steps: settings.steps,
        guidance_scale: settings.guidance_scale,
        sampler: choice::<SamplerKind>(&settings.sampler).unwrap_or(model.default_sampler),
        seed,
        width_px,
        height_px,
        source_fit: choice(&settings.source_fit).unwrap_or_default(),
        mask_feather_px: settings.mask_feather.unwrap_or_default(),
        inpaint_area: settings.inpaint_area.as_deref().and_then(choice).unwrap_or(InpaintArea::Whole),
        inpaint_padding_px: settings.inpaint_padding.unwrap_or_default(),
        loras: choices(&loras),
    })
}

impl Studio {
    /// Makes a picture like this one.
    pub(crate) fn regenerate(self, record: &Arc<Record>) {
        self.notices.clear_for_run();
        if record.sheet.is_some() {
            return self.notices.say(Place::Run, batches::SHEET_IS_MANY);
        }
        let settings = &record.settings;
        let Some(model) = untrack(|| self.model_of(&settings.model)) else {
            return self.notices.say(Place::Run, words::model_missing(&settings.model));
        };
        let stored = self.session.loras.get_untracked().unwrap_or_default();
        match request_again(settings, &model, &stored, random_seed()) {
            Ok(request) => self.push_again(Arc::clone(record), request),
            Err(missing) => self.notices.say(Place::Lora, missing_sentence(&missing).unwrap_or_default()),
        }
    }

    fn push_again(self, record: Arc<Record>, request: Request) {
        spawn_local(async move {
            let source = match record.settings.mode.has_source() {
                false => None,
                true => match self.source_of(&record).await {
                    Some(source) => Some(source),
                    None => return self.notices.say(Place::Run, words::NO_SOURCE),
                },
            };
            let mask = match record.settings.mode {
                Mode::TextToImage | Mode::ImageToImage => None,
                // Without its mask it would be another picture.
                Mode::Inpaint => {
                    match self.picture_file(&record.id, PicturePart::Mask).await.ok().flatten() {
                        Some(mask) => Some(mask),
                        None => return self.notices.say(Place::Run, words::NO_MASK),
                    }
                }
            };
            let loras = record.settings.loras.clone();
            let variant_of = Some(record.id.clone());
            let svg = record.settings.svg.as_ref().map(drawing::asked);
            let asked = Asked { request, loras, variant_of, svg, sheet: None };
            self.enqueue(vec![asked], &Given { source, mask });
        });
    }

    /// The file that a picture was made from: kept with it, or the picture of the gallery that it was.
    pub(super) async fn source_of(self, record: &Record) -> Option<SourceFile> {
        let kept = self.picture_file(&record.id, PicturePart::Source).await.ok().flatten();
        let parent = record.parent.clone();
        let blob = match (kept, &parent) {
            (Some(blob), _) => blob,
            (None, Some(parent)) => self.png(parent).await.ok()?,
            (None, None) => return None,
        };
        Some(SourceFile { blob, name: record.settings.prompt.clone(), parent })
    }
}

#[cfg(test)]
mod tests {
    use gallery::UsedLora;
    use protocol::{LoraChoice, LoraId, ModelId};

    use super::*;

    fn model() -> ModelInfo {
        ModelInfo {
            id: ModelId("mine".to_owned()),
            name: "Mine".to_owned(),
            hash: String::new(),
            bytes: 0,
            native_px: 512,
            max_px: 768,
            multiple_px: 8,
            default_steps: 20,
            default_guidance: 7.0,
            default_sampler: SamplerKind::Ddim,
            samplers: vec![SamplerKind::Ddim, SamplerKind::UniPc],
            default_strength_rule: StrengthRule::Steps,
        }
    }

    fn settings() -> Settings {
        Settings {
            mode: Mode::Inpaint,
            model: "mine".to_owned(),
            prompt: "a (red:1.2) apple".to_owned(),
            negative_prompt: "blurry".to_owned(),
            prompt_syntax: "weighted".to_owned(),
            loras: vec![UsedLora { name: "Brush".to_owned(), hash: "00".to_owned(), scale: 0.5 }],
            seed: 7,
            steps: 12,
            guidance_scale: 3.5,
            prompt_strength: 0.55,
            strength_rule: "all-steps".to_owned(),
            sampler: "unipc".to_owned(),
            width: 640,
            height: 384,
            mask_feather: Some(6),
            inpaint_area: Some("masked".to_owned()),
            inpaint_padding: Some(24),
            ..Settings::default()
        }
    }

    fn brush() -> LoraInfo {
        LoraInfo {
            id: LoraId("lora:Brush".to_owned()),
            name: "Brush".to_owned(),
            hash: "00".to_owned(),
            bytes: 1,
        }
    }

    #[test]
    fn everything_but_the_seed_is_asked_for_again() {
        let request = request_again(&settings(), &model(), &[brush()], 99).unwrap();
        assert_eq!(request.seed, 99);
        assert_eq!(
            (request.prompt.as_str(), request.negative_prompt.as_str(), request.prompt_syntax),
            ("a (red:1.2) apple", "blurry", PromptSyntax::Weighted)
        );
        assert_eq!((request.strength, request.strength_rule), (0.55, StrengthRule::AllSteps));
        assert_eq!((request.steps, request.guidance_scale, request.sampler), (12, 3.5, SamplerKind::UniPc));
        assert_eq!((request.width_px, request.height_px), (640, 384));
        let mask = (request.mask_feather_px, request.inpaint_area, request.inpaint_padding_px);
        assert_eq!(mask, (6, InpaintArea::Masked, 24));
        assert_eq!(request.loras, [LoraChoice { id: brush().id, scale: 0.5 }]);
    }

    #[test]
    fn what_was_generated_is_generated_again_whatever_size_the_picture_has() {
        let told = Settings { width: 4000, height: 5000, generated_size: Some((512, 640)), ..settings() };
        let request = request_again(&told, &model(), &[brush()], 1).unwrap();
        assert_eq!((request.width_px, request.height_px), (512, 640));
    }

    #[test]
    fn a_missing_lora_is_named_and_never_left_out() {
        assert_eq!(request_again(&settings(), &model(), &[], 99), Err(vec!["Brush".to_owned()]));
    }

    #[test]
    fn what_this_version_does_not_know_is_what_suits_the_model() {
        let odd = Settings { sampler: "later".to_owned(), strength_rule: String::new(), ..settings() };
        let request = request_again(&odd, &model(), &[brush()], 1).unwrap();
        assert_eq!((request.sampler, request.strength_rule), (SamplerKind::Ddim, StrengthRule::Steps));
    }
}
