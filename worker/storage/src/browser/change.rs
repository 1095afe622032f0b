//! Changes within a transaction.

use std::{cell::RefCell, collections::VecDeque, rc::Rc};

use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{IdbObjectStore, IdbTransaction};

use super::{
    blob::BrowserBlob,
    database::{js_key, range_of},
    promise::thrown,
};
use crate::{Condition, StorageError, Table, Write};

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

    /// Asks for changes, one after another. Behind a condition the rest waits for the database's answer. An exception is
    /// for the caller to abort over.
    pub(super) fn apply(&self, changes: impl Into<VecDeque<Write<BrowserBlob>>>) -> Result<(), JsValue> {
        let mut changes = changes.into();
        while let Some(change) = changes.pop_front() {
            match change {
                Write::Text(table, key, text) => {
                    self.store(table)?.put_with_key(&JsValue::from_str(&text), &js_key(&key))?;
                }
                Write::Bytes(table, key, blob) => {
                    self.store(table)?.put_with_key(&blob.0, &js_key(&key))?;
                }
                Write::Delete(table, prefix) => {
                    self.store(table)?.delete(range_of(&prefix)?.as_ref())?;
                }
                Write::When(rows, further) => return self.apply_after(&rows, further, changes),
            }
        }
        Ok(())
    }

    /// Looks at rows, then asks for the changes that depend on them, and for the rest.
    fn apply_after(
        &self,
        rows: &Condition,
        further: Vec<Write<BrowserBlob>>,
        rest: VecDeque<Write<BrowserBlob>>,
    ) -> Result<(), JsValue> {
        let (table, key) = rows.place();
        let count = self.store(table)?.count_with_key(range_of(key)?.as_ref())?;
        let (changing, rows, answered) = (self.clone(), rows.clone(), count.clone());
        let listener = Closure::once_into_js(move || {
            // A request that failed has aborted the transaction, and does not come here.
            let any = answered.result().ok().and_then(|count| count.as_f64()) != Some(0.0);
            let further = if rows.holds(any) { further } else { Vec::new() };
            let changes: VecDeque<_> = further.into_iter().chain(rest).collect();
            if let Err(exception) = changing.apply(changes) {
                let fault = changing.abort(&exception);
                *changing.fault.borrow_mut() = Some(fault);
            }
        });
        count.set_onsuccess(Some(listener.unchecked_ref()));
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
}
