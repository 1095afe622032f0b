//! The catalogue, and what is being downloaded of it.

use std::collections::BTreeMap;

use leptos::prelude::*;
use protocol::{
    Command, DownloadState, ErrorReport, ModelId,
    catalogue::{CatalogueModel, Role},
};

use super::Studio;

#[derive(Clone, Copy)]
pub(crate) struct Downloads {
    /// Every model of the catalogue.
    pub catalogue: RwSignal<Vec<CatalogueModel>>,
    /// Whether the engine has answered.
    pub asked: RwSignal<bool>,
    /// Why there is no catalogue.
    pub fault: RwSignal<Option<ErrorReport>>,
    /// Downloads that have begun and are not finished.
    states: RwSignal<BTreeMap<String, DownloadState>>,
}

impl Downloads {
    pub(super) fn new() -> Self {
        Self {
            catalogue: RwSignal::new(Vec::new()),
            asked: RwSignal::new(false),
            fault: RwSignal::new(None),
            states: RwSignal::new(BTreeMap::new()),
        }
    }

    /// How far the download of a model has come. Tracked.
    pub(crate) fn state(self, id: &ModelId) -> DownloadState {
        self.states.with(|states| states.get(&id.0).cloned().unwrap_or(DownloadState::Absent))
    }

    /// The catalogue's entry for a model. Tracked.
    pub(crate) fn entry(self, id: &ModelId) -> Option<CatalogueModel> {
        self.catalogue.with(|models| models.iter().find(|model| model.id == *id).cloned())
    }

    fn set(self, id: ModelId, state: DownloadState) {
        self.states.update(|states| match state {
            DownloadState::Absent | DownloadState::Finished => drop(states.remove(&id.0)),
            state => drop(states.insert(id.0, state)),
        });
    }

    /// The engine died, and what it was downloading stands still.
    pub(super) fn stand_still(self) {
        for (id, state) in self.states.get_untracked() {
            self.set(ModelId(id), at_rest(state));
        }
    }
}

/// A download that nobody works on. What it counted while it checked or opened was all there.
fn at_rest(state: DownloadState) -> DownloadState {
    match state {
        DownloadState::Arriving { done_bytes, total_bytes } => {
            DownloadState::Paused { done_bytes, total_bytes, report: None }
        }
        DownloadState::Checking { total_bytes, .. } => {
            DownloadState::Paused { done_bytes: total_bytes, total_bytes, report: None }
        }
        DownloadState::Opening => DownloadState::Paused { done_bytes: 0, total_bytes: 0, report: None },
        // The next engine tells anew of what other tabs do.
        DownloadState::Elsewhere { .. } => DownloadState::Absent,
        other => other,
    }
}

/// The order in which models are shown: by what they are the choice for, those without a role last.
pub(crate) fn by_role(mut models: Vec<CatalogueModel>) -> Vec<CatalogueModel> {
    let place = |role: Option<Role>| match role {
        Some(Role::Fast) => 0,
        Some(Role::Balanced) => 1,
        Some(Role::Best) => 2,
        Some(Role::Style) => 3,
        None => 4,
    };
    models.sort_by_key(|model| place(model.role));
    models
}

impl Studio {
    /// Asks for the catalogue, as when the network is back.
    pub(crate) fn ask_for_catalogue(self) {
        self.send(Command::ListCatalogue, Vec::new());
    }

    pub(super) fn take_catalogue(
        self,
        models: Vec<CatalogueModel>,
        begun: Vec<(ModelId, DownloadState)>,
        fault: Option<ErrorReport>,
    ) {
        // A catalogue that was read before is better than none.
        if fault.is_none() || self.downloads.catalogue.with_untracked(Vec::is_empty) {
            self.downloads.catalogue.set(models);
        }
        self.downloads.fault.set(fault);
        self.downloads.asked.set(true);
        for (id, state) in begun {
            self.downloads.set(id, state);
        }
    }

    pub(super) fn take_download(self, id: ModelId, state: DownloadState) {
        if matches!(state, DownloadState::Finished | DownloadState::Absent | DownloadState::Paused { .. }) {
            self.measure_room();
        }
        self.downloads.set(id, state);
    }

    /// Downloads a model of the catalogue, or goes on with it.
    pub(crate) fn download_model(self, id: ModelId) {
        let total_bytes = untrack(|| self.downloads.entry(&id)).map_or(0, |model| model.total_bytes());
        let done_bytes = match untrack(|| self.downloads.state(&id)) {
            DownloadState::Paused { done_bytes, .. } => done_bytes,
            _ => 0,
        };
        self.downloads.set(id.clone(), DownloadState::Arriving { done_bytes, total_bytes });
        self.send(Command::StartDownload(id), Vec::new());
        // From a click, as browsers that ask the person want it; and something worth keeping is on its way.
        self.keep_data();
    }

    pub(crate) fn pause_download(self, id: ModelId) {
        self.send(Command::PauseDownload(id), Vec::new());
    }

    pub(crate) fn discard_download(self, id: ModelId) {
        self.send(Command::DiscardDownload(id), Vec::new());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_download_that_nobody_works_on_can_be_resumed() {
        let running = DownloadState::Arriving { done_bytes: 3, total_bytes: 9 };
        let rest = DownloadState::Paused { done_bytes: 3, total_bytes: 9, report: None };
        assert_eq!(at_rest(running), rest);
        assert_eq!(at_rest(rest.clone()), rest);
        for state in [DownloadState::Opening, DownloadState::Checking { done_bytes: 1, total_bytes: 2 }] {
            assert!(matches!(at_rest(state), DownloadState::Paused { .. }));
        }
        let elsewhere = DownloadState::Elsewhere { done_bytes: 3, total_bytes: 9 };
        assert_eq!(at_rest(elsewhere), DownloadState::Absent);
    }
}
