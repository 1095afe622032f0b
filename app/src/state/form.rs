//! What stands in the sidebar. Numbers are kept as typed, so that a wrong one can be answered instead of changed.

use leptos::prelude::*;
use protocol::{
    DeviceChoice, InpaintArea, ModelId, ModelInfo, SamplerKind, TraceColors, TraceDetail, TraceOptions,
};
use serde::{Deserialize, Serialize};

use super::loras::FormLora;
use super::output::OutputFormat;
use super::size::FitChoice;

/// The form's values, as they are stored between visits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct FormValues {
    pub prompt: String,
    pub negative_prompt: String,
    /// Whether both prompts are read with weights in brackets and at any length.
    pub prompt_weights: bool,
    /// The name of the style preset around both prompts; empty for none.
    pub style: String,
    pub strength: f64,
    /// Whether a mask says what of the source is drawn anew.
    pub inpaint: bool,
    pub mask_feather_px: String,
    pub inpaint_area: InpaintArea,
    pub inpaint_padding_px: String,
    /// How the source comes to the size asked for.
    pub source_fit: FitChoice,
    pub steps: String,
    pub guidance_scale: String,
    pub sampler: SamplerKind,
    pub seed: String,
    /// The size follows the source, which does not outlive the visit.
    #[serde(skip)]
    pub width_px: String,
    #[serde(skip)]
    pub height_px: String,
    /// How many pictures to make.
    pub images: String,
    pub output_format: OutputFormat,
    /// 1 to 100, of formats that lose something.
    pub output_quality: u8,
    /// How pictures are drawn as SVG.
    pub trace_colors: TraceColors,
    pub trace_detail: TraceDetail,
    pub model: ModelId,
    pub loras: Vec<FormLora>,
    pub device: DeviceChoice,
}

impl Default for FormValues {
    fn default() -> Self {
        Self {
            prompt: String::new(),
            negative_prompt: String::new(),
            prompt_weights: false,
            style: String::new(),
            strength: 0.6,
            inpaint: false,
            mask_feather_px: "4".to_owned(),
            inpaint_area: InpaintArea::Whole,
            inpaint_padding_px: "32".to_owned(),
            source_fit: FitChoice::Original,
            // Numbers are filled in from the model's profile as soon as it is known.
            steps: String::new(),
            guidance_scale: String::new(),
            sampler: SamplerKind::FlowEuler,
            seed: String::new(),
            width_px: String::new(),
            height_px: String::new(),
            images: "1".to_owned(),
            output_format: OutputFormat::Png,
            output_quality: 90,
            trace_colors: TraceColors::Some,
            trace_detail: TraceDetail::Medium,
            model: ModelId::builtin(),
            loras: Vec::new(),
            device: DeviceChoice::Auto,
        }
    }
}

/// One signal a control.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    pub prompt: RwSignal<String>,
    pub negative_prompt: RwSignal<String>,
    pub prompt_weights: RwSignal<bool>,
    pub style: RwSignal<String>,
    pub strength: RwSignal<f64>,
    pub inpaint: RwSignal<bool>,
    pub mask_feather_px: RwSignal<String>,
    pub inpaint_area: RwSignal<InpaintArea>,
    pub inpaint_padding_px: RwSignal<String>,
    pub source_fit: RwSignal<FitChoice>,
    pub steps: RwSignal<String>,
    pub guidance_scale: RwSignal<String>,
    pub sampler: RwSignal<SamplerKind>,
    pub seed: RwSignal<String>,
    pub width_px: RwSignal<String>,
    pub height_px: RwSignal<String>,
    pub images: RwSignal<String>,
    pub output_format: RwSignal<OutputFormat>,
    pub output_quality: RwSignal<u8>,
    pub trace_colors: RwSignal<TraceColors>,
    pub trace_detail: RwSignal<TraceDetail>,
    pub model: RwSignal<ModelId>,
    pub loras: RwSignal<Vec<FormLora>>,
    pub device: RwSignal<DeviceChoice>,
}

impl Form {
    pub(crate) fn new() -> Self {
        let values = FormValues::default();
        Self {
            prompt: RwSignal::new(values.prompt),
            negative_prompt: RwSignal::new(values.negative_prompt),
            prompt_weights: RwSignal::new(values.prompt_weights),
            style: RwSignal::new(values.style),
            strength: RwSignal::new(values.strength),
            inpaint: RwSignal::new(values.inpaint),
            mask_feather_px: RwSignal::new(values.mask_feather_px),
            inpaint_area: RwSignal::new(values.inpaint_area),
            inpaint_padding_px: RwSignal::new(values.inpaint_padding_px),
            source_fit: RwSignal::new(values.source_fit),
            steps: RwSignal::new(values.steps),
            guidance_scale: RwSignal::new(values.guidance_scale),
            sampler: RwSignal::new(values.sampler),
            seed: RwSignal::new(values.seed),
            width_px: RwSignal::new(values.width_px),
            height_px: RwSignal::new(values.height_px),
            images: RwSignal::new(values.images),
            output_format: RwSignal::new(values.output_format),
            output_quality: RwSignal::new(values.output_quality),
            trace_colors: RwSignal::new(values.trace_colors),
            trace_detail: RwSignal::new(values.trace_detail),
            model: RwSignal::new(values.model),
            loras: RwSignal::new(values.loras),
            device: RwSignal::new(values.device),
        }
    }

    /// The values; an effect that calls this runs again when one changes.
    pub(crate) fn values(self) -> FormValues {
        FormValues {
            prompt: self.prompt.get(),
            negative_prompt: self.negative_prompt.get(),
            prompt_weights: self.prompt_weights.get(),
            style: self.style.get(),
            strength: self.strength.get(),
            inpaint: self.inpaint.get(),
            mask_feather_px: self.mask_feather_px.get(),
            inpaint_area: self.inpaint_area.get(),
            inpaint_padding_px: self.inpaint_padding_px.get(),
            source_fit: self.source_fit.get(),
            steps: self.steps.get(),
            guidance_scale: self.guidance_scale.get(),
            sampler: self.sampler.get(),
            seed: self.seed.get(),
            width_px: self.width_px.get(),
            height_px: self.height_px.get(),
            images: self.images.get(),
            output_format: self.output_format.get(),
            output_quality: self.output_quality.get(),
            trace_colors: self.trace_colors.get(),
            trace_detail: self.trace_detail.get(),
            model: self.model.get(),
            loras: self.loras.get(),
            device: self.device.get(),
        }
    }

    /// Sets everything but the size.
    pub(crate) fn restore(self, values: FormValues) {
        self.prompt.set(values.prompt);
        self.negative_prompt.set(values.negative_prompt);
        self.prompt_weights.set(values.prompt_weights);
        self.style.set(values.style);
        self.strength.set(values.strength);
        self.inpaint.set(values.inpaint);
        self.mask_feather_px.set(values.mask_feather_px);
        self.inpaint_area.set(values.inpaint_area);
        self.inpaint_padding_px.set(values.inpaint_padding_px);
        self.source_fit.set(values.source_fit);
        self.steps.set(values.steps);
        self.guidance_scale.set(values.guidance_scale);
        self.sampler.set(values.sampler);
        self.seed.set(values.seed);
        self.images.set(values.images);
        self.output_format.set(values.output_format);
        self.output_quality.set(values.output_quality);
        self.trace_colors.set(values.trace_colors);
        self.trace_detail.set(values.trace_detail);
        self.model.set(values.model);
        self.loras.set(values.loras);
        self.device.set(values.device);
    }

    /// How pictures are drawn as SVG.
    pub(crate) fn trace_options(self) -> TraceOptions {
        TraceOptions { colors: self.trace_colors.get_untracked(), detail: self.trace_detail.get_untracked() }
    }

    /// Fills in what suits a model, as when it has just been chosen.
    pub(crate) fn suit(self, model: &ModelInfo) {
        self.model.set(model.id.clone());
        self.steps.set(model.default_steps.to_string());
        self.guidance_scale.set(model.default_guidance.to_string());
        self.sampler.set(model.default_sampler);
        // Prompts for Stable Diffusion are mostly written with weights; the built-in model has learnt from mere text.
        self.prompt_weights.set(model.id != ModelId::builtin());
    }
}

#[cfg(test)]
mod tests {
    use protocol::LoraId;

    use super::*;

    #[test]
    fn the_form_of_an_earlier_version_is_read() {
        let values: FormValues = serde_json::from_str(r#"{"prompt":"a red apple","strength":0.5}"#).unwrap();
        assert_eq!((values.prompt.as_str(), values.strength), ("a red apple", 0.5));
        assert_eq!((values.prompt_weights, values.loras), (false, Vec::new()));
        assert_eq!((values.inpaint, values.mask_feather_px.as_str()), (false, "4"));
    }

    #[test]
    fn chosen_loras_outlive_the_visit() {
        let lora = FormLora { id: LoraId("lora:Brush".to_owned()), scale: 0.35, on: true };
        let values = FormValues { loras: vec![lora], prompt_weights: true, ..FormValues::default() };
        let json = serde_json::to_string(&values).unwrap();
        assert_eq!(serde_json::from_str::<FormValues>(&json).unwrap(), values);
    }
}
