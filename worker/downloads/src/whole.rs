//! A server that answers a request for a range with everything: the file begins anew and is cut into pieces as it
//! comes. If it is cut short, the pieces that have come are of no use to such a server, and it begins anew again.

use storage::{Backend, Download, PlannedFile};

use crate::{Body, DownloadError, Transport, TransportError, progress::Counter};

/// How a whole file came.
pub(crate) enum Came {
    /// All of it.
    Whole,
    /// Not all of it.
    Short(TransportError),
}

/// Stores `body`, which holds the file from its first byte.
pub(crate) async fn store<B: Backend, T: Transport>(
    download: &Download<B>,
    file: &PlannedFile,
    validator: Option<&str>,
    mut body: T::Body,
    counter: &Counter<'_>,
) -> Result<Came, DownloadError> {
    download.begin(&file.path, validator).await?;
    counter.set(download.done_bytes().await?);
    let mut pending = Vec::new();
    let (mut piece, pieces) = (0, download.pieces(file));
    loop {
        if counter.watch().is_paused() {
            return Err(DownloadError::Paused);
        }
        let part = match body.next().await {
            Ok(Some(part)) => part,
            Ok(None) => break,
            Err(error) => return Ok(Came::Short(error)),
        };
        counter.add(part.len() as u64);
        pending.extend_from_slice(&part);
        while piece < pieces {
            let length = length(download, file, piece);
            if pending.len() < length {
                break;
            }
            let rest = pending.split_off(length);
            download.put(&file.path, piece, &pending).await?;
            pending = rest;
            piece += 1;
        }
        if piece == pieces {
            break;
        }
    }
    let came = u64::from(piece) * download.piece_range(file, 0).end + pending.len() as u64;
    match piece == pieces && pending.is_empty() {
        true => Ok(Came::Whole),
        false if piece == pieces => {
            let told_bytes = file.bytes + pending.len() as u64;
            let (file, expected_bytes) = (file.path.clone(), file.bytes);
            Err(DownloadError::WrongLength { file, told_bytes, expected_bytes })
        }
        false => Ok(Came::Short(TransportError(format!("{came} of {} bytes came", file.bytes)))),
    }
}

fn length<B: Backend>(download: &Download<B>, file: &PlannedFile, piece: u32) -> usize {
    let range = download.piece_range(file, piece);
    usize::try_from(range.end - range.start).unwrap_or(usize::MAX)
}
