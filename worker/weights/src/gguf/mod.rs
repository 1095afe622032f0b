//! GGUF, the container of ggml (`docs/gguf.md` of ggml), versions 2 and 3, little-endian.
//!
//! A header of counts, metadata and tensor descriptions is read front to back in growing windows; the data section
//! begins at the next multiple of the alignment after it. Nothing that the header claims is allocated before it has
//! been compared with what is left of the file.

mod layout;
mod types;
mod value;
mod window;
mod writer;

use std::collections::{BTreeMap, BTreeSet};

use layout::{Data, Described};
pub use value::MetadataValue;
use window::Window;
pub use writer::{GgufTensor, GgufWriter};

use crate::{ByteSource, WeightsError, content::Contents};

/// The first bytes of every file.
pub(crate) const MAGIC: &[u8; 4] = b"GGUF";

const ALIGNMENT: &str = "general.alignment";
const DEFAULT_ALIGNMENT: u64 = 32;
/// ggml's `GGML_MAX_DIMS`.
const MAX_AXES: u32 = 4;
/// Keys have at most this many bytes by the format; names of tensors are held to the same.
const MAX_NAME_BYTES: u64 = 65_535;
/// Far more than any model has; what is kept of each takes more memory than it takes in the file.
const MAX_ENTRIES: u64 = 100_000;
/// A description: length of the name, number of axes, type, offset.
const LEAST_TENSOR_BYTES: u64 = 24;
/// An entry: length of the key, type, one byte.
const LEAST_ENTRY_BYTES: u64 = 13;

/// Reads and checks the header of `source`, called `file` in messages.
pub(crate) async fn read(file: &str, source: &dyn ByteSource) -> Result<Contents, WeightsError> {
    let window = &mut Window::new(file, source);
    window.take(MAGIC.len() as u64, "the magic").await?;
    check_version(window).await?;
    let tensor_count = count(window, "tensors", LEAST_TENSOR_BYTES).await?;
    let entry_count = count(window, "metadata entries", LEAST_ENTRY_BYTES).await?;
    let metadata = read_metadata(window, entry_count).await?;
    let alignment = alignment(window, &metadata)?;
    let tensors = read_tensors(window, tensor_count).await?;
    // A file of no data may end before the place where data would begin.
    let start = window.position().next_multiple_of(alignment).min(source.len_bytes());
    let data = Data { start, bytes: source.len_bytes() - start, alignment };
    Ok(Contents { tensors: layout::place(file, tensors, &data, &metadata)?, metadata })
}

async fn check_version(window: &mut Window<'_>) -> Result<(), WeightsError> {
    match window.u32("the version").await? {
        2 | 3 => Ok(()),
        1 => Err(window.bad("version 1 of the format is obsolete; convert the model anew".to_owned())),
        // A small number in the other order of bytes.
        swapped if swapped.swap_bytes() < 1 << 16 => {
            Err(window.bad("its numbers are big-endian, which is not supported".to_owned()))
        }
        other => Err(window.bad(format!("version {other} of the format is unknown"))),
    }
}

async fn count(window: &mut Window<'_>, what: &str, least_bytes: u64) -> Result<u64, WeightsError> {
    let count = window.u64("a count").await?;
    if count > MAX_ENTRIES || count > window.left() / least_bytes {
        return Err(window.bad(format!("it claims {count} {what}, with {} bytes left", window.left())));
    }
    Ok(count)
}

async fn read_metadata(
    window: &mut Window<'_>,
    count: u64,
) -> Result<BTreeMap<String, MetadataValue>, WeightsError> {
    let mut metadata = BTreeMap::new();
    for _ in 0..count {
        let key = window.text(MAX_NAME_BYTES, "a key").await?;
        let value = value::read(window).await?;
        if metadata.contains_key(&key) {
            return Err(window.bad(format!("it has the key {key} twice")));
        }
        metadata.insert(key, value);
    }
    Ok(metadata)
}

fn alignment(window: &Window<'_>, metadata: &BTreeMap<String, MetadataValue>) -> Result<u64, WeightsError> {
    let Some(value) = metadata.get(ALIGNMENT) else { return Ok(DEFAULT_ALIGNMENT) };
    value
        .unsigned()
        // 32 bits in the format, so that the next multiple of it cannot overflow.
        .filter(|alignment| alignment.is_power_of_two() && *alignment <= u64::from(u32::MAX))
        .ok_or_else(|| window.bad(format!("its alignment is no power of two: {value:?}")))
}

async fn read_tensors(window: &mut Window<'_>, count: u64) -> Result<Vec<Described>, WeightsError> {
    let mut tensors = Vec::new();
    let mut names = BTreeSet::new();
    for _ in 0..count {
        let name = window.text(MAX_NAME_BYTES, "a tensor's name").await?;
        if !names.insert(name.clone()) {
            return Err(window.bad(format!("it has two tensors {name}")));
        }
        let axes = window.u32("a tensor's number of axes").await?;
        if axes > MAX_AXES {
            return Err(
                window.bad(format!("tensor {name} claims {axes} axes; at most {MAX_AXES} are possible"))
            );
        }
        let mut lengths = Vec::new();
        for _ in 0..axes {
            lengths.push(window.u64("a tensor's shape").await?);
        }
        let type_id = window.u32("a tensor's type").await?;
        let offset = window.u64("a tensor's offset").await?;
        tensors.push(Described { name, lengths, type_id, offset });
    }
    Ok(tensors)
}
