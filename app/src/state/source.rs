//! The source picture: taken from a file, a drop, the clipboard or the gallery, and checked by the engine, which
//! decodes it with the same code as when it makes a picture from it.

use gallery::{Settings, read_settings};
use gloo::file::ObjectUrl;
use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::*;
use protocol::{Command, JobId, Payload};
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use super::sniff::{HEAD_BYTES, is_picture};
use super::{Place, Studio};
use crate::platform::array_buffer;

/// A file larger than this is not read at all.
const MOST_BYTES: f64 = 64.0 * 1024.0 * 1024.0;

/// Settings further into a file than this are not looked for.
const MOST_SETTINGS_BYTES: u32 = 256 * 1024;

/// A source's file and where it came from.
#[derive(Clone)]
pub(crate) struct SourceFile {
    pub blob: Blob,
    pub name: String,
    /// The picture in the gallery that it is.
    pub parent: Option<String>,
}

/// A source that the engine can read.
#[derive(Clone)]
pub(crate) struct CheckedSource {
    pub file: SourceFile,
    pub url: ObjectUrl,
    /// Width and height, upright.
    pub size_px: (u32, u32),
    /// What made it, if its file says so.
    pub settings: Option<Settings>,
}

/// How far the source has come.
#[derive(Clone)]
pub(crate) enum SourceState {
    None,
    /// It is being looked at; if it is no picture, the one before it stays.
    Checking {
        job: JobId,
        file: SourceFile,
        settings: Option<Settings>,
        before: Option<Box<CheckedSource>>,
    },
    Ready(CheckedSource),
}

#[derive(Clone, Copy)]
pub(crate) struct Source {
    pub state: RwSignal<SourceState, LocalStorage>,
}

impl Source {
    pub(super) fn new() -> Self {
        Self { state: RwSignal::new_local(SourceState::None) }
    }

    /// The source's size, of the one before it while a new one is looked at; `None` without. Tracked.
    pub(crate) fn size_px(self) -> Option<(u32, u32)> {
        self.state.with(|state| match state {
            SourceState::None => None,
            SourceState::Checking { before, .. } => before.as_ref().map(|source| source.size_px),
            SourceState::Ready(source) => Some(source.size_px),
        })
    }

    /// Whether there is a source, checked or not. Tracked.
    pub(crate) fn is_some(self) -> bool {
        self.state.with(|state| !matches!(state, SourceState::None))
    }

    pub(super) fn is_checking(self) -> bool {
        self.state.with_untracked(|state| matches!(state, SourceState::Checking { .. }))
    }

    pub(super) fn is_checked_by(self, job: JobId) -> bool {
        self.state.with_untracked(|state| matches!(state, SourceState::Checking { job: j, .. } if *j == job))
    }

    pub(super) fn file(self) -> Option<SourceFile> {
        self.state.with_untracked(|state| match state {
            SourceState::None => None,
            SourceState::Checking { file, .. } | SourceState::Ready(CheckedSource { file, .. }) => {
                Some(file.clone())
            }
        })
    }
}

impl Studio {
    /// Takes a file as the source. What is not a picture is answered in one sentence.
    pub(crate) fn take_source(self, file: SourceFile) {
        self.notices.clear(Place::Source);
        let job = self.next_job();
        let before = self.source.state.with_untracked(|state| match state {
            SourceState::None => None,
            SourceState::Checking { before, .. } => before.clone(),
            SourceState::Ready(source) => Some(Box::new(source.clone())),
        });
        self.source.state.set(SourceState::Checking { job, file: file.clone(), settings: None, before });
        spawn_local(async move {
            match read(&file).await {
                Ok(_) if !self.source.is_checked_by(job) => {}
                Ok(buffer) => {
                    self.note_settings(settings_in(&buffer));
                    self.send(Command::InspectSource { job, file: Payload(0) }, vec![buffer.into()]);
                }
                Err(sentence) => self.refuse_source(job, sentence, String::new()),
            }
        });
    }

    pub(super) fn source_ready(self, job: JobId, size_px: (u32, u32)) {
        self.source.state.update(|state| {
            if let SourceState::Checking { job: asked, file, settings, .. } = state
                && *asked == job
            {
                let url = ObjectUrl::from(gloo::file::Blob::from(file.blob.clone()));
                let (file, settings) = (file.clone(), settings.take());
                *state = SourceState::Ready(CheckedSource { file, url, size_px, settings });
            }
        });
        self.fulfil_wish();
    }

    fn note_settings(self, found: Option<Settings>) {
        self.source.state.update(|state| {
            if let SourceState::Checking { settings, .. } = state {
                *settings = found;
            }
        });
    }

    /// Says why a source cannot be used and goes back to the one before it.
    pub(super) fn refuse_source(self, job: JobId, sentence: impl Into<String>, detail: String) {
        if !self.source.is_checked_by(job) {
            return;
        }
        self.source.state.update(|state| {
            if let SourceState::Checking { before, .. } = state {
                *state = before.take().map_or(SourceState::None, |before| SourceState::Ready(*before));
            }
        });
        self.drop_wish();
        self.notices.say_with_detail(Place::Source, sentence, detail);
    }

    /// Asks again after the engine died while it looked at the source.
    pub(super) fn recheck_source(self) {
        if let Some(file) = self.source.file() {
            self.take_source(file);
        }
    }

    pub(crate) fn remove_source(self) {
        self.source.state.set(SourceState::None);
        self.notices.clear(Place::Source);
    }
}

/// The settings that a picture's file carries, ours or another tool's; they come before its pixels.
fn settings_in(file: &ArrayBuffer) -> Option<Settings> {
    let head = Uint8Array::new(file).subarray(0, MOST_SETTINGS_BYTES).to_vec();
    read_settings(&head).ok().flatten()
}

/// Reads a file that looks like a picture, or says in a sentence why not.
async fn read(file: &SourceFile) -> Result<ArrayBuffer, String> {
    let name = &file.name;
    if file.blob.size() == 0.0 {
        return Err(format!("“{name}” is empty (0 bytes); choose another picture."));
    }
    if file.blob.size() > MOST_BYTES {
        return Err(format!("“{name}” is larger than 64 MB; choose a smaller picture."));
    }
    let buffer = array_buffer(&file.blob)
        .await
        .map_err(|_| format!("“{name}” cannot be read; it may have been moved or renamed."))?;
    let head = Uint8Array::new(&buffer).subarray(0, HEAD_BYTES).to_vec();
    if !is_picture(&head) {
        return Err(format!("“{name}” is not a PNG, JPEG or WebP picture."));
    }
    Ok(buffer)
}
