//! Backups: everything that a browser keeps of a person's work, as one file.
//!
//! A backup is a tar file (POSIX ustar), so that any archiver opens it:
//!
//! ```text
//! palimpsest-backup.json     the index: format, version, and each file that follows with its SHA-256
//! palimpsest-backup.sha256   SHA-256 of the index, as `sha256sum` writes it
//! rows.json                  every row of text: records of pictures and packs, settings
//! picture_blobs/000000.png   files, each under the name that the index gives it; those with the same bytes are one
//! ```
//! Nothing large is ever in memory. [`write`] lays headers and references to files ([`packs::Blob`]) in a row; [`read`]
//! looks through a file in pieces, holds every part of it against its hash, and gives back references into it. A file
//! that is cut off, changed or somebody else's is refused before anything of it is used.

mod error;
mod format;
mod hash;
mod reader;
mod tar;
mod writer;

pub use error::BackupError;
pub use format::{Backup, FORMAT, Item, Row, VERSION};
pub use reader::read;
pub use writer::write;

#[cfg(test)]
mod tests;
