//! The source picture: taken from a file, a drop, the clipboard or the gallery, and checked by the engine, which
//! decodes it with the same code as when it makes a picture from it.

mod drawn;

use gallery::Settings;
use gloo::file::ObjectUrl;
use gloo_timers::future::TimeoutFuture;
use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::*;
use protocol::{Command, CropPx, JobId, Payload, SourceEdit, SourceReport};
use sources::{Crop, Edit, HEAD_BYTES, Kind, kind_of};
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use super::recents::Recents;
use super::{Place, Studio};
use crate::later::{self, Errand};
use crate::platform::{array_buffer, blob, copy_of};
use crate::words::{mask, source as words};

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

/// A source as it was given, and what was done to it.
#[derive(Clone)]
pub(crate) struct Original {
    pub file: SourceFile,
    /// Width and height, upright and not edited.
    pub own_px: (u32, u32),
    pub edit: Edit,
    /// Whether the file has further frames, which are not used.
    pub moves: bool,
    /// SHA-256 of the file, by which it is known among the recent sources.
    pub hash: String,
}

/// A source that the engine can read.
#[derive(Clone)]
pub(crate) struct CheckedSource {
    /// What pictures are made from: the original's file, or one of the edited picture.
    pub file: SourceFile,
    pub url: ObjectUrl,
    /// Width and height of what pictures are made from.
    pub size_px: (u32, u32),
    /// What made it, if its file says so.
    pub settings: Option<Settings>,
    pub original: Original,
}

/// A source that is being looked at.
#[derive(Clone)]
pub(crate) struct Checking {
    pub job: JobId,
    pub file: SourceFile,
    edit: Edit,
    moves: bool,
    settings: Option<Settings>,
    /// It stays if the new one cannot be used.
    before: Option<Box<CheckedSource>>,
}

/// What the engine said of a source.
pub(crate) struct Checked {
    job: JobId,
    source: CheckedSource,
    /// A PNG file.
    thumbnail: Vec<u8>,
}

/// How far the source has come.
#[derive(Clone)]
pub(crate) enum SourceState {
    None,
    Checking(Checking),
    Ready(CheckedSource),
}

#[derive(Clone, Copy)]
pub(crate) struct Source {
    pub state: RwSignal<SourceState, LocalStorage>,
    /// Sources of this and earlier visits.
    pub recents: Recents,
    /// Whether **Crop and rotate** is open.
    pub editing: RwSignal<bool>,
    /// Whether **From the gallery** is open.
    pub picking: RwSignal<bool>,
    /// Counts **Reuse settings**: of several in a row the last one's files count.
    pub(super) reuses: StoredValue<u64>,
}

impl Source {
    pub(super) fn new() -> Self {
        Self {
            state: RwSignal::new_local(SourceState::None),
            recents: Recents::new(),
            editing: RwSignal::new(false),
            picking: RwSignal::new(false),
            reuses: StoredValue::new(0),
        }
    }

    /// The source's size, of the one before it while a new one is looked at; `None` without. Tracked.
    pub(crate) fn size_px(self) -> Option<(u32, u32)> {
        self.state.with(|state| match state {
            SourceState::None => None,
            SourceState::Checking(checking) => checking.before.as_ref().map(|source| source.size_px),
            SourceState::Ready(source) => Some(source.size_px),
        })
    }

    /// Whether there is a source, checked or not. Tracked.
    pub(crate) fn is_some(self) -> bool {
        self.state.with(|state| !matches!(state, SourceState::None))
    }

    /// The source, once it is checked. Tracked.
    pub(crate) fn ready(self) -> Option<CheckedSource> {
        self.state.with(|state| match state {
            SourceState::Ready(source) => Some(source.clone()),
            _ => None,
        })
    }

    pub(super) fn is_checking(self) -> bool {
        self.state.with_untracked(|state| matches!(state, SourceState::Checking(_)))
    }

    pub(super) fn is_checked_by(self, job: JobId) -> bool {
        self.state.with_untracked(|state| matches!(state, SourceState::Checking(c) if c.job == job))
    }

    /// The file that pictures are made from.
    pub(super) fn file(self) -> Option<SourceFile> {
        untrack(|| self.ready()).map(|source| source.file)
    }
}

/// How long a source is waited for, and how often it is looked at.
const MOST_LOOKS: u32 = 600;
const BETWEEN_LOOKS_MILLIS: u32 = 100;

impl Studio {
    /// Waits until the source is checked, for a while.
    pub(super) async fn source_checked(self) {
        for _ in 0..MOST_LOOKS {
            if !self.source.is_checking() {
                break;
            }
            TimeoutFuture::new(BETWEEN_LOOKS_MILLIS).await;
        }
    }

    /// Takes a file as the source. What is not a picture is answered in one sentence.
    pub(crate) fn take_source(self, file: SourceFile) {
        self.take_edited_source(file, Edit::default());
    }

    /// Turns and crops the source anew, from its original.
    pub(crate) fn edit_source(self, edit: Edit) {
        if let Some(source) = untrack(|| self.source.ready())
            && source.original.edit != edit
        {
            self.take_edited_source(source.original.file, edit);
        }
    }

    /// Takes a file as the source, turned and cropped.
    pub(super) fn take_edited_source(self, file: SourceFile, edit: Edit) {
        self.notices.clear(Place::Source);
        // What was last painted over the source of now.
        self.store_mask();
        self.forget_brought_mask();
        let job = self.next_job();
        let before = self.source.state.with_untracked(|state| match state {
            SourceState::None => None,
            SourceState::Checking(checking) => checking.before.clone(),
            SourceState::Ready(source) => Some(Box::new(source.clone())),
        });
        let checking = Checking { job, file: file.clone(), edit, moves: false, settings: None, before };
        self.source.state.set(SourceState::Checking(checking));
        spawn_local(async move {
            match read(&file).await {
                Ok(_) if !self.source.is_checked_by(job) => {}
                Ok((_, Kind::Svg)) => self.later(Errand::TakeDrawing(job, file)),
                Ok((buffer, kind)) => {
                    let moves = kind == Kind::Picture { moves: true };
                    let found = self.settings_in(&buffer).await;
                    if self.source.is_checked_by(job) {
                        self.note_found(found, moves, &buffer);
                        let command = Command::InspectSource { job, file: Payload(0), edit: told(edit) };
                        self.send(command, vec![buffer.into()]);
                    }
                }
                Err(sentence) => self.refuse_source(job, sentence, String::new()),
            }
        });
    }

    /// The engine can read the source, whose mask, if there is one, comes first. `thumbnail` and `edited` are PNG files.
    pub(super) fn source_ready(
        self,
        job: JobId,
        report: SourceReport,
        thumbnail: &[u8],
        edited: Option<&[u8]>,
    ) {
        let checking = self.source.state.with_untracked(|state| match state {
            SourceState::Checking(checking) if checking.job == job => Some(checking.clone()),
            _ => None,
        });
        let Some(Checking { file, edit, moves, settings, .. }) = checking else { return };
        let edited = match edited.map(|bytes| blob(bytes, "image/png")).transpose() {
            Ok(edited) => edited.map_or(file.clone(), |blob| SourceFile { blob, ..file.clone() }),
            Err(error) => return self.refuse_source(job, words::NO_ROOM, format!("{error:?}")),
        };
        let SourceReport { hash, own_px, edited_px } = report;
        let source = CheckedSource {
            url: ObjectUrl::from(gloo::file::Blob::from(edited.blob.clone())),
            file: edited,
            size_px: edited_px,
            settings,
            original: Original { file, own_px, edit, moves, hash },
        };
        let thumbnail = thumbnail.to_vec();
        self.later(Errand::UseSource(Box::new(Checked { job, source, thumbnail })));
    }

    /// Goes on with a source that was checked, with the mask that was painted over it.
    pub(crate) fn use_checked(self, Checked { job, source, thumbnail }: Checked) {
        spawn_local(async move {
            self.bring_mask_of(&source.original).await;
            if self.source.is_checked_by(job) {
                self.source.state.set(SourceState::Ready(source.clone()));
                self.remember_source(&source, &thumbnail);
                self.fulfil_wish();
            }
        });
    }

    /// The settings that a picture's file carries. They come before its pixels, but at the end of a WebP.
    async fn settings_in(self, file: &ArrayBuffer) -> Option<Settings> {
        let file = Uint8Array::new(file);
        let head = file.subarray(0, MOST_SETTINGS_BYTES).to_vec();
        match head.as_slice() {
            [b'R', b'I', b'F', b'F', ..] => later::read_settings(self, &file.to_vec()).await,
            _ => later::read_settings(self, &head).await,
        }
    }

    /// Notes what was found in a source's file, and goes on with a copy of its bytes: the file itself may be changed, moved or
    /// deleted while the page is open.
    fn note_found(self, found: Option<Settings>, moving: bool, bytes: &ArrayBuffer) {
        self.source.state.update(|state| {
            let SourceState::Checking(Checking { file, settings, moves, .. }) = state else { return };
            (*settings, *moves) = (found, moving);
            match copy_of(bytes, &file.blob.type_()) {
                Ok(blob) => file.blob = blob,
                Err(error) => log::warn!("a source stays in its file: {error:?}"),
            }
        });
    }

    /// Says why a source cannot be used and goes back to the one before it.
    pub(super) fn refuse_source(self, job: JobId, sentence: impl Into<String>, detail: String) {
        if !self.source.is_checked_by(job) {
            return;
        }
        self.source.state.update(|state| {
            if let SourceState::Checking(Checking { before, .. }) = state {
                *state = before.take().map_or(SourceState::None, |before| SourceState::Ready(*before));
            }
        });
        self.drop_wish();
        self.forget_brought_mask();
        self.notices.say_with_detail(Place::Source, sentence, detail);
    }

    /// Asks again after the engine died while it looked at the source.
    pub(super) fn recheck_source(self) {
        let asked = self.source.state.with_untracked(|state| match state {
            SourceState::Checking(checking) => Some((checking.file.clone(), checking.edit)),
            _ => None,
        });
        if let Some((file, edit)) = asked {
            self.take_edited_source(file, edit);
        }
    }

    pub(crate) fn remove_source(self) {
        self.store_mask();
        self.source.state.set(SourceState::None);
        self.notices.clear(Place::Source);
        self.notices.take_back(Place::Mask, mask::ANOTHER_SHAPE);
        self.forget_current_source();
    }
}

/// An edit in the engine's words.
fn told(edit: Edit) -> SourceEdit {
    let crop = edit.crop.map(|Crop { x, y, width, height }| CropPx { x, y, width, height });
    SourceEdit { mirrored: edit.mirrored, quarter_turns: edit.quarter_turns, crop }
}

/// Reads a file that looks like a picture or a drawing, or says in a sentence why not.
async fn read(file: &SourceFile) -> Result<(ArrayBuffer, Kind), String> {
    let name = &file.name;
    if file.blob.size() == 0.0 {
        return Err(words::empty(name));
    }
    if file.blob.size() > MOST_BYTES {
        return Err(words::too_many_bytes(name));
    }
    let buffer = array_buffer(&file.blob).await.map_err(|_| words::unreadable(name))?;
    let head = Uint8Array::new(&buffer).subarray(0, HEAD_BYTES).to_vec();
    match kind_of(&head) {
        kind @ (Kind::Picture { .. } | Kind::Svg) => Ok((buffer, kind)),
        kind => Err(words::refusal(kind, name)),
    }
}
