//! Importing a model from the person's disk: a diffusers folder, or files that are a model by themselves.

use leptos::prelude::*;
use protocol::{Command, ImportedFile, JobId, LoraId, ModelId, Payload, Precision};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{File, FileList};

use super::session::{Importing, Kind};
use super::{Place, Studio};

/// A message names its values by one byte.
const MOST_FILES: usize = u8::MAX as usize;
/// What a diffusers folder keeps for loading; samples and readmes stay behind.
const WANTED: [&str; 4] = [".json", ".safetensors", ".gguf", ".txt"];

impl Studio {
    /// Stores the files of a chosen folder as a model named like the folder.
    pub(crate) fn import_model(self, chosen: &FileList, precision: Precision) {
        self.notices.clear(Place::Model);
        let files = listed(chosen);
        let name = files.first().and_then(folder_name).unwrap_or_else(|| "Imported model".to_owned());
        let wanted: Vec<(String, File)> = files
            .into_iter()
            .map(|file| (path_in_folder(&file), file))
            .filter(|(path, _)| WANTED.iter().any(|suffix| path.ends_with(suffix)))
            .collect();
        if !wanted.iter().any(|(path, _)| path.ends_with(".safetensors")) {
            let sentence =
                format!("“{name}” holds no .safetensors files; choose a folder in the diffusers layout.");
            self.notices.say(Place::Model, sentence);
            return;
        }
        if wanted.len() > MOST_FILES {
            let sentence = format!("“{name}” holds more than {MOST_FILES} files; choose one model's folder.");
            self.notices.say(Place::Model, sentence);
            return;
        }
        self.start_import(name, wanted, precision);
    }

    /// Stores chosen files as a model named like the largest of them. What they are, the worker finds out by looking
    /// into them.
    pub(crate) fn import_model_files(self, chosen: &FileList, precision: Precision) {
        self.notices.clear(Place::Model);
        let files = listed(chosen);
        let largest = files.iter().max_by(|a, b| a.size().total_cmp(&b.size())).map(File::name);
        let name = largest.map_or_else(|| "Imported model".to_owned(), |name| stem(&name).to_owned());
        if files.len() > MOST_FILES {
            let sentence = format!("These are more than {MOST_FILES} files; choose those of one model.");
            self.notices.say(Place::Model, sentence);
            return;
        }
        self.start_import(name, files.into_iter().map(|file| (file.name(), file)).collect(), precision);
    }

    fn start_import(self, name: String, wanted: Vec<(String, File)>, precision: Precision) {
        let job = self.next_job();
        let total_bytes = wanted.iter().map(|(_, file)| file.size() as u64).sum();
        let mut files = Vec::new();
        let mut payloads: Vec<JsValue> = Vec::new();
        for (index, (path, file)) in (0..=u8::MAX).zip(wanted) {
            files.push(ImportedFile { path, blob: Payload(index) });
            payloads.push(file.into());
        }
        self.session.importing.set(Some(Importing {
            job,
            kind: Kind::Model,
            name: name.clone(),
            done_bytes: 0,
            total_bytes,
        }));
        self.send(Command::ImportModel { job, name, files, precision }, payloads);
    }

    pub(super) fn is_importing(self, job: JobId) -> bool {
        self.session.importing.with_untracked(|importing| importing.as_ref().is_some_and(|i| i.job == job))
    }

    pub(super) fn import_progress(self, job: JobId, done: u64, total: u64) {
        if self.is_importing(job) {
            self.session.importing.update(|importing| {
                if let Some(importing) = importing {
                    (importing.done_bytes, importing.total_bytes) = (done, total);
                }
            });
        }
    }

    /// Nothing is imported any longer; tells what was.
    fn stop_importing(self) -> Option<Kind> {
        let importing = self.session.importing.get_untracked();
        self.session.importing.set(None);
        importing.map(|importing| importing.kind)
    }

    /// Ends an import: what it brought is chosen.
    pub(super) fn take_import(self, id: String) {
        match self.stop_importing() {
            Some(Kind::Model) => self.choose_model(&ModelId(id)),
            Some(Kind::Lora) => {
                let id = LoraId(id);
                let (scale, _) = untrack(|| self.lora(&id));
                self.set_lora(&id, scale, true);
            }
            None => {}
        }
    }

    /// Ends a failed import; tells where to say why.
    pub(super) fn end_import(self) -> Place {
        match self.stop_importing() {
            Some(Kind::Lora) => Place::Lora,
            Some(Kind::Model) | None => Place::Model,
        }
    }
}

fn listed(files: &FileList) -> Vec<File> {
    (0..files.length()).filter_map(|at| files.get(at)).collect()
}

/// A file's name without what follows the last dot.
pub(super) fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// `folder/unet/config.json` -> `folder`.
fn folder_name(file: &File) -> Option<String> {
    relative_path(file).split_once('/').map(|(folder, _)| folder.to_owned())
}

/// `folder/unet/config.json` -> `unet/config.json`.
fn path_in_folder(file: &File) -> String {
    let path = relative_path(file);
    path.split_once('/').map_or_else(|| path.clone(), |(_, rest)| rest.to_owned())
}

/// The path below the chosen folder's parent, which web-sys does not name; else the bare name.
fn relative_path(file: &File) -> String {
    let path = js_sys::Reflect::get(file.unchecked_ref(), &JsValue::from_str("webkitRelativePath"));
    path.ok().and_then(|path| path.as_string()).filter(|path| !path.is_empty()).unwrap_or_else(|| file.name())
}
