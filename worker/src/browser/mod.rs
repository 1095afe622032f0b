//! The engine's edges in a browser: messages, files beside the page, the database.

mod downloads;
mod elsewhere;
mod engine;
mod fetch;
mod library;
mod loras;
mod port;
mod progress;
mod server;
mod session;

pub use session::start;
