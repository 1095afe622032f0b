//! Weights: matrices, filters and tables as they lie in model files.

use std::{fmt, rc::Rc};

pub use blocks::BlockType;

use crate::{Device, KernelError, cpu, gpu, tensor::checked_len};

/// How the elements of a weight are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DType {
    /// IEEE 754 single precision.
    F32,
    /// IEEE 754 half precision.
    F16,
    /// The upper half of an `f32`.
    BF16,
    /// Signed integers with one `f32` scale per output row.
    I8,
    /// Quantized values in blocks, as GGUF files have them.
    Block(BlockType),
}

impl DType {
    /// Bytes of `len` elements, or `None` when they are not whole blocks (or more than fit an address).
    pub fn bytes_of(self, len: usize) -> Option<usize> {
        match self {
            Self::F32 => len.checked_mul(4),
            Self::F16 | Self::BF16 => len.checked_mul(2),
            Self::I8 => Some(len),
            Self::Block(block) => block.bytes_of(len),
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::F32 => formatter.write_str("f32"),
            Self::F16 => formatter.write_str("f16"),
            Self::BF16 => formatter.write_str("bf16"),
            Self::I8 => formatter.write_str("int8"),
            Self::Block(block) => block.fmt(formatter),
        }
    }
}

/// A weight as a file has it, to be uploaded by [`Device::weight`](crate::Device::weight).
#[derive(Debug, Clone, Copy)]
pub struct WeightData<'a> {
    /// `[n, k]` of a linear layer, `[v, c]` of a table, `[o, i, kh, kw]` of a convolution.
    pub shape: &'a [usize],
    /// Type of the elements in `bytes`.
    pub dtype: DType,
    /// The elements, row-major in `shape`, little-endian. Blocks follow that order, whatever the axes: they may
    /// begin and end within a row, and those of a filter span its taps and channels.
    pub bytes: &'a [u8],
    /// With [`DType::I8`] only: `w = q * scales[row]`, one for each index of the first axis.
    pub scales: Option<&'a [f32]>,
}

impl WeightData<'_> {
    /// Shape, bytes and scales must agree before a device reads them.
    pub(crate) fn check(&self) -> Result<(), KernelError> {
        let len = checked_len("weight", self.shape)?;
        if !matches!(self.shape.len(), 2 | 4) {
            return Err(KernelError::shape("weight", "2 axes [n, k] or 4 axes [o, i, kh, kw]", self.shape));
        }
        let bytes = self.dtype.bytes_of(len);
        if bytes != Some(self.bytes.len()) {
            let expected = match bytes {
                Some(bytes) => format!("{bytes} bytes for {len} elements of {:?}", self.dtype),
                None => format!("whole blocks of {:?}, which {len} elements are not", self.dtype),
            };
            return Err(KernelError::shape("weight", expected, self.bytes.len()));
        }
        let rows = (self.dtype == DType::I8).then(|| self.shape.first().copied()).flatten();
        if self.scales.map(<[f32]>::len) != rows {
            let expected = format!("{rows:?} scales (one per row with I8, none otherwise)");
            return Err(KernelError::shape("weight", expected, self.scales.map(<[f32]>::len)));
        }
        Ok(())
    }
}

/// A weight on a device, ready for use. Clones share it.
#[derive(Clone)]
pub struct Weight {
    device: Device,
    shape: Rc<[usize]>,
    dtype: DType,
    storage: Storage,
}

/// The elements themselves.
#[derive(Clone)]
pub(crate) enum Storage {
    Cpu(cpu::Weight),
    Gpu(gpu::Weight),
}

impl Weight {
    pub(crate) fn new(device: Device, data: &WeightData<'_>, storage: Storage) -> Self {
        Self { device, shape: data.shape.into(), dtype: data.dtype, storage }
    }

    /// The shape as it was given, whatever the order inside.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The device that holds the elements.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The elements on a CPU device.
    pub(crate) fn on_cpu(&self, op: &'static str) -> Result<&cpu::Weight, KernelError> {
        match &self.storage {
            Storage::Cpu(weight) => Ok(weight),
            Storage::Gpu(_) => Err(KernelError::OtherDevice { op }),
        }
    }

    /// The elements on a GPU.
    pub(crate) fn on_gpu(&self, op: &'static str) -> Result<&gpu::Weight, KernelError> {
        match &self.storage {
            Storage::Gpu(weight) => Ok(weight),
            Storage::Cpu(_) => Err(KernelError::OtherDevice { op }),
        }
    }
}

impl std::fmt::Debug for Weight {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Weight({:?} {:?})", self.dtype, self.shape)
    }
}
