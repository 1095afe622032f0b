//! The connection to IndexedDB.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{
    Blob, Event, IdbDatabase, IdbFactory, IdbKeyRange, IdbObjectStore, IdbOpenDbRequest, IdbRequest,
    IdbTransaction, IdbTransactionMode,
};

use super::{
    blob::BrowserBlob,
    promise::{answer, committed, opened, thrown},
};
use crate::{Backend, Key, StorageError, Table, Write, error::damaged};

const NAME: &str = "palimpsest";
/// The first version had seven tables; each that was added since has raised it by one, so that opening creates what
/// is missing.
const VERSION: u32 = Table::ALL.len() as u32 - 6;

/// An open IndexedDB database. When the person clears the page's data the browser closes it; the next call opens
/// another, which is empty.
#[derive(Debug)]
pub struct Browser {
    database: RefCell<IdbDatabase>,
    fate: Rc<Fate>,
}

/// What may happen to a connection.
#[derive(Default)]
struct Fate {
    /// Another tab needs to upgrade: this connection is then closed, so as not to block it.
    superseded: Cell<bool>,
    /// The browser has closed the connection by itself.
    closed: Cell<bool>,
    /// Who is told of that.
    listener: RefCell<Option<Rc<dyn Fn()>>>,
}

impl std::fmt::Debug for Fate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (superseded, closed) = (self.superseded.get(), self.closed.get());
        f.debug_struct("Fate")
            .field("superseded", &superseded)
            .field("closed", &closed)
            .finish_non_exhaustive()
    }
}

async fn connect(fate: &Rc<Fate>) -> Result<IdbDatabase, StorageError> {
    let request = factory()?.open_with_u32(NAME, VERSION).map_err(|exception| thrown(&exception, true))?;
    let upgrade = Closure::once(create_tables);
    request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
    let database: IdbDatabase = opened(&request).await?.unchecked_into();
    let step_aside = Closure::<dyn FnMut()>::new({
        let (database, fate) = (database.clone(), Rc::clone(fate));
        move || {
            fate.superseded.set(true);
            database.close();
        }
    });
    let closed = Closure::<dyn FnMut()>::new({
        let fate = Rc::clone(fate);
        move || {
            fate.closed.set(true);
            let listener = fate.listener.borrow().clone();
            if let Some(listener) = listener {
                listener();
            }
        }
    });
    // The connection lives as long as the page or worker, so its listeners may too.
    database.set_onversionchange(Some(step_aside.into_js_value().unchecked_ref()));
    database.set_onclose(Some(closed.into_js_value().unchecked_ref()));
    Ok(database)
}

impl Browser {
    pub(crate) async fn open() -> Result<Self, StorageError> {
        let fate = Rc::new(Fate::default());
        let database = RefCell::new(connect(&fate).await?);
        Ok(Self { database, fate })
    }

    /// Calls `listener` when the browser closes the database by itself, as it does when its data is cleared.
    pub(crate) fn on_closed(&self, listener: impl Fn() + 'static) {
        *self.fate.listener.borrow_mut() = Some(Rc::new(listener));
    }

    /// The connection, a new one if the browser closed the last. Awaited before a transaction begins, never within.
    async fn database(&self) -> Result<IdbDatabase, StorageError> {
        if self.fate.closed.get() {
            let database = connect(&self.fate).await?;
            self.fate.closed.set(false);
            *self.database.borrow_mut() = database;
        }
        Ok(self.database.borrow().clone())
    }

    async fn begin(
        &self,
        tables: &[Table],
        mode: IdbTransactionMode,
    ) -> Result<IdbTransaction, StorageError> {
        let names: Array = tables.iter().map(|table| JsValue::from_str(table.name())).collect();
        let begun = self.database().await?.transaction_with_str_sequence_and_mode(&names, mode);
        begun.map_err(|exception| match self.fate.superseded.get() {
            true => StorageError::Blocked,
            false => thrown(&exception, false),
        })
    }

    async fn reader(&self, table: Table) -> Result<IdbObjectStore, StorageError> {
        let transaction = self.begin(&[table], IdbTransactionMode::Readonly).await?;
        transaction.object_store(table.name()).map_err(|exception| thrown(&exception, false))
    }

    async fn get(&self, table: Table, key: &Key) -> Result<Option<JsValue>, StorageError> {
        let value = answer(&sent(self.reader(table).await?.get(&js_key(key)))?).await?;
        Ok((!value.is_undefined()).then_some(value))
    }
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
        let store = self.reader(table).await?;
        let range = beginning_with(prefix)?;
        let keys = answer(&sent(store.get_all_keys_with_key(&range))?);
        let values = answer(&sent(store.get_all_with_key(&range))?);
        let (keys, values) = (Array::from(&keys.await?), Array::from(&values.await?));
        let pairs = keys.iter().zip(values.iter());
        pairs
            .map(|(key, value)| {
                let parts = Array::from(&key).iter().filter_map(|part| part.as_string()).collect();
                let key = Key(parts);
                let text = as_text(&key, &value)?;
                Ok((key, text))
            })
            .collect()
    }

    async fn count(&self, table: Table) -> Result<u64, StorageError> {
        let number = answer(&sent(self.reader(table).await?.count())?).await?;
        Ok(number.as_f64().unwrap_or(0.0) as u64)
    }

    async fn write(&self, changes: Vec<Write<BrowserBlob>>) -> Result<(), StorageError> {
        let mut tables: Vec<Table> = changes.iter().map(table_of).collect();
        tables.sort_unstable();
        tables.dedup();
        let transaction = self.begin(&tables, IdbTransactionMode::Readwrite).await?;
        let committed = committed(&transaction);
        for change in &changes {
            if let Err(exception) = apply(&transaction, change) {
                // Fails only when the transaction is over already, and then nothing of it remains either.
                transaction.abort().ok();
                return Err(thrown(&exception, false));
            }
        }
        committed.await
    }
}

fn factory() -> Result<IdbFactory, StorageError> {
    let found = Reflect::get(&js_sys::global(), &JsValue::from_str("indexedDB"));
    let found = found.map_err(|exception| thrown(&exception, true))?;
    found.dyn_into().map_err(|_| StorageError::Refused { reason: "this browser has no IndexedDB".to_owned() })
}

fn create_tables(event: Event) {
    let request = event.target().and_then(|target| target.dyn_into::<IdbOpenDbRequest>().ok());
    let Some(request) = request else { return };
    let Ok(database) = request.result().map(JsCast::unchecked_into::<IdbDatabase>) else { return };
    let existing = database.object_store_names();
    for table in Table::ALL.into_iter().filter(|table| !existing.contains(table.name())) {
        if database.create_object_store(table.name()).is_err() {
            // Aborting makes the opening request fail, which is where the failure is reported.
            request.transaction().and_then(|upgrade| upgrade.abort().ok());
            return;
        }
    }
}

fn table_of(change: &Write<BrowserBlob>) -> Table {
    match change {
        Write::Text(table, ..) | Write::Bytes(table, ..) | Write::Delete(table, _) => *table,
    }
}

fn apply(transaction: &IdbTransaction, change: &Write<BrowserBlob>) -> Result<(), JsValue> {
    let store = transaction.object_store(table_of(change).name())?;
    match change {
        Write::Text(_, key, text) => store.put_with_key(&JsValue::from_str(text), &js_key(key))?,
        Write::Bytes(_, key, blob) => store.put_with_key(&blob.0, &js_key(key))?,
        Write::Delete(_, prefix) => store.delete(range_of(prefix)?.as_ref())?,
    };
    Ok(())
}

fn sent(request: Result<IdbRequest, JsValue>) -> Result<IdbRequest, StorageError> {
    request.map_err(|exception| thrown(&exception, false))
}

fn js_key(key: &Key) -> JsValue {
    key.0.iter().map(|part| JsValue::from_str(part)).collect::<Array>().into()
}

/// From the prefix itself to the prefix followed by an array, which IndexedDB sorts after every text.
fn range_of(prefix: &Key) -> Result<IdbKeyRange, JsValue> {
    let end: Array = prefix.0.iter().map(|part| JsValue::from_str(part)).collect();
    end.push(&Array::new());
    IdbKeyRange::bound(&js_key(prefix), &end)
}

fn beginning_with(prefix: &Key) -> Result<JsValue, StorageError> {
    range_of(prefix).map(Into::into).map_err(|exception| thrown(&exception, false))
}

fn as_text(key: &Key, value: &JsValue) -> Result<String, StorageError> {
    value.as_string().ok_or_else(|| damaged(key.name(), "not text"))
}
