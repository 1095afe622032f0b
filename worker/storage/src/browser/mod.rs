//! IndexedDB.

mod blob;
mod change;
mod connection;
mod database;
mod lock;
mod promise;

pub use blob::BrowserBlob;
pub use database::Browser;
pub use lock::Lock;
