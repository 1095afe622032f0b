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
use storage::{BrowserStorage, Lock};
use web_time::{Duration, Instant};

use super::{elsewhere::lock_of, engine::unopened, fetch::Fetch, session::Session};
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
    pub(super) async fn hear_of_downloads(self: &Rc<Self>, command: Command) {
        match command {
            Command::ListCatalogue => self.post_catalogue().await,
            Command::StartDownload(id) => self.download(id).await,
            Command::PauseDownload(id) => self.pause_download(&id),
            Command::DiscardDownload(id) => self.discard_download(id).await,
            _ => {}
        }
    }

    /// Tells the page what there is to download, and what has begun.
    async fn post_catalogue(self: &Rc<Self>) {
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
        let elsewhere: Vec<ModelId> = downloads.iter().filter_map(is_elsewhere).collect();
        self.port.post(&Event::Catalogue { models, downloads, fault });
        elsewhere.into_iter().for_each(|id| self.watch(id));
    }

    /// Downloads that have begun and do not run here now.
    async fn begun(&self) -> Result<Vec<(ModelId, DownloadState)>, EngineError> {
        let mut begun = Vec::new();
        for state in self.storage()?.downloads().await? {
            let (done_bytes, total_bytes) = (state.done_bytes, state.total_bytes);
            let id = ModelId(state.id);
            if self.downloads.running.borrow().contains_key(&id) {
                continue;
            }
            let state = match Lock::is_held(&lock_of(&id.0)).await {
                true => DownloadState::Elsewhere { done_bytes, total_bytes },
                false => DownloadState::Paused { done_bytes, total_bytes, report: None },
            };
            begun.push((id, state));
        }
        Ok(begun)
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

    /// A download that has begun and does not run here.
    pub(super) async fn begun_of(&self, id: &ModelId) -> DownloadState {
        let begun = self.begun().await.unwrap_or_default();
        begun.into_iter().find(|(begun, _)| begun == id).map_or(DownloadState::Absent, |(_, state)| state)
    }

    /// Whether a model can be used, as when another tab has downloaded it.
    pub(super) async fn is_here(&self, id: &ModelId) -> Result<bool, EngineError> {
        Ok(self.storage()?.model(&id.0).await?.is_some())
    }

    /// The database.
    pub(super) fn storage(&self) -> Result<&BrowserStorage, EngineError> {
        Ok(self.library.get().ok_or_else(unopened)?.storage()?)
    }

    /// Downloads a model unless it is on its way, here or in another tab.
    async fn download(self: &Rc<Self>, id: ModelId) {
        let wish = Rc::new(Cell::new(Wish::GoOn));
        if self.downloads.running.borrow().contains_key(&id) {
            return;
        }
        self.downloads.running.borrow_mut().insert(id.clone(), Rc::clone(&wish));
        let Some(lock) = Lock::now(&lock_of(&id.0)).await else {
            self.downloads.running.borrow_mut().remove(&id);
            return self.leave_to_other(id).await;
        };
        let reporter = Reporter { session: self, model: &id, wish: &wish, told: Cell::new(None) };
        let installed = self.install(&id, &reporter).await;
        self.downloads.running.borrow_mut().remove(&id);
        let state = match installed {
            // It may have been asked to go when everything was there already.
            Ok(()) => DownloadState::Finished,
            Err(_) if wish.get() == Wish::Discard => return self.discard(id).await,
            Err(error) => {
                log::warn!("{}: {error}", id.0);
                self.stopped(&id, &error).await
            }
        };
        drop(lock);
        if state == DownloadState::Finished {
            self.post_models().await;
        }
        self.port.post(&Event::Download { model: id, state });
    }

    async fn install(&self, id: &ModelId, reporter: &Reporter<'_>) -> Result<(), EngineError> {
        // Another tab may have been faster.
        if self.is_here(id).await? {
            return Ok(());
        }
        let catalogue = self.catalogue(false).await?;
        let missing = || EngineError::NotInCatalogue { id: id.0.clone() };
        let entry: &Entry = catalogue.entry(id).ok_or_else(missing)?;
        install(self.storage()?, entry, &Fetch::here(), reporter).await.map(drop)
    }

    async fn stopped(&self, id: &ModelId, error: &EngineError) -> DownloadState {
        match self.begun_of(id).await {
            DownloadState::Paused { done_bytes, total_bytes, .. }
            | DownloadState::Elsewhere { done_bytes, total_bytes } => stopped(error, done_bytes, total_bytes),
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
    async fn discard_download(self: &Rc<Self>, id: ModelId) {
        let running = self.downloads.running.borrow().get(&id).cloned();
        match (running, Lock::now(&lock_of(&id.0)).await) {
            (Some(wish), _) => wish.set(Wish::Discard),
            (None, Some(_lock)) => self.discard(id).await,
            // Another tab goes on with it.
            (None, None) => self.leave_to_other(id).await,
        }
    }

    async fn discard(&self, id: ModelId) {
        let discarded = match self.storage() {
            Ok(storage) => storage.discard_download(&id.0).await.map_err(EngineError::from),
            Err(error) => Err(error),
        };
        let state = match discarded {
            Ok(()) => DownloadState::Absent,
            Err(error) => self.stopped(&id, &error).await,
        };
        self.others.tell(&id, &state);
        self.port.post(&Event::Download { model: id, state });
    }
}

fn is_elsewhere((id, state): &(ModelId, DownloadState)) -> Option<ModelId> {
    matches!(state, DownloadState::Elsewhere { .. }).then(|| id.clone())
}

/// Tells the page and the other tabs of one download, now and then.
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
        self.session.others.tell(self.model, &state);
        self.session.port.post(&Event::Download { model: self.model.clone(), state });
    }

    fn is_paused(&self) -> bool {
        self.wish.get() != Wish::GoOn
    }
}
