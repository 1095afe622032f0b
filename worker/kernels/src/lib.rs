//! Tensors and the operators of latent diffusion on two devices.
//!
//! A [`Device`] is either the GPU (through `wgpu` and the WGSL kernels beside each operator) or the CPU (through
//! candle). Activations are `f32` [`Tensor`]s laid out channels-last: pictures `[n, h, w, c]`, tokens `[b, t, c]`.
//! A [`Weight`] keeps the type it has in its file and is widened where it is used. Each function in
//! [`ops`] checks its shapes once, then runs on the device that its operands live on.
//!
//! Everything is single-threaded: work is recorded by plain calls, and only [`Device::checkpoint`] and
//! [`Tensor::to_vec`] wait.

mod cancel;
mod cpu;
mod device;
mod error;
mod filter;
mod gpu;
pub mod ops;
mod options;
mod pace;
mod parts;
#[doc(hidden)]
pub mod shader;
mod stats;
mod tensor;
#[cfg(test)]
mod test_support;
mod weight;
mod work;

pub use cancel::CancelToken;
pub use device::Device;
pub use error::KernelError;
pub use gpu::Timing;
pub use options::{Demand, GpuOptions};
pub use stats::Stats;
pub use tensor::Tensor;
pub use weight::{BlockType, DType, Weight, WeightData};
pub use work::Shape;
