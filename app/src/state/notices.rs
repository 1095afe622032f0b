//! Sentences beside the controls that they are about.

use std::collections::BTreeMap;

use leptos::prelude::*;
use protocol::{ErrorCode, ErrorReport};

/// Where a sentence is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Place {
    Source,
    Mask,
    Prompt,
    /// In the drawer of style presets.
    Styles,
    Strength,
    /// Quality steps, guidance scale, sampler.
    Settings,
    Seed,
    Size,
    Images,
    /// In the drawer of sweeps and grids.
    Batch,
    Model,
    Lora,
    Device,
    /// Beside **Generate**.
    Run,
    Gallery,
    /// In the drawer of image packs.
    Packs,
    /// In the drawer of models and storage.
    Backup,
}

/// A sentence, with technical detail for who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub sentence: String,
    pub detail: String,
}

/// All that is being said.
#[derive(Clone, Copy)]
pub(crate) struct Notices(RwSignal<BTreeMap<Place, Notice>>);

impl Notices {
    pub(crate) fn new() -> Self {
        Self(RwSignal::new(BTreeMap::new()))
    }

    pub(crate) fn say(self, place: Place, sentence: impl Into<String>) {
        self.say_with_detail(place, sentence, String::new());
    }

    pub(crate) fn say_with_detail(self, place: Place, sentence: impl Into<String>, detail: String) {
        let notice = Notice { sentence: sentence.into(), detail };
        self.0.update(|notices| {
            notices.insert(place, notice);
        });
    }

    /// Says what the engine reports, beside the control that its code names.
    pub(crate) fn report(self, report: ErrorReport) {
        self.say_with_detail(place_of(report.code), report.message, report.detail);
    }

    pub(crate) fn clear(self, place: Place) {
        if self.0.with_untracked(|notices| notices.contains_key(&place)) {
            self.0.update(|notices| {
                notices.remove(&place);
            });
        }
    }

    /// Clears what is said at `place`, if it is this.
    pub(crate) fn take_back(self, place: Place, sentence: &str) {
        if self.0.with_untracked(|notices| notices.get(&place).is_some_and(|said| said.sentence == sentence))
        {
            self.clear(place);
        }
    }

    /// Clears what a new run may make untrue. The gallery's notice stays: it is about pictures already made.
    pub(crate) fn clear_for_run(self) {
        self.0.update(|notices| notices.retain(|place, _| *place == Place::Gallery));
    }

    pub(crate) fn at(self, place: Place) -> Option<Notice> {
        self.0.with(|notices| notices.get(&place).cloned())
    }
}

fn place_of(code: ErrorCode) -> Place {
    match code {
        ErrorCode::Source => Place::Source,
        ErrorCode::Prompt => Place::Prompt,
        ErrorCode::Strength => Place::Strength,
        ErrorCode::Settings => Place::Settings,
        // The engine's own use of the database and the network is for models.
        ErrorCode::Model | ErrorCode::Storage | ErrorCode::Network => Place::Model,
        ErrorCode::Lora => Place::Lora,
        ErrorCode::Device | ErrorCode::DeviceLost => Place::Device,
        ErrorCode::Internal => Place::Run,
    }
}
