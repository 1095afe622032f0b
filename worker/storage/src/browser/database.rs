//! The database in IndexedDB.

use std::{cell::RefCell, mem, pin::pin, rc::Rc};

use futures_util::future::{Either, select};
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, IdbDatabase, IdbKeyRange, IdbObjectStore, IdbRequest, IdbTransaction, IdbTransactionMode,
};

use super::{
    blob::BrowserBlob,
    change::Changing,
    connection::{Connection, Fate, connect, persistently},
    promise::{answer, committed, thrown},
};
use crate::{Backend, Key, StorageError, Table, Write, error::damaged};

/// An open IndexedDB database. When the person clears the page's data the browser closes it, in the midst of whatever is
/// under way; that is then done again on a new connection, to an empty database.
#[derive(Debug)]
pub struct Browser {
    connection: RefCell<Connection>,
    fate: Rc<Fate>,
}

impl Browser {
    pub(crate) async fn open() -> Result<Self, StorageError> {
        let fate = Rc::new(Fate::default());
        let connection = RefCell::new(persistently(async || connect(&fate).await).await?);
        Ok(Self { connection, fate })
    }

    /// Calls `listener` when the browser closes the database by itself, as it does when its data is cleared.
    pub(crate) fn on_closed(&self, listener: impl Fn() + 'static) {
        *self.fate.listener.borrow_mut() = Some(Rc::new(listener));
    }

    /// The connection, a new one if the browser closed the last. Awaited before a transaction begins, never within.
    async fn connection(&self) -> Result<Connection, StorageError> {
        let last = self.connection.borrow().clone();
        if !last.end.come.get() {
            return Ok(last);
        }
        let new = connect(&self.fate).await?;
        let mut held = self.connection.borrow_mut();
        match held.end.come.get() {
            // One that failed without being closed would stand in the way of a later version.
            true => mem::replace(&mut *held, new).database.close(),
            // Another call was faster.
            false => new.database.close(),
        }
        Ok(held.clone())
    }

    /// Does `work` on the connection; again on a new one when the browser closes it under the work. Nothing is done
    /// twice: work is one transaction, and an aborted one has changed nothing.
    async fn with<T>(
        &self,
        work: impl AsyncFn(&IdbDatabase) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        persistently(async || {
            let connection = self.connection().await?;
            let end = connection.end.awaited.clone();
            // A transaction that is under way then may be left without any event of its own.
            let done = match select(pin!(work(&connection.database)), end).await {
                Either::Left((done, _)) => done,
                Either::Right(_) => {
                    Err(StorageError::Closed { reason: "in the midst of a transaction".to_owned() })
                }
            };
            match done {
                Err(StorageError::Closed { .. }) if self.fate.superseded.get() => Err(StorageError::Blocked),
                Err(StorageError::Closed { reason }) => {
                    connection.end.comes();
                    Err(StorageError::Closed { reason })
                }
                done => done,
            }
        })
        .await
    }

    async fn get(&self, table: Table, key: &Key) -> Result<Option<JsValue>, StorageError> {
        let value = self
            .with(async |database| answer(&sent(reader(database, table)?.get(&js_key(key)))?).await)
            .await?;
        Ok((!value.is_undefined()).then_some(value))
    }
}

fn begin(
    database: &IdbDatabase,
    tables: &[Table],
    mode: IdbTransactionMode,
) -> Result<IdbTransaction, StorageError> {
    let names: Array = tables.iter().map(|table| JsValue::from_str(table.name())).collect();
    let begun = database.transaction_with_str_sequence_and_mode(&names, mode);
    begun.map_err(|exception| thrown(&exception, false))
}

fn reader(database: &IdbDatabase, table: Table) -> Result<IdbObjectStore, StorageError> {
    let transaction = begin(database, &[table], IdbTransactionMode::Readonly)?;
    transaction.object_store(table.name()).map_err(|exception| thrown(&exception, false))
}

impl Backend for Browser {
    type Blob = BrowserBlob;

    async fn text(&self, table: Table, key: &Key) -> Result<Option<String>, StorageError> {
        self.get(table, key).await?.map(|value| as_text(key, &value)).transpose()
    }

    async fn blob(&self, table: Table, key: &Key) -> Result<Option<BrowserBlob>, StorageError> {
        let as_blob = |value: JsValue| match value.dyn_into::<Blob>() {
            Ok(blob) => Ok(BrowserBlob(blob)),
            Err(_) => Err(damaged(key.name(), "not a Blob")),
        };
        self.get(table, key).await?.map(as_blob).transpose()
    }

    async fn texts(&self, table: Table, prefix: &Key) -> Result<Vec<(Key, String)>, StorageError> {
        let range = beginning_with(prefix)?;
        let (keys, values) = self
            .with(async |database| {
                let store = reader(database, table)?;
                let keys = answer(&sent(store.get_all_keys_with_key(&range))?);
                let values = answer(&sent(store.get_all_with_key(&range))?);
                Ok((Array::from(&keys.await?), Array::from(&values.await?)))
            })
            .await?;
        let pairs = keys.iter().zip(values.iter());
        pairs
            .map(|(key, value)| {
                let key = key_of(&key);
                let text = as_text(&key, &value)?;
                Ok((key, text))
            })
            .collect()
    }

    async fn keys(&self, table: Table, prefix: &Key) -> Result<Vec<Key>, StorageError> {
        let range = beginning_with(prefix)?;
        let keys = self
            .with(async |database| {
                answer(&sent(reader(database, table)?.get_all_keys_with_key(&range))?).await
            })
            .await?;
        Ok(Array::from(&keys).iter().map(|key| key_of(&key)).collect())
    }

    async fn write(&self, changes: Vec<Write<BrowserBlob>>) -> Result<(), StorageError> {
        let mut tables: Vec<Table> = changes.iter().flat_map(Write::tables).collect();
        tables.sort_unstable();
        tables.dedup();
        self.with(async |database| {
            let transaction = begin(database, &tables, IdbTransactionMode::Readwrite)?;
            let committed = committed(&transaction);
            let changing = Changing::new(transaction);
            if let Err(exception) = changing.apply(changes.clone()) {
                return Err(changing.abort(&exception));
            }
            let done = committed.await;
            changing.fault().map_or(done, Err)
        })
        .await
    }
}

fn sent(request: Result<IdbRequest, JsValue>) -> Result<IdbRequest, StorageError> {
    request.map_err(|exception| thrown(&exception, false))
}

pub(super) fn js_key(key: &Key) -> JsValue {
    key.0.iter().map(|part| JsValue::from_str(part)).collect::<Array>().into()
}

/// From the prefix itself to the prefix followed by an array, which IndexedDB sorts after every text.
pub(super) fn range_of(prefix: &Key) -> Result<IdbKeyRange, JsValue> {
    let end: Array = prefix.0.iter().map(|part| JsValue::from_str(part)).collect();
    end.push(&Array::new());
    IdbKeyRange::bound(&js_key(prefix), &end)
}

fn beginning_with(prefix: &Key) -> Result<JsValue, StorageError> {
    range_of(prefix).map(Into::into).map_err(|exception| thrown(&exception, false))
}

fn key_of(value: &JsValue) -> Key {
    Key(Array::from(value).iter().filter_map(|part| part.as_string()).collect())
}

fn as_text(key: &Key, value: &JsValue) -> Result<String, StorageError> {
    value.as_string().ok_or_else(|| damaged(key.name(), "not text"))
}
