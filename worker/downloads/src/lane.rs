//! A lane takes one missing piece of a file after another until none is left.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    ops::Range,
};

use storage::{Backend, Download, PlannedFile};

use crate::{Answer, Body, DownloadError, Transport, TransportError, progress::Counter};

/// Attempts in a row that bring no byte, until the network counts as lost.
const ATTEMPTS: u32 = 5;
const FIRST_PAUSE_MILLIS: u32 = 400;

/// Statuses that a server may take back a moment later.
const PASSING: [u16; 6] = [408, 429, 500, 502, 503, 504];

/// Why the lanes of a file end early.
pub(crate) enum Stop<B> {
    /// The download ends.
    Error(DownloadError),
    /// The server has another version than the pieces are of: begin anew.
    Changed {
        /// The new version.
        validator: Option<String>,
    },
    /// The server does not know ranges and sends everything.
    Whole(Answer<B>),
}

impl<B> From<storage::StorageError> for Stop<B> {
    fn from(error: storage::StorageError) -> Self {
        Self::Error(error.into())
    }
}

/// What the lanes of one file share.
pub(crate) struct Shared<'a, B: Backend, T> {
    pub(crate) download: &'a Download<B>,
    pub(crate) file: &'a PlannedFile,
    pub(crate) transport: &'a T,
    pub(crate) counter: &'a Counter<'a>,
    /// Pieces that nobody has taken.
    pub(crate) missing: RefCell<BTreeSet<u32>>,
    /// The version that the pieces are of.
    pub(crate) validator: RefCell<Option<String>>,
    /// Whether the version is known: the first answer of a new file names it.
    pub(crate) begun: Cell<bool>,
}

impl<B: Backend, T: Transport> Shared<'_, B, T> {
    /// Takes pieces until none is left.
    pub(crate) async fn run(&self) -> Result<(), Stop<T::Body>> {
        while self.step().await? {}
        Ok(())
    }

    /// Takes one piece; false when none was left.
    pub(crate) async fn step(&self) -> Result<bool, Stop<T::Body>> {
        let taken = self.missing.borrow_mut().pop_first();
        let Some(piece) = taken else { return Ok(false) };
        let bytes = self.piece(self.download.piece_range(self.file, piece)).await?;
        self.download.put(&self.file.path, piece, &bytes).await?;
        Ok(true)
    }

    /// The bytes of `range`; a connection that is cut goes on where it was.
    async fn piece(&self, range: Range<u64>) -> Result<Vec<u8>, Stop<T::Body>> {
        let mut bytes = Vec::with_capacity(usize::try_from(range.end - range.start).unwrap_or(0));
        let mut failures = 0;
        loop {
            let before = bytes.len();
            let left = range.start + before as u64..range.end;
            let trouble = match self.part(left.clone(), &mut bytes).await {
                Ok(()) => return Ok(bytes),
                Err(Trouble::Stop(stop)) => return Err(stop),
                Err(Trouble::Passing(trouble)) => trouble,
            };
            log::info!("{}, bytes {left:?}: {trouble}", self.file.path);
            failures = if bytes.len() > before { 0 } else { failures + 1 };
            if failures == ATTEMPTS {
                return Err(Stop::Error(trouble.into_error(self.file)));
            }
            self.transport.sleep(FIRST_PAUSE_MILLIS << failures).await;
            self.check_pause()?;
        }
    }

    /// Asks once, and adds what comes to `bytes`.
    async fn part(&self, range: Range<u64>, bytes: &mut Vec<u8>) -> Result<(), Trouble<T::Body>> {
        self.check_pause()?;
        let all = range == (0..self.file.bytes);
        let asked = (!all).then(|| range.clone());
        let answer = self.transport.get(&self.file.url, asked).await?;
        self.look_at(&answer, &range, all)?;
        self.note_version(&answer).await?;
        if answer.status == 200 && !all {
            return Err(Trouble::Stop(Stop::Whole(answer)));
        }
        let mut body = answer.body;
        let wanted = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        let mut came = 0;
        while let Some(part) = body.next().await? {
            self.check_pause()?;
            if part.len() > wanted - came {
                // More than it was asked for: nothing it sent can be told from the rest.
                self.counter.take_back(came as u64);
                bytes.truncate(bytes.len() - came);
                return Err(Trouble::Passing(Passing::Lie("more bytes than were asked for".to_owned())));
            }
            came += part.len();
            self.counter.add(part.len() as u64);
            bytes.extend_from_slice(&part);
        }
        match came == wanted {
            true => Ok(()),
            false => Err(Trouble::Passing(Passing::Cut(format!("{came} of {wanted} bytes came")))),
        }
    }

    /// Holds what an answer says against what was asked for.
    fn look_at(
        &self,
        answer: &Answer<T::Body>,
        range: &Range<u64>,
        all: bool,
    ) -> Result<(), Trouble<T::Body>> {
        let file = self.file;
        let wrong_length = |told_bytes| {
            let (file, expected_bytes) = (file.path.clone(), file.bytes);
            Trouble::Stop(Stop::Error(DownloadError::WrongLength { file, told_bytes, expected_bytes }))
        };
        match (answer.status, answer.total_bytes) {
            (200 | 206, Some(told)) if told != file.bytes => Err(wrong_length(told)),
            (206, _) if !all && answer.start.is_some_and(|start| start != range.start) => {
                let start = answer.start.unwrap_or_default();
                Err(Trouble::Passing(Passing::Lie(format!("bytes from {start} instead of {range:?}"))))
            }
            (200 | 206, _) => Ok(()),
            // It is shorter than the range asked for.
            (416, told) => Err(wrong_length(told.unwrap_or(range.start))),
            (status, _) if PASSING.contains(&status) => Err(Trouble::Passing(Passing::Status(status))),
            (status, _) => Err(Trouble::Stop(Stop::Error(refused(file, status)))),
        }
    }

    /// The first answer says which version this is; every later one must say the same.
    async fn note_version(&self, answer: &Answer<T::Body>) -> Result<(), Trouble<T::Body>> {
        let known = self.validator.borrow().clone();
        if self.begun.get() {
            // A server that hides the version now and then says nothing against it.
            return match (known, &answer.validator) {
                (Some(known), Some(now)) if known != *now => {
                    Err(Trouble::Stop(Stop::Changed { validator: answer.validator.clone() }))
                }
                _ => Ok(()),
            };
        }
        self.begun.set(true);
        self.validator.replace(answer.validator.clone());
        let begun = self.download.begin(&self.file.path, answer.validator.as_deref()).await;
        begun.map_err(|error| Trouble::Stop(error.into()))
    }

    fn check_pause(&self) -> Result<(), Stop<T::Body>> {
        match self.counter.watch().is_paused() {
            true => Err(Stop::Error(DownloadError::Paused)),
            false => Ok(()),
        }
    }
}

/// What went wrong with one request.
enum Trouble<B> {
    /// Asking again may help.
    Passing(Passing),
    Stop(Stop<B>),
}

#[derive(Debug, thiserror::Error)]
enum Passing {
    #[error("{0}")]
    Cut(String),
    #[error("the server sent {0}")]
    Lie(String),
    #[error("status {0}")]
    Status(u16),
}

impl Passing {
    fn into_error(self, file: &PlannedFile) -> DownloadError {
        match self {
            Self::Status(status) => refused(file, status),
            other => DownloadError::Network { reason: other.to_string() },
        }
    }
}

impl<B> From<TransportError> for Trouble<B> {
    fn from(error: TransportError) -> Self {
        Self::Passing(Passing::Cut(error.0))
    }
}

impl<B> From<Stop<B>> for Trouble<B> {
    fn from(stop: Stop<B>) -> Self {
        Self::Stop(stop)
    }
}

fn refused(file: &PlannedFile, status: u16) -> DownloadError {
    let host = file.url.split("//").nth(1).and_then(|rest| rest.split('/').next());
    DownloadError::Refused {
        file: file.path.clone(),
        host: host.unwrap_or("the page's own server").to_owned(),
        status,
    }
}
