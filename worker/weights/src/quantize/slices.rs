//! Widening, checking and packing a tensor in slices.

use std::ops::Range;

use half::{bf16, f16};

use crate::{DType, GgufTensor, GgufWriter, RawTensor, WeightsError};

/// Values that are widened at once: 2 MB of f32. Whole blocks of every type.
const SLICE_VALUES: usize = 1 << 19;

/// The largest finite `f16`. It bounds packed values too, whose scales are of that type.
const MOST: f32 = 65_504.0;

/// Writes `raw` as `output` says.
pub(super) async fn write(
    raw: &RawTensor,
    output: &GgufTensor,
    writer: &mut GgufWriter<'_>,
) -> Result<(), WeightsError> {
    let values: usize = output.shape.iter().product();
    let mut from = 0;
    // Also once for a tensor of no values, which the writer must hear of.
    loop {
        let range = from..values.min(from + SLICE_VALUES);
        let wide = widen(raw, range.clone())?;
        check(&wide, from, output)?;
        let bytes = match bytes_of(raw.dtype, range) {
            Some(bytes) if raw.dtype == output.dtype => raw.bytes.get(bytes).unwrap_or_default().to_vec(),
            _ => pack(&wide, output)?,
        };
        writer.append(&output.name, &bytes).await?;
        from += SLICE_VALUES;
        if from >= values {
            return Ok(());
        }
    }
}

/// Where a range of values, whole blocks of them, lies among a tensor's bytes; `None` for formats that are not weights.
fn bytes_of(dtype: DType, values: Range<usize>) -> Option<Range<usize>> {
    let (block_values, block_bytes) = match dtype {
        DType::F32 => (1, 4),
        DType::F16 | DType::BF16 => (1, 2),
        DType::I8 => (1, 1),
        DType::Block(block) => (block.values(), block.bytes()),
        DType::Unsupported(_) | DType::Other(_) => return None,
    };
    Some(values.start / block_values * block_bytes..values.end / block_values * block_bytes)
}

fn widen(raw: &RawTensor, values: Range<usize>) -> Result<Vec<f32>, WeightsError> {
    let slice = bytes_of(raw.dtype, values.clone()).and_then(|range| raw.bytes.get(range));
    let not_weights = || WeightsError::NotWeights { tensor: raw.name.clone(), dtype: raw.dtype };
    let bytes = slice.ok_or_else(not_weights)?.to_vec();
    if let Some(scales) = &raw.scales {
        // Rows may be cut by the slice, so each value looks up its own.
        let row = (raw.bytes.len() / scales.len().max(1)).max(1);
        let scaled = values.zip(bytes).map(|(at, byte)| {
            let scale = scales.get(at / row).copied().unwrap_or(f32::NAN);
            f32::from(byte.cast_signed()) * scale
        });
        return Ok(scaled.collect());
    }
    let shape = vec![values.len()];
    RawTensor { name: raw.name.clone(), dtype: raw.dtype, shape, bytes, scales: None }.to_f32()
}

fn check(values: &[f32], from: usize, output: &GgufTensor) -> Result<(), WeightsError> {
    if let Some(at) = values.iter().position(|value| !value.is_finite()) {
        return Err(WeightsError::NotFinite { tensor: output.name.clone(), at: from + at });
    }
    let narrow = !matches!(output.dtype, DType::F32 | DType::BF16);
    if narrow && values.iter().any(|value| value.abs() > MOST) {
        return Err(WeightsError::TooLarge { tensor: output.name.clone(), dtype: output.dtype });
    }
    Ok(())
}

fn pack(values: &[f32], output: &GgufTensor) -> Result<Vec<u8>, WeightsError> {
    let refused = |reason: String| WeightsError::Unwritable { file: output.name.clone(), reason };
    match output.dtype {
        DType::F32 => Ok(values.iter().flat_map(|value| value.to_le_bytes()).collect()),
        DType::F16 => Ok(values.iter().flat_map(|&value| f16::from_f32(value).to_le_bytes()).collect()),
        DType::BF16 => Ok(values.iter().flat_map(|&value| bf16::from_f32(value).to_le_bytes()).collect()),
        DType::Block(block) => {
            let bytes = blocks::encode(block, values).map_err(|error| refused(error.to_string()))?;
            match block.is_finite(&bytes) {
                true => Ok(bytes),
                false => Err(WeightsError::TooLarge { tensor: output.name.clone(), dtype: output.dtype }),
            }
        }
        other => Err(refused(format!("{other} is not written"))),
    }
}
