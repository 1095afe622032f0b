//! The engine under a stopwatch.
//!
//! A [`Task`] is a network or a single operator, loaded and ready to run on plain arrays. What it is, an [`Entry`]
//! says: one model of a benchmark's manifest, with the layouts that such files have (`[n, c, h, w]`). Converting to
//! the engine's own layout, uploading and reading back belong to a run.
//!
//! [`cases`] are made up: the shapes that benchmarks use, with random numbers for weights, so that they run from a
//! fresh clone. In a browser `engine.mjs` puts the same behind the interface of a benchmark that compares engines.

#[cfg(target_arch = "wasm32")]
mod browser;
pub mod cases;
mod entry;
mod error;
mod matmul_n_bits;
mod measure;
mod operator;
mod profile;
mod stored;
mod task;

pub use entry::{Entry, Port};
pub use error::BenchError;
pub use measure::{Counts, Effort, Line, count, measure};
pub use profile::{Profile, Roofline, device as profiling_device, profile};
pub use task::Task;
