//! Shaders: which there are, and how their text is put together.

mod compose;
mod kernel;
mod label;
mod matmul;
mod modules;
mod variant;
mod weight_type;

pub use compose::ComposeError;
pub use kernel::{Attention, Kernel, Threads, Width};
pub use matmul::{Matmul, Reads, Rows, Span, Tile, Writes};
