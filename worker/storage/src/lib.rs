//! One database for everything that must outlive a visit: model files, the gallery, settings.
//!
//! The page and the worker each open the IndexedDB database `palimpsest`. All rules live above a small
//! [`Backend`] with one-transaction operations only, so nothing else can be awaited while a transaction is open
//! (IndexedDB would close it), and the same rules are tested natively over [`Memory`].
//!
//! | table | key | value |
//! |---|---|---|
//! | `models` | `[model]` | JSON [`ModelRecord`]: a model exists when it has this row, which is written last |
//! | `staging` | `[folder]` | JSON: when a folder that is still being filled was last touched |
//! | `downloads` | `[model]`, `[model, path]`, `[model, path, index]` | JSON: what is to be downloaded, and what has arrived |
//! | `files` | `[folder, path]` | JSON [`FileRecord`] |
//! | `chunks` | `[folder, path, index]` | Blob of at most [`CHUNK_BYTES`] |
//! | `pictures` | `[id]` | JSON [`PictureEntry`] |
//! | `picture_blobs` | `[id, part]` | Blob: `png`, `latents`, `mask`, `thumbnail`, `drawing` |
//! | `packs` | `[id]` | JSON [`PackEntry`] |
//! | `pack_blobs` | `[id, name]` | Blob: a picture of the pack |
//! | `queue` | `[batch, name]` | JSON, the page's own: a picture to make |
//! | `queue_blobs` | `[batch, part]` | Blob: `mask` |
//! | `sources` | `[id]` | JSON [`SourceEntry`] |
//! | `source_blobs` | `[id, part]` | Blob: `thumbnail`, `mask`, `whole-mask` |
//! | `originals` | `[SHA-256]` | Blob: a file that pictures, recent sources and batches are made from |
//! | `original_uses` | `[table, id]`, `[SHA-256, table, id]` | which file the row `id` of a table uses, and the same by file |
//! | `settings` | `[name]` | JSON, the caller's own |

mod backend;
#[cfg(target_arch = "wasm32")]
mod browser;
mod downloads;
mod error;
mod everything;
mod file;
mod gather;
#[cfg(not(target_arch = "wasm32"))]
mod lock;
mod memory;
mod models;
mod originals;
mod packs;
mod pictures;
mod queue;
mod settings;
mod sources;

pub use backend::{Backend, BlobHandle, Condition, Key, Table, Write};
#[cfg(target_arch = "wasm32")]
pub use browser::{Browser, BrowserBlob, Lock};
pub use downloads::{Arrived, Download, DownloadState, PIECE_BYTES, PlannedFile};
pub use error::StorageError;
pub use file::{CHUNK_BYTES, FileRecord, FileWriter, StoredFile};
#[cfg(not(target_arch = "wasm32"))]
pub use lock::Lock;
pub use memory::{Memory, MemoryBlob};
pub use models::{Import, ModelRecord, folder_hash, is_lora, lora_id};
pub use packs::{NewPack, PackEntry};
pub use pictures::{NewPicture, PictureEntry, PicturePart, StoredPictures};
pub use queue::{QueueEntry, QueuePart};
pub use sources::{SourceEntry, SourceLimits, SourcePart};

use std::rc::Rc;

/// The database. Clones share one connection.
#[derive(Debug)]
pub struct Storage<B> {
    backend: Rc<B>,
}

/// The database of this browser.
#[cfg(target_arch = "wasm32")]
pub type BrowserStorage = Storage<Browser>;

/// The same rules over memory.
pub type MemoryStorage = Storage<Memory>;

impl<B> Clone for Storage<B> {
    fn clone(&self) -> Self {
        Self { backend: Rc::clone(&self.backend) }
    }
}

impl<B: Backend> Storage<B> {
    /// Uses an open backend.
    pub fn over(backend: B) -> Self {
        Self { backend: Rc::new(backend) }
    }
}

#[cfg(target_arch = "wasm32")]
impl Storage<Browser> {
    /// Opens the browser's database, creating it on the first visit.
    ///
    /// # Errors
    /// [`StorageError::Refused`] where the browser keeps nothing (some private windows, blocked site data),
    /// [`StorageError::Blocked`] while another tab holds an older version open.
    pub async fn open() -> Result<Self, StorageError> {
        Ok(Self::over(Browser::open().await?))
    }

    /// Calls `listener` when the browser closes the database by itself, as it does when the person clears the page's
    /// data. The next call of anything here opens a new one, which is empty.
    pub fn on_closed(&self, listener: impl Fn() + 'static) {
        self.backend.on_closed(listener);
    }
}

#[cfg(test)]
mod tests;
