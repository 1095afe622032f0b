//! A file at a time, each on several lanes, and then the check.

use std::cell::{Cell, RefCell};

use futures_util::future::try_join_all;
use storage::{Backend, Download, PlannedFile};

use crate::{
    DownloadError, Progress, Transport, Watch,
    lane::{Shared, Stop},
    progress::Counter,
    whole::{self, Came},
};

/// Requests at once: enough to fill a fast line, few enough to be a polite guest.
pub const LANES: usize = 4;
/// Times that a file may begin anew in one visit.
const BEGINNINGS: u32 = 4;

/// Fetches what has not arrived of a download's files and checks each. The model is then ready to be published.
///
/// # Errors
/// [`DownloadError`]; what has arrived is kept for the next call unless the error says that it was removed.
pub async fn fetch<B: Backend, T: Transport>(
    download: &Download<B>,
    transport: &T,
    watch: &dyn Watch,
) -> Result<(), DownloadError> {
    let counter = Counter::new(watch, download.done_bytes().await?, download.total_bytes());
    for file in download.files() {
        if download.stored(&file.path).await?.is_some() {
            continue;
        }
        arrive(download, file, transport, &counter).await?;
        check(download, file, watch).await?;
    }
    Ok(())
}

/// Has every piece of a file stored.
async fn arrive<B: Backend, T: Transport>(
    download: &Download<B>,
    file: &PlannedFile,
    transport: &T,
    counter: &Counter<'_>,
) -> Result<(), DownloadError> {
    let mut cut = None;
    for beginning in 0..BEGINNINGS {
        let stop = match lanes(download, file, transport, counter).await {
            Ok(()) => return Ok(()),
            Err(stop) => stop,
        };
        match stop {
            Stop::Error(error) => return Err(error),
            Stop::Changed { validator } => {
                log::warn!("{} has changed on its server and begins anew", file.path);
                download.begin(&file.path, validator.as_deref()).await?;
            }
            Stop::Whole(answer) => {
                log::info!("{}: the server knows no ranges", file.path);
                let validator = answer.validator.as_deref();
                match whole::store::<B, T>(download, file, validator, answer.body, counter).await? {
                    Came::Whole => return Ok(()),
                    Came::Short(error) => {
                        // Of no use without ranges, and never to be mistaken for the pieces of the next attempt.
                        download.begin(&file.path, None).await?;
                        cut = Some(error);
                        transport.sleep(400 << beginning).await;
                    }
                }
            }
        }
        counter.set(download.done_bytes().await?);
    }
    Err(match cut {
        Some(error) => DownloadError::Network { reason: error.0 },
        None => DownloadError::Restless { file: file.path.clone() },
    })
}

/// Several lanes over the pieces that are missing. The first that stops ends the others' connections.
async fn lanes<B: Backend, T: Transport>(
    download: &Download<B>,
    file: &PlannedFile,
    transport: &T,
    counter: &Counter<'_>,
) -> Result<(), Stop<T::Body>> {
    let arrived = download.arrived(&file.path).await?;
    let missing = (0..download.pieces(file)).filter(|piece| !arrived.pieces.contains(piece)).collect();
    let shared = Shared {
        download,
        file,
        transport,
        counter,
        missing: RefCell::new(missing),
        begun: Cell::new(!arrived.pieces.is_empty()),
        validator: RefCell::new(arrived.validator),
    };
    if !shared.begun.get() {
        // The first piece alone: it tells the version, and whether the server knows ranges at all.
        shared.step().await?;
    }
    try_join_all((0..LANES).map(|_| shared.run())).await?;
    Ok(())
}

async fn check<B: Backend>(
    download: &Download<B>,
    file: &PlannedFile,
    watch: &dyn Watch,
) -> Result<(), DownloadError> {
    let mut done_bytes = 0;
    let mut progress = |bytes| {
        done_bytes += bytes;
        watch.progress(Progress::Checking { done_bytes, total_bytes: file.bytes });
    };
    match download.check(file, &mut progress).await? {
        Some(_) => Ok(()),
        None => Err(DownloadError::WrongHash { file: file.path.clone() }),
    }
}
