//! A folder with some files laid over another one.

use std::{collections::BTreeMap, rc::Rc};

use super::Folder;
use crate::{ByteSource, LocalBoxFuture, MemorySource, WeightsError};

/// Files by path, over another folder or over nothing: how files from different places are presented as one model.
#[derive(Clone, Default)]
pub struct OverlayFolder {
    files: BTreeMap<String, Rc<dyn ByteSource>>,
    labels: BTreeMap<String, String>,
    below: Option<Rc<dyn Folder>>,
}

impl OverlayFolder {
    /// Nothing yet over `below`.
    pub fn new(below: Option<Rc<dyn Folder>>) -> Self {
        Self { files: BTreeMap::new(), labels: BTreeMap::new(), below }
    }

    /// Lays a file over whatever has its path.
    pub fn insert(&mut self, path: impl Into<String>, source: Rc<dyn ByteSource>) {
        self.files.insert(path.into(), source);
    }

    /// Says what messages call the file at `path`.
    pub fn set_label(&mut self, path: impl Into<String>, label: impl Into<String>) {
        self.labels.insert(path.into(), label.into());
    }

    /// As [`insert`](Self::insert), for bytes in memory.
    pub fn insert_bytes(&mut self, path: impl Into<String>, bytes: impl Into<Rc<[u8]>>) {
        self.insert(path, Rc::new(MemorySource::new(bytes)));
    }
}

impl Folder for OverlayFolder {
    fn open(&self, path: &str) -> LocalBoxFuture<'_, Result<Option<Rc<dyn ByteSource>>, WeightsError>> {
        if let Some(source) = self.files.get(path) {
            let source = source.clone();
            return Box::pin(async { Ok(Some(source)) });
        }
        match &self.below {
            Some(below) => below.open(path),
            None => Box::pin(async { Ok(None) }),
        }
    }

    fn label(&self, path: &str) -> String {
        match (self.labels.get(path), &self.below) {
            (Some(label), _) => label.clone(),
            (None, Some(below)) => below.label(path),
            (None, None) => path.to_owned(),
        }
    }
}
