//! The GPU device.

use crate::{GpuOptions, KernelError, Stats, WeightData};

/// A GPU.
pub(crate) struct Gpu;

/// Values on a GPU.
#[derive(Clone)]
pub(crate) struct Buffer;

/// A weight on a GPU.
#[derive(Clone)]
pub(crate) struct Weight;

fn missing<T>() -> Result<T, KernelError> {
    Err(KernelError::NoAdapter { reason: "not built yet".to_owned() })
}

impl Gpu {
    pub(crate) async fn new(_options: &GpuOptions) -> Result<Self, KernelError> {
        missing()
    }
    pub(crate) fn is_software(&self) -> bool {
        false
    }
    pub(crate) fn name(&self) -> String {
        String::new()
    }
    pub(crate) fn upload(&self, _data: &[f32]) -> Result<Buffer, KernelError> {
        missing()
    }
    pub(crate) fn zeros(&self, _len: usize) -> Result<Buffer, KernelError> {
        missing()
    }
    pub(crate) fn weight(&self, _data: &WeightData<'_>) -> Result<Weight, KernelError> {
        missing()
    }
    pub(crate) async fn read(&self, _buffer: &Buffer, _len: usize) -> Result<Vec<f32>, KernelError> {
        missing()
    }
    pub(crate) async fn checkpoint(&self) -> Result<(), KernelError> {
        missing()
    }
    pub(crate) fn stats(&self) -> Stats {
        Stats::default()
    }
    pub(crate) fn destroy(&self) {}
    pub(crate) fn is_lost(&self) -> bool {
        false
    }
}
