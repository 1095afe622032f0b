//! Widening a weight to `f32` and laying a filter out for channels-last activations.

use half::{bf16, f16};

use super::{Array, Cpu};
use crate::{DType, KernelError, WeightData};

impl Cpu {
    /// Widens a checked weight once. A filter `[o, i, kh, kw]` becomes `[o, kh, kw, i]`, so that one row of it
    /// lies like the patch of a picture that it is multiplied with.
    pub(crate) fn weight(&self, data: &WeightData<'_>) -> Result<Array, KernelError> {
        self.ledger.count_upload(data.bytes.len() + data.scales.map_or(0, size_of_val));
        let values = widen(data);
        match *data.shape {
            [o, i, kh, kw] if kh * kw > 1 => self.array(channels_last(&values, o, i, kh * kw)),
            _ => self.array(values),
        }
    }
}

/// All elements as `f32`, in the order of the file.
fn widen(data: &WeightData<'_>) -> Vec<f32> {
    match data.dtype {
        DType::F32 => elements(data.bytes, f32::from_le_bytes),
        DType::F16 => elements(data.bytes, |bytes| f16::from_le_bytes(bytes).to_f32()),
        DType::BF16 => elements(data.bytes, |bytes| bf16::from_le_bytes(bytes).to_f32()),
        DType::I8 => {
            let scales = data.scales.unwrap_or_default();
            let row_len = data.bytes.len() / scales.len().max(1);
            data.bytes
                .chunks_exact(row_len.max(1))
                .zip(scales)
                .flat_map(|(row, &scale)| row.iter().map(move |&q| f32::from(q.cast_signed()) * scale))
                .collect()
        }
    }
}

fn elements<const N: usize>(bytes: &[u8], widen: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    bytes.as_chunks::<N>().0.iter().map(|&element| widen(element)).collect()
}

/// `[o, i, taps]` to `[o, taps, i]`.
fn channels_last(values: &[f32], o: usize, i: usize, taps: usize) -> Vec<f32> {
    let mut out = vec![0.0; o * i * taps];
    for (source, target) in values.chunks_exact(i * taps).zip(out.chunks_exact_mut(i * taps)) {
        for (tap, row) in target.chunks_exact_mut(i).enumerate() {
            for (value, channel) in row.iter_mut().zip(source.chunks_exact(taps)) {
                *value = channel.get(tap).copied().unwrap_or_default();
            }
        }
    }
    out
}
