//! Activations: `f32` arrays that live on a device.

use std::rc::Rc;

use crate::{Device, KernelError, cpu, device::Backend, gpu};

/// A dense, row-major `f32` array on a device. Clones share the values, which never change.
#[derive(Clone)]
pub struct Tensor {
    device: Device,
    shape: Rc<[usize]>,
    storage: Storage,
}

/// The values themselves.
#[derive(Clone)]
pub(crate) enum Storage {
    Cpu(cpu::Array),
    Gpu(gpu::Buffer),
}

impl Tensor {
    pub(crate) fn new(device: Device, shape: &[usize], storage: Storage) -> Self {
        Self { device, shape: shape.into(), storage }
    }

    /// Lengths of the axes, outermost first.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The device that holds the values.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The same values under another shape. Copies nothing.
    ///
    /// # Errors
    /// [`KernelError::Shape`] when `shape` holds another number of values.
    pub fn reshape(&self, shape: &[usize]) -> Result<Self, KernelError> {
        if checked_len("reshape", shape)? != self.len() {
            return Err(KernelError::shape("reshape", format!("{} values", self.len()), shape));
        }
        Ok(Self { shape: shape.into(), ..self.clone() })
    }

    /// Copies the values to the host, after all work that leads to them.
    ///
    /// # Errors
    /// [`KernelError::DeviceLost`] or another failure of the device to deliver them.
    pub async fn to_vec(&self) -> Result<Vec<f32>, KernelError> {
        match (&self.storage, self.device.backend()) {
            (Storage::Cpu(array), _) => Ok(array.view()?.to_vec()),
            (Storage::Gpu(buffer), Backend::Gpu(gpu)) => gpu.read(buffer, self.len()).await,
            (Storage::Gpu(_), Backend::Cpu(_)) => Err(KernelError::OtherDevice { op: "to_vec" }),
        }
    }

    /// Number of values.
    pub(crate) fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// The values on a CPU device.
    pub(crate) fn array(&self, op: &'static str) -> Result<&cpu::Array, KernelError> {
        match &self.storage {
            Storage::Cpu(array) => Ok(array),
            Storage::Gpu(_) => Err(KernelError::OtherDevice { op }),
        }
    }

    /// The values on a GPU.
    pub(crate) fn buffer(&self, op: &'static str) -> Result<&gpu::Buffer, KernelError> {
        match &self.storage {
            Storage::Gpu(buffer) => Ok(buffer),
            Storage::Cpu(_) => Err(KernelError::OtherDevice { op }),
        }
    }
}

impl std::fmt::Debug for Tensor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Tensor({:?} on {})", self.shape, self.device.name())
    }
}

/// Number of values in `shape`: an error when an axis is empty, when there is no axis, or past `usize`.
pub(crate) fn checked_len(op: &'static str, shape: &[usize]) -> Result<usize, KernelError> {
    let len = shape.iter().try_fold(1usize, |len, &axis| len.checked_mul(axis)).unwrap_or(0);
    if shape.is_empty() || len == 0 {
        return Err(KernelError::shape(op, "at least one axis, none of them empty or too long", shape));
    }
    Ok(len)
}
