//! The GPU's way.

use crate::{
    KernelError,
    gpu::{Buffer, Gpu, words},
    shader::Kernel,
};

pub(crate) fn run(gpu: &Gpu, a: &Buffer, b: &Buffer, len: usize) -> Result<Buffer, KernelError> {
    // Buffers end on whole vectors, so every length is a number of lanes of four.
    let params = words([len.div_ceil(4)])?;
    gpu.dispatch_elementwise(Kernel::Add, &[a.binding(), b.binding()], &params, len, 1024)
}
