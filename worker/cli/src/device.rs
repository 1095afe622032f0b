//! Choosing a device, and saying which.

use kernels::{Device, GpuOptions, KernelError};

use crate::args;

/// Opens the device that was asked for, with a note on why it was taken.
pub(crate) async fn open(choice: args::Device) -> Result<(Device, String), KernelError> {
    if choice == args::Device::Cpu {
        return Ok((Device::cpu(), "CPU".to_owned()));
    }
    match (Device::gpu(GpuOptions::default()).await, choice) {
        (Err(KernelError::NoAdapter { .. }), args::Device::Auto) => {
            Ok((Device::cpu(), "CPU, because there is no GPU adapter".to_owned()))
        }
        // An emulated GPU is many times slower than the same processor used directly.
        (Ok(gpu), args::Device::Auto) if gpu.is_software_adapter() => {
            let note = format!("CPU, because the only GPU adapter is emulated: {}", gpu.name());
            Ok((Device::cpu(), note))
        }
        (gpu, _) => {
            let gpu = gpu?;
            let note = format!("GPU, {}", gpu.name());
            Ok((gpu, note))
        }
    }
}
