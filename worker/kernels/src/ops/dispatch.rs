//! From a checked call to the device that runs it.

use crate::{
    Device, KernelError, Tensor,
    cpu::{Array, Cpu},
    device::Backend,
    gpu::{Buffer, Gpu},
    tensor::Storage,
};

/// Runs one of two ways to compute an operator, and wraps what it yields.
pub(super) fn dispatch(
    device: &Device,
    out_shape: &[usize],
    on_cpu: impl FnOnce(&Cpu) -> Result<Array, KernelError>,
    on_gpu: impl FnOnce(&Gpu) -> Result<Buffer, KernelError>,
) -> Result<Tensor, KernelError> {
    let storage = match device.backend() {
        Backend::Cpu(cpu) => {
            cpu.count_dispatch();
            Storage::Cpu(on_cpu(cpu)?)
        }
        Backend::Gpu(gpu) => Storage::Gpu(on_gpu(gpu)?),
    };
    Ok(Tensor::new(device.clone(), out_shape, storage))
}

/// Fails unless all operands live on `device`.
pub(super) fn same_device<'a>(
    op: &'static str,
    device: &Device,
    others: impl IntoIterator<Item = &'a Device>,
) -> Result<(), KernelError> {
    if others.into_iter().all(|other| other.is_same(device)) {
        Ok(())
    } else {
        Err(KernelError::OtherDevice { op })
    }
}

/// Fails unless an operand has exactly this shape. `what` names it in the message.
pub(super) fn expect_shape(
    op: &'static str,
    what: &str,
    got: &[usize],
    shape: &[usize],
) -> Result<(), KernelError> {
    if got == shape { Ok(()) } else { Err(KernelError::shape(op, format!("{what} {shape:?}"), got)) }
}
