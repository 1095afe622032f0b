//! Writing a file front to back: the header first, from descriptions alone, then the tensors' bytes as they come.

use std::collections::BTreeMap;

use super::{
    ALIGNMENT, DEFAULT_ALIGNMENT, MAGIC, MetadataValue,
    layout::ORIGINAL_SHAPE,
    types::{self, GgmlType},
    value,
};
use crate::{ByteSink, DType, WeightsError};

/// The version of the format that is written.
const VERSION: u32 = 3;
/// ggml's `GGML_MAX_DIMS`.
const MAX_AXES: usize = 4;

/// A tensor to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct GgufTensor {
    /// Its name.
    pub name: String,
    /// Lengths of its axes, slowest first.
    pub shape: Vec<usize>,
    /// F32, F16, BF16, or blocks of which its values are whole ones.
    pub dtype: DType,
}

impl GgufTensor {
    /// Bytes that it takes, or `None` when it cannot be written: another number format, or no whole blocks.
    pub fn bytes(&self) -> Option<u64> {
        let (_, GgmlType { block_values, block_bytes, .. }) = types::id_of(self.dtype)?;
        let values = self.values()?;
        values.is_multiple_of(block_values).then(|| (values / block_values).checked_mul(block_bytes))?
    }

    fn values(&self) -> Option<u64> {
        self.shape.iter().try_fold(1_u64, |values, &axis| values.checked_mul(axis as u64))
    }

    /// Lengths of the axes as they are stored, fastest first. The format wants whole blocks in every row and at most
    /// four axes; a tensor without them is stored in rows of one block.
    fn stored_lengths(&self, block_values: u64) -> Vec<u64> {
        let plain: Vec<u64> = self.shape.iter().rev().map(|&axis| axis as u64).collect();
        let row = plain.first().copied().unwrap_or(1);
        match self.values() {
            Some(values) if plain.len() > MAX_AXES || !row.is_multiple_of(block_values) => {
                vec![block_values, values / block_values]
            }
            _ => plain,
        }
    }
}

/// Writes one file of version 3 to a sink. Tensors come in the order in which they were described.
pub struct GgufWriter<'a> {
    sink: &'a mut dyn ByteSink,
    /// Names and bytes.
    tensors: Vec<(String, u64)>,
    /// Which of them is being written, and how much of it has been.
    current: usize,
    written: u64,
    total: u64,
}

impl<'a> GgufWriter<'a> {
    /// Writes the header. A tensor whose rows are not whole blocks is described as rows of one block (32 or 256
    /// values), with its shape beside it as `comfy.gguf.orig_shape.NAME`.
    ///
    /// # Errors
    /// [`WeightsError::Unwritable`] for a tensor or a metadata value that the format cannot hold, and from the sink.
    pub async fn start(
        sink: &'a mut dyn ByteSink,
        metadata: &BTreeMap<String, MetadataValue>,
        tensors: &[GgufTensor],
    ) -> Result<Self, WeightsError> {
        let header = header(metadata, tensors)?;
        sink.write(&header).await?;
        let tensors = tensors.iter().filter_map(|tensor| Some((tensor.name.clone(), tensor.bytes()?)));
        let (tensors, total) = (tensors.collect(), header.len() as u64);
        Ok(Self { sink, tensors, current: 0, written: 0, total })
    }

    /// Appends the next bytes of the tensor `name`: all of them at once, or piece by piece.
    ///
    /// # Errors
    /// [`WeightsError::Unwritable`] when it is not that tensor's turn or it has fewer bytes, and from the sink.
    pub async fn append(&mut self, name: &str, bytes: &[u8]) -> Result<(), WeightsError> {
        let expected = self.tensors.get(self.current);
        let Some((_, tensor_bytes)) = expected.filter(|(expected, _)| expected == name) else {
            let expected = expected.map_or("the end", |(name, _)| name.as_str());
            return Err(unwritable(format!("tensor {name} comes where {expected} was announced")));
        };
        let written = self.written + bytes.len() as u64;
        if written > *tensor_bytes {
            return Err(unwritable(format!("tensor {name} has more than its {tensor_bytes} bytes")));
        }
        let done = written == *tensor_bytes;
        self.sink.write(bytes).await?;
        self.total += bytes.len() as u64;
        self.written = written;
        if done {
            let padding = padding(self.total);
            self.sink.write(&padding).await?;
            self.total += padding.len() as u64;
            (self.current, self.written) = (self.current + 1, 0);
        }
        Ok(())
    }

    /// Bytes of the whole file, once every tensor has come.
    ///
    /// # Errors
    /// [`WeightsError::Unwritable`] when one has not, or not all of it.
    pub fn finish(self) -> Result<u64, WeightsError> {
        match self.tensors.get(self.current) {
            Some((name, bytes)) => {
                Err(unwritable(format!("{} of {bytes} bytes of tensor {name} have come", self.written)))
            }
            None => Ok(self.total),
        }
    }
}

fn unwritable(reason: String) -> WeightsError {
    WeightsError::Unwritable { file: "the GGUF file".to_owned(), reason }
}

/// Zeros up to the next place where a tensor may begin.
fn padding(at: u64) -> Vec<u8> {
    (at..at.next_multiple_of(DEFAULT_ALIGNMENT)).map(|_| 0).collect()
}

fn header(
    metadata: &BTreeMap<String, MetadataValue>,
    tensors: &[GgufTensor],
) -> Result<Vec<u8>, WeightsError> {
    let mut metadata = metadata.clone();
    metadata.remove(ALIGNMENT);
    let (mut infos, mut offset) = (Vec::new(), 0_u64);
    for tensor in tensors {
        let refused = || unwritable(format!("tensor {} cannot be stored as {}", tensor.name, tensor.dtype));
        let (id, kind) = types::id_of(tensor.dtype).ok_or_else(refused)?;
        let bytes = tensor.bytes().ok_or_else(refused)?;
        let lengths = tensor.stored_lengths(kind.block_values);
        if !lengths.iter().rev().copied().eq(tensor.shape.iter().map(|&axis| axis as u64)) {
            let axes = tensor.shape.iter().map(|&axis| MetadataValue::Signed(axis as i64)).collect();
            metadata.insert(format!("{ORIGINAL_SHAPE}{}", tensor.name), MetadataValue::List(axes));
        }
        put_text(&mut infos, &tensor.name);
        infos.extend((lengths.len() as u32).to_le_bytes());
        lengths.iter().for_each(|length| infos.extend(length.to_le_bytes()));
        infos.extend(id.to_le_bytes());
        infos.extend(offset.to_le_bytes());
        offset = offset
            .checked_add(bytes)
            .and_then(|end| end.checked_next_multiple_of(DEFAULT_ALIGNMENT))
            .ok_or_else(refused)?;
    }
    let mut header = MAGIC.to_vec();
    header.extend(VERSION.to_le_bytes());
    header.extend((tensors.len() as u64).to_le_bytes());
    header.extend((metadata.len() as u64).to_le_bytes());
    for (key, value) in &metadata {
        put_text(&mut header, key);
        put_value(&mut header, value)
            .ok_or_else(|| unwritable(format!("metadata {key} cannot be written: {value:?}")))?;
    }
    header.extend(infos);
    header.extend(padding(header.len() as u64));
    Ok(header)
}

fn put_text(header: &mut Vec<u8>, text: &str) {
    header.extend((text.len() as u64).to_le_bytes());
    header.extend(text.as_bytes());
}

fn put_value(header: &mut Vec<u8>, value: &MetadataValue) -> Option<()> {
    if let MetadataValue::List(elements) = value {
        // The widest is the type of all, and none may differ in more than its width.
        let kind = elements.iter().map(kind_of).max().unwrap_or(Some(value::UINT32))?;
        header.extend(value::ARRAY.to_le_bytes());
        header.extend(kind.to_le_bytes());
        header.extend((elements.len() as u64).to_le_bytes());
        return elements.iter().try_for_each(|element| put_as(header, kind, element));
    }
    let kind = kind_of(value)?;
    header.extend(kind.to_le_bytes());
    put_as(header, kind, value)
}

/// The type that a single value is written as: whole numbers take 32 bits where they fit.
fn kind_of(value: &MetadataValue) -> Option<u32> {
    Some(match value {
        MetadataValue::Unsigned(number) if u32::try_from(*number).is_ok() => value::UINT32,
        MetadataValue::Unsigned(_) => value::UINT64,
        MetadataValue::Signed(number) if i32::try_from(*number).is_ok() => value::INT32,
        MetadataValue::Signed(_) => value::INT64,
        MetadataValue::Real(_) => value::FLOAT64,
        MetadataValue::Flag(_) => value::BOOL,
        MetadataValue::Text(_) => value::STRING,
        MetadataValue::List(_) | MetadataValue::Elided { .. } => return None,
    })
}

fn put_as(header: &mut Vec<u8>, kind: u32, value: &MetadataValue) -> Option<()> {
    match (kind, value) {
        (value::UINT32, MetadataValue::Unsigned(number)) => {
            header.extend(u32::try_from(*number).ok()?.to_le_bytes());
        }
        (value::UINT64, MetadataValue::Unsigned(number)) => header.extend(number.to_le_bytes()),
        (value::INT32, MetadataValue::Signed(number)) => {
            header.extend(i32::try_from(*number).ok()?.to_le_bytes());
        }
        (value::INT64, MetadataValue::Signed(number)) => header.extend(number.to_le_bytes()),
        (value::FLOAT64, MetadataValue::Real(number)) => header.extend(number.to_le_bytes()),
        (value::BOOL, MetadataValue::Flag(flag)) => header.push(u8::from(*flag)),
        (value::STRING, MetadataValue::Text(text)) => put_text(header, text),
        _ => return None,
    }
    Some(())
}
