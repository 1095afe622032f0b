//! IndexedDB.

mod blob;
mod change;
mod connection;
mod database;
mod lock;
mod promise;
mod quota;

pub use blob::BrowserBlob;
pub use database::Browser;
pub use lock::Lock;
pub use quota::{Estimate, estimate, persist};
