//! Recorded noise in, latents out: safetensors files.

use std::{fs, path::Path};

use pipeline::Output;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use sampling::Replay;

use crate::error::CliError;

const NOISE_PREFIX: &str = "noise_";

/// Reads `noise_00`, `noise_01`, .. in the order of their numbers.
pub(crate) fn read_noise(path: &Path) -> Result<Replay, CliError> {
    let bytes = fs::read(path).map_err(|reason| CliError::Unreadable { path: path.to_owned(), reason })?;
    let refuse = |reason: String| CliError::Noise { path: path.to_owned(), reason };
    let file = SafeTensors::deserialize(&bytes).map_err(|error| refuse(error.to_string()))?;
    let mut draws = Vec::new();
    for (name, tensor) in file.tensors() {
        let Some(number) = name.strip_prefix(NOISE_PREFIX).and_then(|number| number.parse::<usize>().ok())
        else {
            continue;
        };
        if tensor.dtype() != Dtype::F32 {
            return Err(refuse(format!("{name} is {:?}, not F32", tensor.dtype())));
        }
        let values: Vec<f32> =
            tensor.data().as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
        if !values.iter().all(|value| value.is_finite()) {
            return Err(refuse(format!("{name} has values that are not finite numbers")));
        }
        draws.push((number, values));
    }
    if draws.is_empty() {
        return Err(refuse(format!("it has no tensor {NOISE_PREFIX}00")));
    }
    draws.sort_by_key(|(number, _)| *number);
    Ok(Replay::new(draws.into_iter().map(|(_, values)| values).collect()))
}

/// Writes `latents` `[1, c, h, w]` and `decoded` `[1, 3, H, W]` as float32.
pub(crate) fn write_latents(path: &Path, output: &Output) -> Result<(), CliError> {
    let refuse = |reason: String| CliError::Unwritable { path: path.to_owned(), reason };
    let latents = to_bytes(&output.latents);
    let decoded = to_bytes(&output.decoded);
    let view = |shape: [usize; 4], bytes| TensorView::new(Dtype::F32, shape.to_vec(), bytes);
    let tensors = [
        ("latents", view(output.latents_shape, &latents).map_err(|error| refuse(error.to_string()))?),
        ("decoded", view(output.decoded_shape, &decoded).map_err(|error| refuse(error.to_string()))?),
    ];
    let bytes = safetensors::serialize(tensors, None).map_err(|error| refuse(error.to_string()))?;
    fs::write(path, bytes).map_err(|error| refuse(error.to_string()))
}

fn to_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}
