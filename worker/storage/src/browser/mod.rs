//! IndexedDB.

mod blob;
mod connection;
mod database;
mod promise;
mod quota;

pub use blob::BrowserBlob;
pub use database::Browser;
pub use quota::{Estimate, estimate, persist};
