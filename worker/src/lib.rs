//! The engine in a web worker.
//!
//! The page posts [`protocol::Command`]s and hears [`protocol::Event`]s. What can be decided without a browser
//! (which device, which jobs wait, when the built-in model is replaced, how a failure is told) lives in plain
//! modules that native tests cover; `browser` joins them to messages, `fetch` and IndexedDB.

#[cfg(target_arch = "wasm32")]
pub mod browser;
pub mod builtin;
pub mod catalogue;
pub mod clock;
pub mod device;
pub mod error;
pub mod folder;
pub mod import;
pub mod inspect;
pub mod install;
pub mod lora;
pub mod queue;
pub mod report;
pub mod tokens;
pub mod trace;
pub mod tuning;
