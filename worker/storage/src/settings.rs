//! Settings: a JSON text by name.

use crate::{Backend, Key, Storage, StorageError, Table, Write};

impl<B: Backend> Storage<B> {
    /// The JSON stored under a name, if any.
    ///
    /// # Errors
    /// As [`Backend::text`].
    pub async fn setting(&self, name: &str) -> Result<Option<String>, StorageError> {
        self.backend.text(Table::Settings, &Key::of([name])).await
    }

    /// Stores JSON under a name.
    ///
    /// # Errors
    /// As [`Backend::write`].
    pub async fn set_setting(&self, name: &str, json: String) -> Result<(), StorageError> {
        self.backend.write(vec![Write::Text(Table::Settings, Key::of([name]), json)]).await
    }
}
