//! The header of one safetensors file: its dtypes are the `safetensors` crate's, its layout is held against the file.
//!
//! The crate's own reader wants the whole file in memory, counts bytes in `usize` (4 GiB in a browser) and does not
//! always name the tensor at fault. So the same rules are applied here to ranged reads: tensors cover the data
//! section without gap or overlap, in any order, and each has exactly the bytes that its shape and dtype need.

use std::collections::BTreeMap;

use safetensors::Dtype;
use serde::Deserialize;
use serde_json::Value;

use crate::{ByteSource, WeightsError};

/// The header starts with its own length, a little-endian u64.
const LENGTH_BYTES: u64 = 8;

/// The format's own limit, the same as in the reference implementation.
const MAX_HEADER_BYTES: u64 = 100_000_000;

/// The entry of a header that describes the file and not a tensor.
const METADATA: &str = "__metadata__";

/// What a header says about one tensor.
#[derive(Deserialize)]
pub(crate) struct Described {
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<usize>,
    /// First byte and end, counted from the start of the data section.
    #[serde(rename = "data_offsets")]
    pub(crate) offsets: (u64, u64),
}

/// A checked header.
pub(crate) struct Header {
    /// Where the data section starts in the file.
    pub(crate) data_start: u64,
    /// Every tensor, in the order of its bytes.
    pub(crate) tensors: Vec<(String, Described)>,
    /// Texts about the file.
    pub(crate) metadata: BTreeMap<String, String>,
}

/// Reads and checks the header of `source`, called `file` in messages.
pub(crate) async fn read(file: &str, source: &dyn ByteSource) -> Result<Header, WeightsError> {
    let bad = |reason: String| WeightsError::BadHeader { file: file.to_owned(), reason };
    let file_bytes = source.len_bytes();
    if file_bytes < LENGTH_BYTES {
        return Err(bad(format!("it has only {file_bytes} bytes")));
    }
    let length: [u8; 8] =
        source.read(0..LENGTH_BYTES).await?.try_into().map_err(|_| bad("a short read".to_owned()))?;
    let header_bytes = u64::from_le_bytes(length);
    if header_bytes > MAX_HEADER_BYTES || header_bytes > file_bytes - LENGTH_BYTES {
        return Err(bad(format!("it claims a header of {header_bytes} bytes in a file of {file_bytes}")));
    }
    let data_start = LENGTH_BYTES + header_bytes;
    let json = source.read(LENGTH_BYTES..data_start).await?;
    let entries: BTreeMap<String, Value> =
        serde_json::from_slice(&json).map_err(|error| bad(error.to_string()))?;
    let metadata = texts(entries.get(METADATA));
    let tensors = in_data_order(file, entries)?;
    check_layout(file, &tensors, file_bytes - data_start)?;
    Ok(Header { data_start, tensors, metadata })
}

/// The texts in the metadata; the format has nothing else there, and what else there is says nothing to us.
fn texts(metadata: Option<&Value>) -> BTreeMap<String, String> {
    let entries = metadata.and_then(Value::as_object).into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

fn in_data_order(
    file: &str,
    entries: BTreeMap<String, Value>,
) -> Result<Vec<(String, Described)>, WeightsError> {
    let mut tensors = Vec::new();
    for (name, entry) in entries.into_iter().filter(|(name, _)| name != METADATA) {
        let described: Described = serde_json::from_value(entry).map_err(|error| {
            WeightsError::BadTensor { file: file.to_owned(), tensor: name.clone(), reason: error.to_string() }
        })?;
        tensors.push((name, described));
    }
    tensors.sort_by_key(|(_, described)| described.offsets);
    Ok(tensors)
}

fn check_layout(file: &str, tensors: &[(String, Described)], data_bytes: u64) -> Result<(), WeightsError> {
    let mut covered: u64 = 0;
    for (name, described) in tensors {
        check_tensor(described, covered, data_bytes).map_err(|reason| WeightsError::BadTensor {
            file: file.to_owned(),
            tensor: name.clone(),
            reason,
        })?;
        covered = described.offsets.1;
    }
    if covered != data_bytes {
        return Err(WeightsError::BadHeader {
            file: file.to_owned(),
            reason: format!("its tensors take {covered} bytes, but it has {data_bytes} bytes of data"),
        });
    }
    Ok(())
}

/// `covered` is where the tensor before this one ends.
fn check_tensor(described: &Described, covered: u64, data_bytes: u64) -> Result<(), String> {
    let (begin, end) = described.offsets;
    if end < begin || end > data_bytes {
        return Err(format!("bytes {begin}..{end} are not inside the {data_bytes} bytes of data"));
    }
    if begin < covered {
        return Err(format!("it starts at byte {begin}, inside the tensor that ends at {covered}"));
    }
    if begin > covered {
        return Err(format!("bytes {covered}..{begin} before it belong to no tensor"));
    }
    let shape = &described.shape;
    let bits = shape
        .iter()
        .try_fold(1_u64, |count, &axis| count.checked_mul(axis as u64))
        .and_then(|count| count.checked_mul(described.dtype.bitsize() as u64))
        .ok_or_else(|| format!("shape {shape:?} is too large for any file"))?;
    if bits % 8 != 0 || bits / 8 != end - begin {
        return Err(format!("shape {shape:?} of {} does not fill {} bytes", described.dtype, end - begin));
    }
    Ok(())
}
