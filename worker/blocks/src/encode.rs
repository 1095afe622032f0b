//! Encoding, by candle: a search for the scales that lose least.

use candle_core::{
    Device, Error, Tensor,
    quantized::{GgmlDType, QTensor},
};

use crate::BlockType;

/// Encodes rows of values, whole blocks of them.
///
/// # Errors
/// When `values` are not whole blocks.
pub fn encode(block: BlockType, values: &[f32]) -> Result<Vec<u8>, Error> {
    let tensor = Tensor::from_slice(values, (values.len() / block.values(), block.values()), &Device::Cpu)?;
    Ok(QTensor::quantize(&tensor, ggml_type(block))?.data()?.into_owned())
}

fn ggml_type(block: BlockType) -> GgmlDType {
    match block {
        BlockType::Q4_0 => GgmlDType::Q4_0,
        BlockType::Q4_1 => GgmlDType::Q4_1,
        BlockType::Q5_0 => GgmlDType::Q5_0,
        BlockType::Q5_1 => GgmlDType::Q5_1,
        BlockType::Q8_0 => GgmlDType::Q8_0,
        BlockType::Q2_K => GgmlDType::Q2K,
        BlockType::Q3_K => GgmlDType::Q3K,
        BlockType::Q4_K => GgmlDType::Q4K,
        BlockType::Q5_K => GgmlDType::Q5K,
        BlockType::Q6_K => GgmlDType::Q6K,
    }
}
