//! Downloads of this browser: they run beside the jobs, since they wait for the network and not for the device.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use protocol::{
    Command, DownloadState, Event, ModelId,
    catalogue::{Catalogue, Entry},
};
use web_time::{Duration, Instant};

use super::{engine::unopened, fetch::Fetch, session::Session};
use crate::{
    error::EngineError,
    install::{Watch, install, stopped},
    report::report,
};

/// The page hears of progress this often.
const BETWEEN: Duration = Duration::from_millis(120);

/// What a person wishes of a running download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    GoOn,
    Pause,
    Discard,
}

/// The catalogue once it was read, and the downloads that run.
#[derive(Default)]
pub(super) struct Downloads {
    catalogue: RefCell<Option<Rc<Catalogue>>>,
    running: RefCell<BTreeMap<ModelId, Rc<Cell<Wish>>>>,
}

impl Session {
    /// Does what a command about the catalogue or a download asks for.
    pub(super) async fn hear_of_downloads(&self, command: Command) {
        match command {
            Command::ListCatalogue => self.post_catalogue().await,
            Command::StartDownload(id) => self.download(id).await,
            Command::PauseDownload(id) => self.pause_download(&id),
            Command::DiscardDownload(id) => self.discard_download(id).await,
            _ => {}
        }
    }

    /// Tells the page what there is to download, and what has begun.
    async fn post_catalogue(&self) {
        let mut fault = None;
        let models = match self.catalogue(true).await {
            Ok(catalogue) => catalogue.models.iter().map(|entry| entry.model.clone()).collect(),
            Err(error) => {
                log::warn!("{error}");
                fault = Some(report(&error));
                Vec::new()
            }
        };
        let downloads = self.begun().await.unwrap_or_else(|error| {
            fault = fault.take().or(Some(report(&error)));
            Vec::new()
        });
        self.port.post(&Event::Catalogue { models, downloads, fault });
    }

    /// Downloads that have begun and do not run now.
    async fn begun(&self) -> Result<Vec<(ModelId, DownloadState)>, EngineError> {
        let states = self.library.get().ok_or_else(unopened)?.storage()?.downloads().await?;
        let paused = states.into_iter().map(|state| {
            let (done_bytes, total_bytes) = (state.done_bytes, state.total_bytes);
            (ModelId(state.id), DownloadState::Paused { done_bytes, total_bytes, report: None })
        });
        let running = self.downloads.running.borrow();
        Ok(paused.filter(|(id, _)| !running.contains_key(id)).collect())
    }

    /// `models.json`, asked for again when `anew` says so.
    async fn catalogue(&self, anew: bool) -> Result<Rc<Catalogue>, EngineError> {
        if let Some(catalogue) = self.downloads.catalogue.borrow().clone().filter(|_| !anew) {
            return Ok(catalogue);
        }
        let json = self.library.get().ok_or_else(unopened)?.server().catalogue().await?;
        let catalogue = Rc::new(Catalogue::parse(&json)?);
        self.downloads.catalogue.replace(Some(Rc::clone(&catalogue)));
        Ok(catalogue)
    }

    /// Downloads a model unless it is on its way.
    async fn download(&self, id: ModelId) {
        let wish = Rc::new(Cell::new(Wish::GoOn));
        if self.downloads.running.borrow().contains_key(&id) {
            return;
        }
        self.downloads.running.borrow_mut().insert(id.clone(), Rc::clone(&wish));
        let reporter = Reporter { session: self, model: &id, wish: &wish, told: Cell::new(None) };
        let installed = self.install(&id, &reporter).await;
        self.downloads.running.borrow_mut().remove(&id);
        let state = match installed {
            _ if wish.get() == Wish::Discard => return self.discard(id).await,
            Ok(()) => DownloadState::Finished,
            Err(error) => {
                log::warn!("{}: {error}", id.0);
                self.stopped(&id, &error).await
            }
        };
        if state == DownloadState::Finished {
            self.post_models().await;
        }
        self.port.post(&Event::Download { model: id, state });
    }

    async fn install(&self, id: &ModelId, reporter: &Reporter<'_>) -> Result<(), EngineError> {
        let catalogue = self.catalogue(false).await?;
        let missing = || EngineError::NotInCatalogue { id: id.0.clone() };
        let entry: &Entry = catalogue.entry(id).ok_or_else(missing)?;
        let storage = self.library.get().ok_or_else(unopened)?.storage()?;
        install(storage, entry, &Fetch::here(), reporter).await.map(drop)
    }

    async fn stopped(&self, id: &ModelId, error: &EngineError) -> DownloadState {
        let begun = self.begun().await.unwrap_or_default();
        let kept = begun.into_iter().find(|(begun, _)| begun == id);
        match kept {
            Some((_, DownloadState::Paused { done_bytes, total_bytes, .. })) => {
                stopped(error, done_bytes, total_bytes)
            }
            _ => stopped(error, 0, 0),
        }
    }

    /// Stops a download and keeps what has arrived.
    fn pause_download(&self, id: &ModelId) {
        if let Some(wish) = self.downloads.running.borrow().get(id) {
            wish.set(Wish::Pause);
        }
    }

    /// Gives a download up, now or as soon as it has stopped.
    async fn discard_download(&self, id: ModelId) {
        let running = self.downloads.running.borrow().get(&id).cloned();
        match running {
            Some(wish) => wish.set(Wish::Discard),
            None => self.discard(id).await,
        }
    }

    async fn discard(&self, id: ModelId) {
        let discarded =
            match self.library.get().ok_or_else(unopened).and_then(|library| Ok(library.storage()?)) {
                Ok(storage) => storage.discard_download(&id.0).await.map_err(EngineError::from),
                Err(error) => Err(error),
            };
        let state = match discarded {
            Ok(()) => DownloadState::Absent,
            Err(error) => self.stopped(&id, &error).await,
        };
        self.port.post(&Event::Download { model: id, state });
    }
}

/// Tells the page of one download, now and then.
struct Reporter<'a> {
    session: &'a Session,
    model: &'a ModelId,
    wish: &'a Cell<Wish>,
    told: Cell<Option<Instant>>,
}

impl Watch for Reporter<'_> {
    fn tell(&self, state: DownloadState) {
        let is_step = matches!(
            state,
            DownloadState::Arriving { done_bytes, total_bytes } | DownloadState::Checking { done_bytes, total_bytes }
                if done_bytes < total_bytes
        );
        if is_step && self.told.get().is_some_and(|told| told.elapsed() < BETWEEN) {
            return;
        }
        self.told.set(Some(Instant::now()));
        self.session.port.post(&Event::Download { model: self.model.clone(), state });
    }

    fn is_paused(&self) -> bool {
        self.wish.get() != Wish::GoOn
    }
}
