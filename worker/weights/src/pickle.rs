//! Python's pickles, which are refused: reading one can run what it holds.

use crate::{ByteSource, Folder, WeightsError};

/// A zip archive, which torch has written since 2020.
const ZIP: [u8; 4] = *b"PK\x03\x04";
/// A bare pickle's first opcode, PROTO; the protocol's number follows.
const PROTO: u8 = 0x80;
/// The newest protocol of Python 3.
const LAST_PROTOCOL: u8 = 5;

/// Refuses a file that begins as a pickle does.
///
/// # Errors
/// [`WeightsError::Pickle`], and [`WeightsError::Unreadable`].
pub(crate) async fn refuse(file: &str, source: &dyn ByteSource) -> Result<(), WeightsError> {
    let head = source.read(0..source.len_bytes().min(8)).await?;
    let is_pickle = match head.as_slice() {
        // The last bytes of a safetensors file's length field are zero; a pickle goes on with opcodes.
        [PROTO, protocol, .., last] => *protocol <= LAST_PROTOCOL && *last != 0,
        _ => false,
    };
    match is_pickle || head.starts_with(&ZIP) {
        true => Err(WeightsError::Pickle { file: file.to_owned() }),
        false => Ok(()),
    }
}

/// Refuses a folder that has a part's weights only as a pickle, under one of the names that libraries give it.
///
/// # Errors
/// [`WeightsError::Pickle`], and [`WeightsError::Unreadable`].
pub(crate) async fn refuse_beside(folder: &dyn Folder, stem: &str) -> Result<(), WeightsError> {
    let parent = stem.rsplit_once('/').map_or(String::new(), |(parent, _)| format!("{parent}/"));
    let names = ["pytorch_model.bin", "diffusion_pytorch_model.bin"];
    let variants = ["pytorch_model.fp16.bin", "diffusion_pytorch_model.fp16.bin"];
    for name in names.into_iter().chain(variants) {
        let path = format!("{parent}{name}");
        if folder.open(&path).await?.is_some() {
            return Err(WeightsError::Pickle { file: path });
        }
    }
    Ok(())
}
