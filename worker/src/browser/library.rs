//! The models that can be used in this browser, wherever their files lie.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use pipeline::Model;
use protocol::{ModelId, ModelInfo, Precision};
use storage::{BrowserBlob, BrowserStorage, Lock, ModelRecord, StorageError};
use weights::Folder;

use super::{elsewhere::lock_of, server::Server};
use crate::{
    builtin::{self, FileList},
    catalogue::{Shelved, model_info},
    clock::now_millis,
    error::EngineError,
    folder::StoredFolder,
    import::{self, Watch},
};

/// A model's files, ready to be opened.
pub(super) struct Shelf {
    /// The files.
    pub(super) folder: Rc<dyn Folder>,
    /// Different for different files under one key.
    pub(super) hash: String,
}

/// The models of this browser.
pub(super) struct Library {
    storage: Result<BrowserStorage, StorageError>,
    server: Server,
    /// The built-in model's files, in a visit in which the database cannot be used.
    held: RefCell<Option<Rc<dyn Folder>>>,
    /// What models say of themselves, by folder: opening one reads a dozen files.
    told: RefCell<BTreeMap<String, ModelInfo>>,
}

impl Library {
    /// Opens the database. Without one the library has the built-in model only; [`Library::refusal`] says why.
    pub(super) async fn open() -> Self {
        Self {
            storage: BrowserStorage::open().await,
            server: Server::here(),
            held: RefCell::default(),
            told: RefCell::default(),
        }
    }

    /// Why there is no database.
    pub(super) fn refusal(&self) -> Option<StorageError> {
        self.storage.as_ref().err().cloned()
    }

    /// The database.
    pub(super) fn storage(&self) -> Result<&BrowserStorage, StorageError> {
        self.storage.as_ref().map_err(StorageError::clone)
    }

    /// Calls `listener` when the browser closes the database by itself, as it does when the page's data is cleared.
    pub(super) fn on_closed(&self, listener: impl Fn() + 'static) {
        if let Ok(storage) = &self.storage {
            storage.on_closed(listener);
        }
    }

    /// The server that the page came from.
    pub(super) fn server(&self) -> &Server {
        &self.server
    }

    /// Removes what imports left that were cut off.
    pub(super) async fn sweep(&self) -> Result<(), EngineError> {
        if let Ok(storage) = &self.storage {
            storage.sweep_imports(now_millis()).await?;
        }
        Ok(())
    }

    /// The built-in model's files, fetched on the first visit. When they cannot be kept, `warn` hears why, and they
    /// are held in memory until the worker ends. `progress` hears bytes done and bytes in all.
    pub(super) async fn builtin(
        &self,
        progress: &mut dyn FnMut(u64, u64),
        warn: &dyn Fn(&EngineError),
    ) -> Result<Shelf, EngineError> {
        let list = FileList::of_this_build()?;
        let total = list.total_bytes();
        let mut progress = |done| progress(done, total);
        if let Some(folder) = self.held.borrow().clone() {
            return Ok(Shelf { folder, hash: list.hash() });
        }
        if let Ok(storage) = &self.storage {
            // One tab fetches it; the others find it when their turn comes.
            let _turn = Lock::in_turn(&lock_of(builtin::ID)).await;
            match builtin::ready(storage, &list, &self.server, &mut progress).await {
                Ok(model) => return Ok(shelf(storage, model)),
                Err(error @ EngineError::Storage(_)) => warn(&error),
                Err(error) => return Err(error),
            }
        }
        let folder: Rc<dyn Folder> = Rc::new(builtin::hold(&list, &self.server, &mut progress).await?);
        *self.held.borrow_mut() = Some(folder.clone());
        Ok(Shelf { folder, hash: list.hash() })
    }

    /// An imported model's files.
    pub(super) async fn imported(&self, id: &ModelId) -> Result<Shelf, EngineError> {
        let storage = self.storage.as_ref().map_err(StorageError::clone)?;
        let model = storage.model(&id.0).await?;
        let model = model.ok_or_else(|| EngineError::NoSuchModel { id: id.0.clone() })?;
        Ok(shelf(storage, model))
    }

    /// The models that can be used, the built-in one first, and what is wrong with others that are stored.
    pub(super) async fn list(&self) -> (Vec<ModelInfo>, Vec<EngineError>) {
        let (mut models, mut faults) = (Vec::new(), Vec::new());
        match FileList::of_this_build() {
            Ok(list) => models.push(list.info()),
            Err(error) => faults.push(error),
        }
        let Ok(storage) = &self.storage else { return (models, faults) };
        let stored = match storage.models().await {
            Ok(stored) => stored,
            Err(error) => {
                faults.push(error.into());
                return (models, faults);
            }
        };
        for model in stored.into_iter().filter(|model| model.id != builtin::ID) {
            match self.info(storage, model).await {
                Ok(info) => models.push(info),
                Err(error) => faults.push(error),
            }
        }
        (models, faults)
    }

    /// Stores files as a model; returns its key.
    pub(super) async fn import(
        &self,
        name: &str,
        files: Vec<(String, BrowserBlob)>,
        precision: Precision,
        watch: &mut dyn Watch,
    ) -> Result<String, EngineError> {
        let storage = self.storage.as_ref().map_err(StorageError::clone)?;
        Ok(import::import(storage, name, files, precision, watch).await?.id)
    }

    /// Removes an imported model.
    pub(super) async fn delete(&self, id: &ModelId) -> Result<(), EngineError> {
        let storage = self.storage.as_ref().map_err(StorageError::clone)?;
        Ok(storage.delete_model(&id.0).await?)
    }

    async fn info(&self, storage: &BrowserStorage, model: ModelRecord) -> Result<ModelInfo, EngineError> {
        if let Some(info) = self.told.borrow().get(&model.folder) {
            return Ok(info.clone());
        }
        let opened = Model::open(Rc::new(StoredFolder::new(storage.clone(), &model.folder))).await?;
        let shelved = Shelved { id: &model.id, name: &model.name, hash: &model.hash, bytes: model.bytes };
        let info = model_info(shelved, opened.profile());
        self.told.borrow_mut().insert(model.folder, info.clone());
        Ok(info)
    }
}

fn shelf(storage: &BrowserStorage, model: ModelRecord) -> Shelf {
    Shelf { folder: Rc::new(StoredFolder::new(storage.clone(), model.folder)), hash: model.hash }
}
