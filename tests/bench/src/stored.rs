//! A case's weights in its precision.
//!
//! Benchmarks keep one file of f32 weights for all precisions of a model, so the others are made from it when the
//! case is loaded, as the graph that other engines run has them.

use std::{collections::BTreeMap, rc::Rc};

use half::f16;
use kernels::{BlockType, DType};
use weights::{GgufTensor, GgufWriter, MemorySource, RawTensor, Tensors};

use crate::{
    BenchError, Entry,
    matmul_n_bits::{BLOCK, pack},
};

/// How a case's weights are to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Precision {
    F32,
    F16,
    /// Matrices that meet many rows in blocks, everything else in f32.
    Blocks(BlockType),
}

impl Precision {
    /// # Errors
    /// [`BenchError::Unsupported`] for another word than `f32`, `f16`, `q8` or `q4`.
    pub(crate) fn of(entry: &Entry) -> Result<Self, BenchError> {
        match entry.precision.as_str() {
            "f32" => Ok(Self::F32),
            "f16" => Ok(Self::F16),
            "q8" => Ok(Self::Blocks(BlockType::Q8_0)),
            "q4" => Ok(Self::Blocks(BlockType::Q4_0)),
            other => Err(entry.unsupported(format!("there is no precision {other}"))),
        }
    }

    /// `values`, rows of `row` of them, with their type.
    pub(crate) fn encode(self, values: &[f32], row: usize) -> (DType, Vec<u8>) {
        match self {
            Self::Blocks(block) if row.is_multiple_of(BLOCK) => (DType::Block(block), pack(values, block)),
            Self::F16 => (DType::F16, values.iter().flat_map(|&x| f16::from_f32(x).to_le_bytes()).collect()),
            Self::F32 | Self::Blocks(_) => {
                (DType::F32, values.iter().flat_map(|x| x.to_le_bytes()).collect())
            }
        }
    }
}

/// The weights of a network in the entry's precision, under the same names.
///
/// # Errors
/// [`BenchError::Weights`], and [`BenchError::Unsupported`] when other matrices than the graph's would be quantized.
pub(crate) async fn network(entry: &Entry, source: Tensors) -> Result<Tensors, BenchError> {
    let precision = Precision::of(entry)?;
    if precision == Precision::F32 {
        return Ok(source);
    }
    let mut packed = Vec::new();
    let mut quantized = 0;
    for name in source.names() {
        let raw = source.read(name).await?;
        let row = raw.shape.last().copied().unwrap_or(1);
        let of_tensor = match precision {
            Precision::Blocks(_) if !is_multiplied_with_tokens(&raw) => Precision::F32,
            precision => precision,
        };
        let (dtype, bytes) = of_tensor.encode(&raw.to_f32()?, row);
        let dtype = match dtype {
            DType::Block(block) => weights::DType::Block(block),
            DType::F16 => weights::DType::F16,
            _ => weights::DType::F32,
        };
        quantized += usize::from(matches!(dtype, weights::DType::Block(_)));
        packed.push((GgufTensor { name: raw.name, shape: raw.shape, dtype }, bytes));
    }
    let in_graph = entry.count("MatMulNBits");
    if matches!(precision, Precision::Blocks(_)) && quantized != in_graph {
        let reason = format!("{quantized} matrices would be quantized where the graph has {in_graph}");
        return Err(entry.unsupported(reason));
    }
    written(&packed).await
}

/// ONNX has a layer over tokens as a `MatMul`, which is quantized, and one over a single vector, such as a time
/// embedding's, as a `Gemm`, which is not.
fn is_multiplied_with_tokens(raw: &RawTensor) -> bool {
    let of_time = raw.name.contains("time_emb");
    raw.shape.len() == 2 && raw.name.ends_with(".weight") && !of_time
}

async fn written(tensors: &[(GgufTensor, Vec<u8>)]) -> Result<Tensors, BenchError> {
    let described: Vec<GgufTensor> = tensors.iter().map(|(tensor, _)| tensor.clone()).collect();
    let mut file = Vec::new();
    let mut writer = GgufWriter::start(&mut file, &BTreeMap::new(), &described).await?;
    for (tensor, bytes) in tensors {
        writer.append(&tensor.name, bytes).await?;
    }
    writer.finish()?;
    Ok(Tensors::open(Rc::new(MemorySource::new(file))).await?)
}
