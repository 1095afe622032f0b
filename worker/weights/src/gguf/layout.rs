//! What a header says about its tensors, held against the file.

use std::collections::BTreeMap;

use super::{
    MetadataValue,
    types::{self, GgmlType},
};
use crate::{WeightsError, content::Placed};

/// Under this prefix and a tensor's name, ComfyUI-GGUF keeps the shape of a tensor that is stored as other rows.
pub(super) const ORIGINAL_SHAPE: &str = "comfy.gguf.orig_shape.";
/// Axes of a restored shape; video models have 5.
const MOST_AXES: usize = 8;

/// A tensor as the header describes it.
pub(super) struct Described {
    pub(super) name: String,
    /// Lengths of the axes, fastest first.
    pub(super) lengths: Vec<u64>,
    pub(super) type_id: u32,
    /// First byte, counted from the start of the data section.
    pub(super) offset: u64,
}

/// Where the tensors may lie.
pub(super) struct Data {
    pub(super) start: u64,
    pub(super) bytes: u64,
    pub(super) alignment: u64,
}

/// Checks every tensor: its shape, its bytes, and that it shares them with no other.
pub(super) fn place(
    file: &str,
    described: Vec<Described>,
    data: &Data,
    metadata: &BTreeMap<String, MetadataValue>,
) -> Result<Vec<Placed>, WeightsError> {
    let mut placed = Vec::with_capacity(described.len());
    for tensor in described {
        let found = place_one(&tensor, data, metadata);
        placed.push(found.map_err(|reason| bad_tensor(file, &tensor.name, reason))?);
    }
    placed.sort_by_key(|tensor| (tensor.range.start, tensor.range.end));
    let mut covered = data.start;
    for tensor in &placed {
        if tensor.range.start < covered {
            let at = tensor.range.start - data.start;
            let reason =
                format!("it starts at byte {at}, inside the tensor that ends at {}", covered - data.start);
            return Err(bad_tensor(file, &tensor.name, reason));
        }
        covered = tensor.range.end;
    }
    Ok(placed)
}

fn bad_tensor(file: &str, tensor: &str, reason: String) -> WeightsError {
    WeightsError::BadTensor { file: file.to_owned(), tensor: tensor.to_owned(), reason }
}

fn place_one(
    tensor: &Described,
    data: &Data,
    metadata: &BTreeMap<String, MetadataValue>,
) -> Result<Placed, String> {
    let GgmlType { dtype, block_values, block_bytes } =
        types::of(tensor.type_id).ok_or_else(|| format!("its type {} is unknown", tensor.type_id))?;
    let lengths = &tensor.lengths;
    let row = lengths.first().copied().unwrap_or(1);
    if !row.is_multiple_of(block_values) {
        return Err(format!(
            "rows of {row} values are not whole blocks of {dtype}, which have {block_values}"
        ));
    }
    let too_large = || format!("shape {lengths:?} is too large for any file");
    let values = lengths.iter().try_fold(1_u64, |values, &axis| values.checked_mul(axis));
    let values = values.ok_or_else(too_large)?;
    let bytes = (values / block_values).checked_mul(block_bytes).ok_or_else(too_large)?;
    if !tensor.offset.is_multiple_of(data.alignment) {
        return Err(format!("its offset {} is no multiple of {}", tensor.offset, data.alignment));
    }
    let end = tensor.offset.checked_add(bytes).filter(|end| *end <= data.bytes).ok_or_else(|| {
        let begin = tensor.offset;
        format!("{bytes} bytes from {begin} on are not inside the {} bytes of data", data.bytes)
    })?;
    let stored = lengths.iter().rev().map(|&axis| usize::try_from(axis).map_err(|_| too_large()));
    let shape = match metadata.get(&format!("{ORIGINAL_SHAPE}{}", tensor.name)) {
        Some(original) => restore(original, values)?,
        None => stored.collect::<Result<_, _>>()?,
    };
    let range = data.start + tensor.offset..data.start + end;
    Ok(Placed { name: tensor.name.clone(), dtype, shape, range })
}

/// The shape that a tensor had before it was cut into rows.
fn restore(original: &MetadataValue, values: u64) -> Result<Vec<usize>, String> {
    let MetadataValue::List(axes) = original else {
        return Err("its original shape is not a short list".to_owned());
    };
    let axes: Option<Vec<u64>> = axes.iter().map(MetadataValue::unsigned).collect();
    let axes =
        axes.filter(|axes| axes.len() <= MOST_AXES).ok_or("its original shape is not one of lengths")?;
    if axes.iter().try_fold(1_u64, |product, &axis| product.checked_mul(axis)) != Some(values) {
        return Err(format!("its original shape {axes:?} does not have its {values} values"));
    }
    axes.iter().map(|&axis| usize::try_from(axis).map_err(|error| error.to_string())).collect()
}
