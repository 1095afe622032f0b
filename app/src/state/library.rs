//! The gallery: pictures in the database and on the page.
//!
//! What the page shows never waits for the database: a picture that cannot be stored stays for this visit, can be
//! downloaded, and a sentence says so.

use std::collections::HashMap;

use gallery::{Mode, Record, Settings, encode_png, newest_first};
use gloo::file::ObjectUrl;
use leptos::prelude::*;
use protocol::{ImageReport, ModelId, SamplerKind};
use serde::{Serialize, de::DeserializeOwned};
use storage::StorageError;
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use super::queue::Job;
use super::shelf::Stored;
use super::source::SourceFile;
use super::{Place, Studio};
use crate::platform;

/// Pictures of earlier visits appear in groups of this many: a group is one change to the page.
const SHOWN_AT_ONCE: usize = 32;

/// A picture as the page shows it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Picture {
    pub record: Record,
    /// Address of its PNG on this page.
    pub url: String,
}

/// A picture's files; the address lives as long as `url`.
pub(crate) struct Files {
    png: Blob,
    latents: Option<Blob>,
    url: ObjectUrl,
}

impl Files {
    fn new(png: Blob, latents: Option<Blob>) -> Self {
        let url = ObjectUrl::from(gloo::file::Blob::from(png.clone()));
        Self { png, latents, url }
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Library {
    /// Newest first.
    pub pictures: RwSignal<Vec<Picture>>,
    /// Whether the database has been read.
    pub loaded: RwSignal<bool>,
    /// The picture deleted last: it can be brought back.
    pub deleted: RwSignal<Option<Picture>>,
    /// The picture shown large.
    pub opened: RwSignal<Option<String>>,
    files: StoredValue<HashMap<String, Files>, LocalStorage>,
}

impl Library {
    pub(super) fn new() -> Self {
        Self {
            pictures: RwSignal::new(Vec::new()),
            loaded: RwSignal::new(false),
            deleted: RwSignal::new(None),
            opened: RwSignal::new(None),
            files: StoredValue::new_local(HashMap::new()),
        }
    }

    /// Shows pictures in their places.
    fn show(self, new: impl IntoIterator<Item = Picture>) {
        self.pictures.update(|pictures| {
            pictures.extend(new);
            pictures.sort_by(|a, b| newest_first(&a.record, &b.record));
        });
    }

    pub(crate) fn get(self, id: &str) -> Option<Picture> {
        self.pictures.with(|pictures| pictures.iter().find(|picture| picture.record.id == id).cloned())
    }
}

impl Picture {
    /// Turns what the engine made into a PNG with its settings, and a record.
    pub(super) fn make(
        job: &Job,
        report: &ImageReport,
        rgba: &[u8],
        size_px: (u32, u32),
        latents: Option<Vec<u8>>,
    ) -> Result<(Self, Files), String> {
        let settings = settings_of(job, report, size_px);
        let png = encode_png(rgba, size_px.0, size_px.1, &settings).map_err(|error| error.to_string())?;
        let blob =
            |bytes: &[u8], kind: &str| platform::blob(bytes, kind).map_err(|error| format!("{error:?}"));
        let latents = latents.map(|bytes| blob(&bytes, "application/octet-stream")).transpose()?;
        let files = Files::new(blob(&png, "image/png")?, latents);
        let created_millis = platform::now_millis();
        let record = Record {
            id: format!("{created_millis:013}-{:08x}", platform::random_seed()),
            created_millis,
            parent: job.source.as_ref().and_then(|source| source.parent.clone()),
            settings,
            device: report.device.clone(),
            duration_millis: report.millis,
        };
        Ok((Self { record, url: files.url.to_string() }, files))
    }
}

fn settings_of(job: &Job, report: &ImageReport, size_px: (u32, u32)) -> Settings {
    let request = &job.request;
    Settings {
        mode: if job.source.is_some() { Mode::ImageToImage } else { Mode::TextToImage },
        model: request.model.0.clone(),
        model_hash: report.model_hash.clone(),
        prompt: request.prompt.clone(),
        negative_prompt: request.negative_prompt.clone(),
        seed: request.seed,
        steps: request.steps,
        guidance_scale: request.guidance_scale,
        prompt_strength: request.strength,
        strength_rule: name(&request.strength_rule),
        sampler: name(&request.sampler),
        width: size_px.0,
        height: size_px.1,
        executed_steps: report.executed_steps,
        start_sigma: report.start_sigma,
    }
}

/// The name that the protocol's own serialisation gives to a choice, such as `flow-euler`.
fn name<T: Serialize>(choice: &T) -> String {
    serde_json::to_value(choice).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The choice of that name, if this version knows it.
fn choice<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(name.into()).ok()
}

impl Studio {
    /// Reads the gallery of earlier visits.
    pub(super) async fn load_library(self) {
        let entries = match self.shelf.records().await {
            Ok(entries) => entries,
            Err(error) => return self.complain_of_storage(&error),
        };
        let mut entries = entries.into_iter().peekable();
        while entries.peek().is_some() {
            let mut pictures = Vec::new();
            for entry in entries.by_ref().take(SHOWN_AT_ONCE) {
                match self.shelf.files(entry).await {
                    Ok(stored) => pictures.extend(self.take_stored(stored)),
                    Err(error) => self.complain_of_storage(&error),
                }
            }
            self.library.show(pictures);
        }
    }

    fn take_stored(self, stored: Stored) -> Option<Picture> {
        match Record::from_json(&stored.record) {
            Ok(record) => {
                let files = Files::new(stored.png, stored.latents);
                let picture = Picture { record, url: files.url.to_string() };
                self.library.files.update_value(|all| {
                    all.insert(picture.record.id.clone(), files);
                });
                Some(picture)
            }
            // Not deleted: a later version may read it.
            Err(error) => {
                log::warn!("a picture in the gallery is of another version: {error}");
                None
            }
        }
    }

    /// Shows a picture and stores it.
    pub(super) fn keep(self, picture: Picture, files: Files) {
        self.library.files.update_value(|all| {
            all.insert(picture.record.id.clone(), files);
        });
        self.library.show([picture.clone()]);
        self.store(&picture.record);
        platform::ask_to_persist();
    }

    fn store(self, record: &Record) {
        let record = record.clone();
        let stored = self.library.files.with_value(|all| {
            let files = all.get(&record.id)?;
            let json = record.to_json().ok()?;
            Some(Stored { record: json, png: files.png.clone(), latents: files.latents.clone() })
        });
        let Some(stored) = stored else { return };
        spawn_local(async move {
            match self.shelf.put(&record, stored).await {
                Ok(()) => self.notices.clear(Place::Gallery),
                Err(error) => self.complain_of_storage(&error),
            }
        });
    }

    /// The database failed; what is on the page stays there for this visit.
    pub(super) fn complain_of_storage(self, error: &StorageError) {
        let sentence = match error {
            StorageError::Refused { .. } => {
                "This browser keeps no data for this page, so pictures stay for this visit only; download those you want to keep.".to_owned()
            }
            StorageError::Full => {
                "The browser's storage is full, so the newest pictures stay for this visit only; download or delete some.".to_owned()
            }
            other => other.to_string(),
        };
        self.notices.say_with_detail(Place::Gallery, sentence, error.detail());
    }

    /// Deletes a picture; [`Studio::restore_deleted`] brings it back until the next one is deleted.
    pub(crate) fn delete_picture(self, id: &str) {
        let Some(picture) = untrack(|| self.library.get(id)) else { return };
        self.forget_deleted();
        self.library
            .pictures
            .update(|pictures| pictures.retain(|other| other.record.id != picture.record.id));
        let id = picture.record.id.clone();
        self.library.deleted.set(Some(picture));
        spawn_local(async move {
            if let Err(error) = self.shelf.delete(&id).await {
                self.complain_of_storage(&error);
            }
        });
    }

    pub(crate) fn restore_deleted(self) {
        if let Some(picture) = self.library.deleted.get_untracked() {
            self.library.deleted.set(None);
            self.library.show([picture.clone()]);
            self.store(&picture.record);
        }
    }

    /// Lets go of the files of the picture deleted last.
    pub(crate) fn forget_deleted(self) {
        if let Some(picture) = self.library.deleted.get_untracked() {
            self.library.deleted.set(None);
            self.library.files.update_value(|all| {
                all.remove(&picture.record.id);
            });
        }
    }

    /// Makes a picture the next one's source.
    pub(crate) fn use_as_source(self, picture: &Picture) {
        let id = &picture.record.id;
        let blob = self.library.files.with_value(|all| all.get(id).map(|files| files.png.clone()));
        self.library.opened.set(None);
        if let Some(blob) = blob {
            let name = picture.record.settings.prompt.clone();
            self.take_source(SourceFile { blob, name, parent: Some(id.clone()) });
        }
    }

    /// Puts a picture's settings back into the form. A model that is not here is said to be missing, never
    /// silently replaced.
    pub(crate) fn reuse_settings(self, settings: &Settings) {
        let known = |id: &str| {
            self.session.models.with_untracked(|models| models.iter().any(|model| model.id.0 == id))
        };
        self.notices.clear_for_run();
        self.library.opened.set(None);
        if known(&settings.model) {
            self.form.model.set(ModelId(settings.model.clone()));
        } else {
            let sentence =
                format!("The model “{}” is not here; the other settings were taken over.", settings.model);
            self.notices.say(Place::Model, sentence);
        }
        self.form.prompt.set(settings.prompt.clone());
        self.form.negative_prompt.set(settings.negative_prompt.clone());
        if settings.mode == Mode::ImageToImage {
            self.form.strength.set(settings.prompt_strength);
        }
        self.form.steps.set(settings.steps.to_string());
        self.form.guidance_scale.set(settings.guidance_scale.to_string());
        self.form.seed.set(settings.seed.to_string());
        if let Some(sampler) = choice::<SamplerKind>(&settings.sampler) {
            self.form.sampler.set(sampler);
        }
        // After the effect that follows the model has set that model's own size.
        let (width, height) = (settings.width.to_string(), settings.height.to_string());
        request_animation_frame(move || {
            self.form.width_px.set(width);
            self.form.height_px.set(height);
        });
    }

    pub(crate) fn download_picture(self, picture: &Picture) {
        platform::download(&picture.url, &picture.record.file_name());
    }
}
