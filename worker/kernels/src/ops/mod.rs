//! The operators. Each folder holds one: its shape rules (`mod.rs`), the CPU's and the GPU's way to compute it,
//! its shaders and its tests. The device comes from the operands.

mod activation;
mod add;
mod attention;
mod columns;
mod concat_channels;
mod conv2d;
mod dispatch;
mod embedding;
mod epilogue;
#[cfg(test)]
mod fused_tests;
pub(crate) mod geglu;
mod group_norm;
mod input;
mod layer_norm;
mod linear;
mod map;
mod rows;
#[cfg(test)]
mod test_epilogue;
mod upsample_nearest;

pub use activation::Activation;
pub use add::add;
pub use attention::attention;
pub use columns::Columns;
pub use concat_channels::concat_channels;
pub use conv2d::{Conv, conv2d};
pub use embedding::embedding;
pub(crate) use epilogue::Fused;
pub use epilogue::{Epilogue, Statistics};
pub use geglu::geglu;
pub use group_norm::{group_norm, group_norm_by, group_statistics};
pub use input::{Input, Norm};
pub use layer_norm::layer_norm;
pub use linear::linear;
pub use map::{activation, scale_shift, tanh_clamp};
pub use rows::{join_rows, rows};
pub use upsample_nearest::upsample_nearest;
