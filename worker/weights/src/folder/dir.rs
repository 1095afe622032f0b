//! A folder on a disk.

use std::{
    cell::RefCell,
    fs::File,
    io::{ErrorKind, Read, Seek, SeekFrom},
    ops::Range,
    path::{Component, Path, PathBuf},
    rc::Rc,
};

use super::Folder;
use crate::{ByteSource, LocalBoxFuture, WeightsError};

/// A checkpoint folder on a disk.
#[derive(Debug, Clone)]
pub struct DirFolder {
    root: PathBuf,
}

impl DirFolder {
    /// A folder by its path; nothing is opened yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn open_file(&self, path: &str) -> Result<Option<Rc<dyn ByteSource>>, WeightsError> {
        // Paths come from files (shard lists) too, so they must not climb out.
        if !Path::new(path).components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(WeightsError::PathOutsideFolder { path: path.to_owned() });
        }
        let unreadable = |error: std::io::Error| WeightsError::Unreadable {
            file: path.to_owned(),
            reason: error.to_string(),
        };
        match File::open(self.root.join(path)) {
            Ok(file) => {
                let len_bytes = file.metadata().map_err(unreadable)?.len();
                Ok(Some(Rc::new(FileSource { path: path.to_owned(), file: RefCell::new(file), len_bytes })))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreadable(error)),
        }
    }
}

impl Folder for DirFolder {
    fn open(&self, path: &str) -> LocalBoxFuture<'_, Result<Option<Rc<dyn ByteSource>>, WeightsError>> {
        let opened = self.open_file(path);
        Box::pin(async { opened })
    }
}

struct FileSource {
    path: String,
    file: RefCell<File>,
    len_bytes: u64,
}

impl FileSource {
    fn read_now(&self, range: Range<u64>) -> Result<Vec<u8>, WeightsError> {
        let unreadable = |reason: String| WeightsError::Unreadable { file: self.path.clone(), reason };
        // Checked before the allocation: a wrong range must not ask for petabytes.
        if range.start > range.end || range.end > self.len_bytes {
            return Err(unreadable(format!("bytes {range:?} of {}", self.len_bytes)));
        }
        let len = usize::try_from(range.end - range.start).map_err(|error| unreadable(error.to_string()))?;
        let mut bytes = vec![0; len];
        let mut file = self.file.borrow_mut();
        file.seek(SeekFrom::Start(range.start))
            .and_then(|_| file.read_exact(&mut bytes))
            .map_err(|error| unreadable(error.to_string()))?;
        Ok(bytes)
    }
}

impl ByteSource for FileSource {
    fn len_bytes(&self) -> u64 {
        self.len_bytes
    }

    fn read(&self, range: Range<u64>) -> LocalBoxFuture<'_, Result<Vec<u8>, WeightsError>> {
        let bytes = self.read_now(range);
        Box::pin(async { bytes })
    }
}
