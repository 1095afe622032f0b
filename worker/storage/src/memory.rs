//! The database in memory: for tests, with a capacity to run out of.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    future::poll_fn,
    mem,
    rc::Rc,
    task::Poll,
};

use crate::{Backend, BlobHandle, Key, StorageError, Table, Write, error::damaged};

/// Bytes in memory.
#[derive(Debug, Clone)]
pub struct MemoryBlob(Rc<[u8]>);

impl BlobHandle for MemoryBlob {
    fn from_bytes(bytes: &[u8]) -> Result<Self, StorageError> {
        Ok(Self(bytes.into()))
    }

    fn len_bytes(&self) -> u64 {
        self.0.len() as u64
    }

    async fn read(&self, start: u64, end: u64) -> Result<Vec<u8>, StorageError> {
        let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        let bytes = range.and_then(|(start, end)| self.0.get(start..end));
        bytes.map(<[u8]>::to_vec).ok_or_else(|| damaged("a stored file", format!("no bytes {start}..{end}")))
    }
}

#[derive(Debug, Clone)]
enum Value<Blob> {
    Text(String),
    Bytes(Blob),
}

impl<Blob: BlobHandle> Value<Blob> {
    fn len_bytes(&self) -> u64 {
        match self {
            Self::Text(text) => text.len() as u64,
            Self::Bytes(blob) => blob.len_bytes(),
        }
    }
}

type Rows<Blob> = BTreeMap<(Table, Key), Value<Blob>>;

/// A database in memory. As a browser's does, it answers a turn later: what others ask for meanwhile comes in between.
/// Tests of files larger than memory bring a kind of blob of their own.
#[derive(Debug)]
pub struct Memory<Blob = MemoryBlob> {
    rows: RefCell<Rows<Blob>>,
    capacity_bytes: Cell<u64>,
}

impl<Blob> Default for Memory<Blob> {
    fn default() -> Self {
        Self { rows: RefCell::new(BTreeMap::new()), capacity_bytes: Cell::new(u64::MAX) }
    }
}

impl<Blob> Memory<Blob> {
    /// A database that is [`StorageError::Full`] beyond so many bytes of values.
    pub fn with_capacity_bytes(capacity_bytes: u64) -> Self {
        Self { capacity_bytes: Cell::new(capacity_bytes), ..Self::default() }
    }

    /// Changes how many bytes of values it has room for.
    pub fn set_capacity_bytes(&self, capacity_bytes: u64) {
        self.capacity_bytes.set(capacity_bytes);
    }

    /// Every key of every table, for tests that look for leftovers.
    pub fn all_keys(&self) -> Vec<(Table, Key)> {
        self.rows.borrow().keys().cloned().collect()
    }
}

impl<Blob: BlobHandle> Memory<Blob> {
    /// Bytes of all values.
    pub fn used_bytes(&self) -> u64 {
        used_bytes(&self.rows.borrow())
    }
}

fn used_bytes<Blob: BlobHandle>(rows: &Rows<Blob>) -> u64 {
    rows.values().map(Value::len_bytes).sum()
}

/// Lets every other task have a turn.
async fn turn() {
    let mut is_over = false;
    poll_fn(|context| {
        if mem::replace(&mut is_over, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

fn begins_with(key: &Key, prefix: &Key) -> bool {
    key.0.starts_with(&prefix.0)
}

impl<Blob: BlobHandle> Backend for Memory<Blob> {
    type Blob = Blob;

    async fn text(&self, table: Table, key: &Key) -> Result<Option<String>, StorageError> {
        turn().await;
        match self.rows.borrow().get(&(table, key.clone())) {
            Some(Value::Text(text)) => Ok(Some(text.clone())),
            Some(Value::Bytes(_)) => {
                Err(damaged(format!("{}/{}", table.name(), key.name()), "bytes, not text"))
            }
            None => Ok(None),
        }
    }

    async fn blob(&self, table: Table, key: &Key) -> Result<Option<Blob>, StorageError> {
        turn().await;
        match self.rows.borrow().get(&(table, key.clone())) {
            Some(Value::Bytes(blob)) => Ok(Some(blob.clone())),
            Some(Value::Text(_)) => {
                Err(damaged(format!("{}/{}", table.name(), key.name()), "text, not bytes"))
            }
            None => Ok(None),
        }
    }

    async fn texts(&self, table: Table, prefix: &Key) -> Result<Vec<(Key, String)>, StorageError> {
        turn().await;
        let rows = self.rows.borrow();
        let found = rows.iter().filter(|((of, key), _)| *of == table && begins_with(key, prefix));
        Ok(found
            .filter_map(|((_, key), value)| match value {
                Value::Text(text) => Some((key.clone(), text.clone())),
                Value::Bytes(_) => None,
            })
            .collect())
    }

    async fn keys(&self, table: Table, prefix: &Key) -> Result<Vec<Key>, StorageError> {
        turn().await;
        let rows = self.rows.borrow();
        let found = rows.keys().filter(|(of, key)| *of == table && begins_with(key, prefix));
        Ok(found.map(|(_, key)| key.clone()).collect())
    }

    async fn write(&self, changes: Vec<Write<Blob>>) -> Result<(), StorageError> {
        turn().await;
        let mut rows = self.rows.borrow().clone();
        apply(&mut rows, changes);
        if used_bytes(&rows) > self.capacity_bytes.get() {
            return Err(StorageError::Full);
        }
        *self.rows.borrow_mut() = rows;
        Ok(())
    }
}

fn apply<Blob: BlobHandle>(rows: &mut Rows<Blob>, changes: Vec<Write<Blob>>) {
    for change in changes {
        match change {
            Write::Text(table, key, text) => drop(rows.insert((table, key), Value::Text(text))),
            Write::Bytes(table, key, blob) => drop(rows.insert((table, key), Value::Bytes(blob))),
            Write::Delete(table, prefix) => {
                rows.retain(|(of, key), _| *of != table || !begins_with(key, &prefix));
            }
            Write::When(condition, changes) => {
                let (table, prefix) = condition.place();
                if condition.holds(rows.keys().any(|(of, key)| *of == table && begins_with(key, prefix))) {
                    apply(rows, changes);
                }
            }
        }
    }
}
