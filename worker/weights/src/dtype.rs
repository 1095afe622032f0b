//! Number formats of weights, and their widening to f32.

use std::fmt;

use blocks::BlockType;
use half::{bf16, f16};

use crate::WeightsError;

/// How a tensor's numbers are stored, little-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DType {
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary16.
    F16,
    /// The upper half of a binary32.
    BF16,
    /// Signed bytes; as weights, `w = q * scale[row]` with the F32 tensor `NAME.scale` beside them.
    I8,
    /// Blocks of quantized values, along the tensor's numbers in their order.
    Block(BlockType),
    /// Blocks of a kind of ggml's that is known by its name but not read.
    Unsupported(&'static str),
    /// Anything else that a file can hold; never weights here (position ids, masks).
    Other(safetensors::Dtype),
}

impl DType {
    /// Whether tensors of it can be weights.
    pub fn is_weights(self) -> bool {
        matches!(self, Self::F32 | Self::F16 | Self::BF16 | Self::I8 | Self::Block(_))
    }
}

impl From<safetensors::Dtype> for DType {
    fn from(dtype: safetensors::Dtype) -> Self {
        match dtype {
            safetensors::Dtype::F32 => Self::F32,
            safetensors::Dtype::F16 => Self::F16,
            safetensors::Dtype::BF16 => Self::BF16,
            safetensors::Dtype::I8 => Self::I8,
            other => Self::Other(other),
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Block(block) => write!(formatter, "{block}"),
            Self::Unsupported(name) => formatter.write_str(name),
            Self::Other(dtype) => write!(formatter, "{dtype}"),
            known => write!(formatter, "{known:?}"),
        }
    }
}

/// One tensor as the file stores it.
#[derive(Debug, Clone, PartialEq)]
pub struct RawTensor {
    /// The name it has in the file.
    pub name: String,
    /// Number format of `bytes`.
    pub dtype: DType,
    /// Lengths of the axes, slowest first; empty for a scalar.
    pub shape: Vec<usize>,
    /// Row-major, little-endian.
    pub bytes: Vec<u8>,
    /// For [`DType::I8`], one factor per row (first axis); `None` otherwise.
    pub scales: Option<Vec<f32>>,
}

impl RawTensor {
    /// Widens to f32, in the file's order; int8 weights are multiplied by their row's scale.
    ///
    /// # Errors
    /// [`WeightsError::NotWeights`] for other integers and exotic floats, and for I8 without scales.
    pub fn to_f32(&self) -> Result<Vec<f32>, WeightsError> {
        match (self.dtype, &self.scales) {
            (DType::F32, _) => Ok(widen(&self.bytes, f32::from_le_bytes)),
            (DType::F16, _) => Ok(widen(&self.bytes, |pair| f16::from_le_bytes(pair).to_f32())),
            (DType::BF16, _) => Ok(widen(&self.bytes, |pair| bf16::from_le_bytes(pair).to_f32())),
            (DType::I8, Some(scales)) => Ok(self.scale_rows(scales)),
            (DType::Block(block), _) => Ok(decode(block, &self.bytes)),
            _ => Err(WeightsError::NotWeights { tensor: self.name.clone(), dtype: self.dtype }),
        }
    }

    /// The place of a number that is infinite or none at all, looked at as it is stored; of a block or a row whose
    /// scale is at fault, the place of its first number. `None` when all are finite.
    pub fn not_finite(&self) -> Option<usize> {
        match (self.dtype, &self.scales) {
            (DType::F32, _) => find(&self.bytes, |&bytes| !f32::from_le_bytes(bytes).is_finite()),
            (DType::F16, _) => find(&self.bytes, |&bytes| !f16::from_le_bytes(bytes).is_finite()),
            (DType::BF16, _) => find(&self.bytes, |&bytes| !bf16::from_le_bytes(bytes).is_finite()),
            (DType::I8, Some(scales)) => {
                let row = scales.iter().position(|scale| !scale.is_finite())?;
                Some(row * (self.bytes.len() / scales.len().max(1)))
            }
            (DType::Block(block), _) => {
                let mut blocks = self.bytes.chunks_exact(block.bytes());
                Some(blocks.position(|bytes| !block.is_finite(bytes))? * block.values())
            }
            _ => None,
        }
    }

    fn scale_rows(&self, scales: &[f32]) -> Vec<f32> {
        // An empty tensor has no rows to chunk; `max` keeps the lengths legal.
        let row_len = (self.bytes.len() / scales.len().max(1)).max(1);
        let rows = self.bytes.chunks_exact(row_len).zip(scales);
        rows.flat_map(|(row, scale)| row.iter().map(move |&byte| f32::from(byte.cast_signed()) * scale))
            .collect()
    }
}

fn widen<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    bytes.as_chunks::<N>().0.iter().map(|&chunk| number(chunk)).collect()
}

fn find<const N: usize>(bytes: &[u8], wanted: impl Fn(&[u8; N]) -> bool) -> Option<usize> {
    bytes.as_chunks::<N>().0.iter().position(wanted)
}

fn decode(block: BlockType, bytes: &[u8]) -> Vec<f32> {
    let mut values = vec![0.0; bytes.len() / block.bytes() * block.values()];
    block.decode(bytes, &mut values);
    values
}
