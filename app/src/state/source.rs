//! The source picture: taken from a file, a drop, the clipboard or the gallery, and checked by the engine, which
//! decodes it with the same code as when it makes a picture from it.

use gloo::file::ObjectUrl;
use leptos::prelude::*;
use protocol::{Command, JobId, Payload};
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use super::sniff::{HEAD_BYTES, is_picture};
use super::{Place, Studio};
use crate::platform::array_buffer;

/// A file larger than this is not read at all.
const MOST_BYTES: f64 = 64.0 * 1024.0 * 1024.0;

/// A source's file and where it came from.
#[derive(Clone)]
pub(crate) struct SourceFile {
    pub blob: Blob,
    pub name: String,
    /// The picture in the gallery that it is.
    pub parent: Option<String>,
}

/// How far the source has come.
#[derive(Clone)]
pub(crate) enum SourceState {
    None,
    /// The engine is looking at it.
    Checking {
        job: JobId,
        file: SourceFile,
    },
    Ready {
        file: SourceFile,
        url: ObjectUrl,
        /// Width and height, upright.
        size_px: (u32, u32),
    },
}

#[derive(Clone, Copy)]
pub(crate) struct Source {
    pub state: RwSignal<SourceState, LocalStorage>,
}

impl Source {
    pub(super) fn new() -> Self {
        Self { state: RwSignal::new_local(SourceState::None) }
    }

    /// The source's size; `None` until it is known. Tracked.
    pub(crate) fn size_px(self) -> Option<(u32, u32)> {
        self.state.with(|state| match state {
            SourceState::Ready { size_px, .. } => Some(*size_px),
            _ => None,
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
            SourceState::Checking { file, .. } | SourceState::Ready { file, .. } => Some(file.clone()),
        })
    }
}

impl Studio {
    /// Takes a file as the source. What is not a picture is answered in one sentence; the source before it stays.
    pub(crate) fn take_source(self, file: SourceFile) {
        self.notices.clear(Place::Source);
        spawn_local(async move {
            if let Err(sentence) = self.check_source(file).await {
                self.notices.say(Place::Source, sentence);
            }
        });
    }

    async fn check_source(self, file: SourceFile) -> Result<(), String> {
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
        let mut head = [0; HEAD_BYTES];
        let length = buffer.byte_length().min(HEAD_BYTES as u32);
        let head = &mut head[..length as usize];
        js_sys::Uint8Array::new_with_byte_offset_and_length(&buffer, 0, length).copy_to(head);
        if !is_picture(head) {
            return Err(format!("“{name}” is not a PNG, JPEG or WebP picture."));
        }
        let job = self.next_job();
        self.source.state.set(SourceState::Checking { job, file });
        self.send(Command::InspectSource { job, file: Payload(0) }, vec![buffer.into()]);
        Ok(())
    }

    pub(super) fn source_ready(self, job: JobId, size_px: (u32, u32)) {
        if !self.source.is_checked_by(job) {
            return;
        }
        if let Some(file) = self.source.file() {
            let url = ObjectUrl::from(gloo::file::Blob::from(file.blob.clone()));
            self.source.state.set(SourceState::Ready { file, url, size_px });
            self.fulfil_wish();
        }
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
