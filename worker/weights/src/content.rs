//! What kind of file it is: told by its first bytes, never by its name.

use std::{collections::BTreeMap, ops::Range};

use crate::{ByteSource, DType, MetadataValue, WeightsError, gguf, header};

/// Enough to tell a page or a pointer from weights.
const SNIFFED_BYTES: u64 = 512;
/// Magics of what came before GGUF (GGML, GGMF, GGJT, GGLA), in either order of bytes.
const OLD_GGML: [&[u8]; 8] = [b"GGML", b"GGMF", b"GGJT", b"GGLA", b"lmgg", b"fmgg", b"tjgg", b"algg"];

/// A tensor that a sound header describes.
pub(crate) struct Placed {
    pub(crate) name: String,
    pub(crate) dtype: DType,
    /// Lengths of the axes, slowest first.
    pub(crate) shape: Vec<usize>,
    /// Bytes in the file, counted from its start.
    pub(crate) range: Range<u64>,
}

/// A checked header of either format.
pub(crate) struct Contents {
    pub(crate) tensors: Vec<Placed>,
    pub(crate) metadata: BTreeMap<String, MetadataValue>,
}

/// Reads and checks the header of `source`, called `file` in messages.
pub(crate) async fn read(file: &str, source: &dyn ByteSource) -> Result<Contents, WeightsError> {
    let file_bytes = source.len_bytes();
    let first = source.read(0..file_bytes.min(SNIFFED_BYTES)).await?;
    if first.starts_with(gguf::MAGIC) {
        return gguf::read(file, source).await;
    }
    if is_pickle(&first, file_bytes) {
        return Err(WeightsError::Pickle { file: file.to_owned() });
    }
    match refusal(&first) {
        Some(what) => Err(WeightsError::NotAModel { file: file.to_owned(), what }),
        None => from_safetensors(header::read(file, source).await?),
    }
}

fn from_safetensors(header: header::Header) -> Result<Contents, WeightsError> {
    let tensors = header.tensors.into_iter().map(|(name, described)| {
        let (begin, end) = described.offsets;
        let range = header.data_start + begin..header.data_start + end;
        Placed { name, dtype: described.dtype.into(), shape: described.shape, range }
    });
    Ok(Contents { tensors: tensors.collect(), metadata: header.metadata })
}

/// Whether it begins as Python's pickles do: a zip archive, which torch has written since 2020, or the opcode PROTO
/// and a protocol's number.
fn is_pickle(first: &[u8], file_bytes: u64) -> bool {
    matches!(first, [b'P', b'K', 3 | 5, 4 | 6, ..] | [0x80, 0..=5, ..])
        && !could_be_safetensors(first, file_bytes)
}

/// What the file is, when it is surely no weights and a person can be told what to do instead.
fn refusal(first: &[u8]) -> Option<String> {
    let what = match first {
        _ if first.len() > 8 && first.iter().all(|&byte| byte == 0) => {
            "nothing but zeros, as an interrupted download leaves it; download it again".to_owned()
        }
        _ if OLD_GGML.iter().any(|magic| first.starts_with(magic)) => {
            "a file of ggml's time before GGUF; convert the model to GGUF".to_owned()
        }
        // Of a few bytes nothing can be told but that they are too few.
        _ if first.len() < 8 => return None,
        _ => refused_text(first)?,
    };
    Some(what)
}

/// Whether the length of a header that it begins with fits the file, and JSON follows it.
fn could_be_safetensors(first: &[u8], file_bytes: u64) -> bool {
    let length = first.first_chunk().map(|&length| u64::from_le_bytes(length));
    length.is_some_and(|length| length <= file_bytes) && first.get(8) == Some(&b'{')
}

/// A sentence for files of text. Weights never are: a safetensors file begins with a length whose upper bytes are 0.
fn refused_text(first: &[u8]) -> Option<String> {
    let text = match std::str::from_utf8(first) {
        Ok(text) => text,
        // A letter may be cut off at the end of what was read.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(first.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.is_empty() || text.chars().any(|letter| letter.is_control() && !letter.is_whitespace()) {
        return None;
    }
    let start = text.get(..14).unwrap_or(text).to_ascii_lowercase();
    if text.starts_with("version https://git-lfs") {
        let bytes = text.lines().find_map(|line| line.strip_prefix("size "));
        let size = bytes.map(|bytes| format!(" of {bytes} bytes")).unwrap_or_default();
        return Some(format!(
            "a Git LFS pointer, which stands for a file{size}; fetch that with `git lfs pull`, or download it"
        ));
    }
    if start.starts_with("<!doctype html") || start.starts_with("<html") || start.starts_with("<?xml") {
        return Some(
            "a web page, as a server sends it in place of a file; open its address in a browser".to_owned(),
        );
    }
    Some("plain text, not weights".to_owned())
}
