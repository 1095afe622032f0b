//! Shaders: which there are, and how their text is put together.

mod attention;
mod compose;
mod kernel;
mod label;
mod matmul;
mod modules;
mod variant;
mod weight_type;

pub use attention::{Attention, Exchange};
pub use compose::ComposeError;
pub use kernel::{Kernel, Threads, Width};
pub use matmul::{Matmul, Reads, Rows, Span, Tile, Writes};
