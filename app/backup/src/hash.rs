//! SHA-256 of files, read in pieces.

use packs::{Blob, hexadecimal};
use sha2::{Digest, Sha256};

use crate::BackupError;

/// Bytes that are in memory at a time.
const PIECE_BYTES: u64 = 1 << 20;

/// The hash of `start..end` of a file, hexadecimal. `progress` hears how many bytes each piece had.
pub(crate) async fn hash_range<B: Blob>(
    file: &B,
    (start, end): (u64, u64),
    progress: &mut dyn FnMut(u64),
) -> Result<String, BackupError> {
    let mut hash = Sha256::default();
    let mut at = start;
    while at < end {
        let next = end.min(at + PIECE_BYTES);
        hash.update(file.read(at, next).await?);
        progress(next - at);
        at = next;
    }
    Ok(hexadecimal(hash))
}

/// The hash of bytes, hexadecimal.
pub(crate) fn hash_bytes(bytes: &[u8]) -> String {
    hexadecimal(Sha256::new_with_prefix(bytes))
}
