//! A value that lives in the database, where several tabs change it.
//!
//! What another tab has stored is not overwritten: a change is made to the stored value, not to the one on the page. On
//! the page it shows at once.

use std::rc::Rc;

use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use storage::Lock;

use super::shelf::Shelf;

type Change<T> = Rc<dyn Fn(&mut T)>;

/// A value kept under a name.
pub(crate) struct Kept<T: 'static> {
    /// The value as the page shows it.
    pub value: RwSignal<T>,
    name: &'static str,
    /// Changes that are not stored yet, in order.
    pending: StoredValue<Vec<Change<T>>, LocalStorage>,
    storing: StoredValue<bool>,
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Kept<T> {}

impl<T> Kept<T>
where
    T: Clone + Default + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            value: RwSignal::new(T::default()),
            name,
            pending: StoredValue::new_local(Vec::new()),
            storing: StoredValue::new(false),
        }
    }

    /// Reads the value of earlier visits, or what is left of it after the page's data was cleared.
    pub(super) async fn load(self, shelf: Shelf) {
        if let Ok(stored) = self.read(shelf).await {
            let mut stored = stored.unwrap_or_default();
            self.pending.with_value(|pending| pending.iter().for_each(|change| change(&mut stored)));
            self.value.set(stored);
        }
    }

    /// Changes the value, on the page and in the database.
    pub(super) async fn change(self, shelf: Shelf, change: impl Fn(&mut T) + 'static) {
        self.value.update(|value| change(value));
        self.pending.update_value(|pending| pending.push(Rc::new(change)));
        if self.storing.get_value() {
            return;
        }
        self.storing.set_value(true);
        while self.pending.with_value(|pending| !pending.is_empty()) {
            if let Err(why) = self.store(shelf).await {
                // The change stays for this visit; the gallery says what is wrong with the database.
                log::warn!("{} is not kept: {why}", self.name);
            }
        }
        self.storing.set_value(false);
    }

    async fn store(self, shelf: Shelf) -> Result<(), String> {
        // Between reading and writing no other tab writes.
        let _turn = Lock::in_turn(&format!("palimpsest-setting-{}", self.name)).await;
        let stored = self.read(shelf).await;
        let changes = self.pending.try_update_value(std::mem::take).unwrap_or_default();
        let mut value = stored?.unwrap_or_default();
        changes.iter().for_each(|change| change(&mut value));
        let json = serde_json::to_string(&value).map_err(|error| error.to_string())?;
        if self.pending.with_value(Vec::is_empty) {
            self.value.set(value);
        }
        shelf.set_setting(self.name, json).await.map_err(|error| error.to_string())
    }

    /// `Ok(None)` when nothing is stored. What this version cannot read is left alone: a later one may.
    async fn read(self, shelf: Shelf) -> Result<Option<T>, String> {
        let json = shelf.setting(self.name).await.map_err(|error| error.to_string())?;
        json.map(|json| serde_json::from_str(&json)).transpose().map_err(|error| error.to_string())
    }
}
