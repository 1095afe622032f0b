//! A picture: its record, its files, and how both are made from what the engine sends.

use gallery::{Mode, Record, Settings, UnknownFields, carry_settings};
use js_sys::Uint8Array;
use protocol::{ImageReport, SourceFit};
use serde::Serialize;
use storage::PicturePart;
use web_sys::Blob;

use super::drawing;
use super::queue::Job;
use super::sheet::SheetCell;
use super::{Place, Studio};
use crate::platform;

/// A picture's files.
#[derive(Clone)]
pub(crate) struct Files {
    pub png: Blob,
    pub latents: Option<Blob>,
    /// The file that the picture was made from.
    pub source: Option<Blob>,
    /// What of that file was drawn anew.
    pub mask: Option<Blob>,
    /// A smaller picture for the grid.
    pub thumbnail: Option<Blob>,
    /// The picture drawn as SVG.
    pub drawing: Option<Blob>,
}

impl Files {
    /// One of them.
    pub(super) fn part(&self, part: PicturePart) -> Option<&Blob> {
        match part {
            PicturePart::Png => Some(&self.png),
            PicturePart::Latents => self.latents.as_ref(),
            PicturePart::Source => self.source.as_ref(),
            PicturePart::Mask => self.mask.as_ref(),
            PicturePart::Thumbnail => self.thumbnail.as_ref(),
            PicturePart::Drawing => self.drawing.as_ref(),
        }
    }

    /// Adds one of those that can be made later.
    pub(super) fn add(&mut self, part: PicturePart, blob: Blob) {
        match part {
            PicturePart::Thumbnail => self.thumbnail = Some(blob),
            PicturePart::Drawing => self.drawing = Some(blob),
            PicturePart::Png | PicturePart::Latents | PicturePart::Source | PicturePart::Mask => {}
        }
    }
}

/// The settings that a picture's file carries: of a sheet, those of its pictures and what its columns and rows are.
pub(super) fn settings_for_file(record: &Record) -> Settings {
    let mut settings = record.settings.clone();
    if let Some(sheet) = record.sheet.as_ref().and_then(|sheet| serde_json::to_value(sheet).ok()) {
        settings.other.insert("sheet".to_owned(), sheet);
    }
    settings
}

/// A file that the browser has written, with the picture's settings in it.
pub(super) async fn carrying_settings(file: &Blob, record: &Record) -> Result<Blob, String> {
    let buffer = platform::array_buffer(file).await.map_err(|error| format!("{error:?}"))?;
    let bytes = Uint8Array::new(&buffer).to_vec();
    let carried = carry_settings(&bytes, &settings_for_file(record)).map_err(|error| error.to_string())?;
    platform::blob(&carried, &file.type_()).map_err(|error| format!("{error:?}"))
}

/// A picture as the engine made it.
pub(crate) struct Made {
    pub job: Job,
    pub report: ImageReport,
    /// The file, without settings.
    pub png: Vec<u8>,
    pub size_px: (u32, u32),
    /// As they are stored.
    pub latents: Option<Vec<u8>>,
}

impl Studio {
    /// Puts a picture into the gallery, its settings in its file.
    pub(crate) fn keep_made(self, made: Made) {
        let queued = made.job.stored.clone();
        match make(made) {
            Ok((record, files)) => {
                self.run.count_made(&record.id);
                self.keep(record, files, Some(queued));
            }
            Err(detail) => {
                self.dequeue(queued);
                let sentence = "The picture was made but could not be written as a file.";
                self.notices.say_with_detail(Place::Run, sentence, detail);
            }
        }
        self.run.end_keeping();
    }
}

/// Turns what the engine made into a file with its settings, and a record.
fn make(made: Made) -> Result<(Record, Files), String> {
    let Made { job, report, png, size_px, latents } = made;
    let (job, report) = (&job, &report);
    let settings = settings_of(job, report, size_px);
    let png = carry_settings(&png, &settings).map_err(|error| error.to_string())?;
    let blob = |bytes: &[u8], kind: &str| platform::blob(bytes, kind).map_err(|error| format!("{error:?}"));
    let files = Files {
        png: blob(&png, "image/png")?,
        latents: latents.map(|bytes| blob(&bytes, "application/octet-stream")).transpose()?,
        source: job.source.as_ref().map(|source| source.blob.clone()),
        mask: job.mask.clone(),
        // Both are drawn when the picture is stored.
        thumbnail: None,
        drawing: None,
    };
    let created_millis = platform::now_millis();
    let record = Record {
        id: format!("{created_millis:013}-{:08x}", platform::random_seed()),
        created_millis,
        parent: job.source.as_ref().and_then(|source| source.parent.clone()),
        variant_of: job.variant_of.clone(),
        favorite: false,
        collections: Vec::new(),
        sheet: None,
        in_sheet: job.sheet.as_ref().map(SheetCell::place),
        settings,
        device: report.device.clone(),
        duration_millis: report.millis,
        other: UnknownFields::new(),
    };
    Ok((record, files))
}

fn settings_of(job: &Job, report: &ImageReport, size_px: (u32, u32)) -> Settings {
    let request = &job.request;
    let masked = job.mask.is_some();
    Settings {
        mode: match job.source.is_some() {
            true if masked => Mode::Inpaint,
            true => Mode::ImageToImage,
            false => Mode::TextToImage,
        },
        model: request.model.0.clone(),
        model_hash: report.model_hash.clone(),
        prompt: request.prompt.clone(),
        negative_prompt: request.negative_prompt.clone(),
        prompt_syntax: name(&request.prompt_syntax),
        loras: job.loras.clone(),
        seed: request.seed,
        steps: request.steps,
        guidance_scale: request.guidance_scale,
        prompt_strength: request.strength,
        strength_rule: name(&request.strength_rule),
        source_fit: source_fit(job),
        sampler: name(&request.sampler),
        width: size_px.0,
        height: size_px.1,
        generated_size: Some((request.width_px, request.height_px)).filter(|generated| *generated != size_px),
        mask_feather: masked.then_some(request.mask_feather_px),
        inpaint_area: masked.then(|| name(&request.inpaint_area)),
        inpaint_padding: masked.then_some(request.inpaint_padding_px),
        svg: job.svg.map(drawing::told),
        executed_steps: report.executed_steps,
        start_sigma: report.start_sigma,
        other: UnknownFields::new(),
    }
}

/// How the source came to the picture's size; empty where it was only scaled, or there was none.
fn source_fit(job: &Job) -> String {
    let fit = job.request.source_fit;
    if job.source.is_none() || fit == SourceFit::Stretch { String::new() } else { name(&fit) }
}

/// The name that the protocol's own serialisation gives to a choice, such as `flow-euler`.
pub(super) fn name<T: Serialize>(choice: &T) -> String {
    serde_json::to_value(choice).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
