//! Downloads from a server that does everything wrong that servers do.
#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

mod http;
mod lies;
mod outages;
mod server;
mod visits;

use std::cell::RefCell;

use downloads::{DownloadError, Progress, Watch, fetch};
use http::Http;
use pollster::block_on;
use server::Server;
use sha2::{Digest, Sha256};
use storage::{Download, Memory, MemoryStorage, PlannedFile};

/// Bytes in a piece: the test's file has ten and a half.
const PIECE: u64 = 4096;

/// The file that servers have.
fn content() -> Vec<u8> {
    (0..43_008_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Remembers what it is told; pauses once so many bytes are there.
#[derive(Default)]
struct Seen {
    told: RefCell<Vec<Progress>>,
    pause_at: Option<u64>,
}

impl Seen {
    fn arriving(&self) -> Vec<u64> {
        let told = self.told.borrow();
        let done = |progress: &Progress| match progress {
            Progress::Arriving { done_bytes, .. } => Some(*done_bytes),
            Progress::Checking { .. } => None,
        };
        told.iter().filter_map(done).collect()
    }
}

impl Watch for Seen {
    fn progress(&self, progress: Progress) {
        self.told.borrow_mut().push(progress);
    }

    fn is_paused(&self) -> bool {
        self.pause_at.is_some_and(|bytes| self.arriving().last().is_some_and(|done| *done >= bytes))
    }
}

/// A browser that outlives its visits.
#[derive(Clone)]
struct Shelf {
    storage: MemoryStorage,
    file: PlannedFile,
}

impl Shelf {
    /// Wants the file of `server`, by its hash.
    fn wanting(server: &Server) -> Self {
        let content = content();
        let file = PlannedFile {
            path: "checkpoint.gguf".to_owned(),
            url: server.url("file"),
            bytes: content.len() as u64,
            sha256: Some(sha256(&content)),
        };
        Self { storage: MemoryStorage::over(Memory::default()), file }
    }

    fn without_hash(mut self) -> Self {
        self.file.sha256 = None;
        self
    }

    fn download(&self) -> Download<Memory> {
        let files = std::slice::from_ref(&self.file);
        block_on(self.storage.download_in_pieces("m", files, 1.0, PIECE)).unwrap()
    }

    /// One visit.
    fn visit(&self, seen: &Seen) -> Result<(), DownloadError> {
        block_on(fetch(&self.download(), &Http::default(), seen))
    }

    /// A visit that gets everything; then the model is published, and its file is the server's.
    fn get(&self) -> Seen {
        let seen = Seen::default();
        self.visit(&seen).unwrap();
        let total = self.file.bytes;
        assert_eq!(seen.arriving().last(), Some(&total), "progress must end at the end");
        assert!(seen.arriving().iter().all(|done| *done <= total), "more bytes than there are");
        let model = block_on(self.download().publish("A model")).unwrap();
        let stored = block_on(self.storage.model_file(&model.folder, &self.file.path)).unwrap().unwrap();
        let bytes = block_on(stored.read(0, total)).unwrap();
        assert!(bytes == content(), "the stored file is another");
        seen
    }

    fn done_bytes(&self) -> u64 {
        block_on(self.download().done_bytes()).unwrap()
    }
}
