//! Changes within a transaction.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{IdbObjectStore, IdbRequest, IdbTransaction};

use super::{
    blob::BrowserBlob,
    database::{js_key, range_of},
    promise::thrown,
};
use crate::{StorageError, Table, Write};

/// A transaction that changes rows. Some changes look at rows first and go on when the database answers.
#[derive(Clone)]
pub(super) struct Changing {
    transaction: IdbTransaction,
    /// What failed after such an answer; the transaction itself then says only that it was aborted.
    fault: Rc<RefCell<Option<StorageError>>>,
}

impl Changing {
    pub(super) fn new(transaction: IdbTransaction) -> Self {
        Self { transaction, fault: Rc::default() }
    }

    /// Asks for a change. An exception is for the caller to abort over.
    pub(super) fn apply(&self, change: &Write<BrowserBlob>) -> Result<(), JsValue> {
        match change {
            Write::Text(table, key, text) => {
                self.store(*table)?.put_with_key(&JsValue::from_str(text), &js_key(key))?;
            }
            Write::Bytes(table, key, blob) => drop(self.store(*table)?.put_with_key(&blob.0, &js_key(key))?),
            Write::BytesOnce(table, key, blob) => {
                let (store, key, blob) = (self.store(*table)?, js_key(key), blob.clone());
                let present = store.count_with_key(&key)?;
                self.unless_any(&present, move || store.put_with_key(&blob.0, &key).map(drop));
            }
            Write::Delete(table, prefix) => {
                self.store(*table)?.delete(range_of(prefix)?.as_ref())?;
            }
            Write::DeleteUnused(table, key, uses) => {
                let (store, row) = (self.store(*table)?, js_key(key));
                let used = self.store(*uses)?.count_with_key(range_of(key)?.as_ref())?;
                self.unless_any(&used, move || store.delete(&row).map(drop));
            }
        }
        Ok(())
    }

    /// Ends the transaction without any of its changes; returns why.
    pub(super) fn abort(&self, exception: &JsValue) -> StorageError {
        // Fails only when the transaction is over already, and then nothing of it remains either.
        self.transaction.abort().ok();
        thrown(exception, false)
    }

    /// What failed after an answer.
    pub(super) fn fault(&self) -> Option<StorageError> {
        self.fault.borrow_mut().take()
    }

    fn store(&self, table: Table) -> Result<IdbObjectStore, JsValue> {
        self.transaction.object_store(table.name())
    }

    /// Makes a change when a count is nought.
    fn unless_any(&self, count: &IdbRequest, change: impl FnOnce() -> Result<(), JsValue> + 'static) {
        let (changing, answered) = (self.clone(), count.clone());
        let listener = Closure::once_into_js(move || {
            if answered.result().ok().and_then(|count| count.as_f64()) != Some(0.0) {
                return;
            }
            if let Err(exception) = change() {
                let fault = changing.abort(&exception);
                *changing.fault.borrow_mut() = Some(fault);
            }
        });
        count.set_onsuccess(Some(listener.unchecked_ref()));
    }
}
