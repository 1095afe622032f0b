//! Checkpoints as large as published ones, for tests of memory and of large files.
//!
//! Every byte is a function of its place in the file, so a file of gigabytes costs neither disk nor memory: what is
//! read is made up on the spot. Names and shapes are Stable Diffusion 1.5's; the numbers are random and finite.

mod bytes;
mod clip;
mod folder;
mod gguf;
mod shapes;
mod taesd;
mod unet;
mod vae;

pub use bytes::Numbers;
pub use clip::clip_l;
pub use folder::{MadeUpFolder, few_layers, stable_diffusion_1_5, stable_diffusion_1_5_in_one_file};
pub use gguf::quantized;
pub use shapes::Shapes;
pub use taesd::tiny_autoencoder;
pub use unet::UNetSizes;
pub use vae::autoencoder;
