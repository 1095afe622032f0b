//! A file on a disk.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use super::ByteSink;
use crate::{LocalBoxFuture, WeightsError};

/// A new file on a disk, through a buffer.
#[derive(Debug)]
pub struct FileSink {
    path: PathBuf,
    file: BufWriter<File>,
}

impl FileSink {
    /// Creates a file; one that is there already is left alone and is an error.
    ///
    /// # Errors
    /// [`WeightsError::Unwritable`].
    pub fn create_new(path: &Path) -> Result<Self, WeightsError> {
        let file = File::create_new(path).map_err(|error| unwritable(path, &error))?;
        Ok(Self { path: path.to_owned(), file: BufWriter::new(file) })
    }

    /// Waits until the disk has everything.
    ///
    /// # Errors
    /// [`WeightsError::Unwritable`].
    pub fn finish(mut self) -> Result<(), WeightsError> {
        let done = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        done.map_err(|error| unwritable(&self.path, &error))
    }
}

impl ByteSink for FileSink {
    fn write<'a>(&'a mut self, bytes: &'a [u8]) -> LocalBoxFuture<'a, Result<(), WeightsError>> {
        let done = self.file.write_all(bytes).map_err(|error| unwritable(&self.path, &error));
        Box::pin(async { done })
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> WeightsError {
    WeightsError::Unwritable { file: path.display().to_string(), reason: error.to_string() }
}
