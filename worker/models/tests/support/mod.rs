//! The golden checkpoints, what the reference computed with them, and how close is close enough.
#![allow(dead_code, unused_imports, reason = "each test program uses its own part of this module")]
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod checkpoint;

use std::{collections::HashMap, path::PathBuf};

use kernels::{Device, GpuOptions};
use safetensors::{Dtype, SafeTensors};

pub(crate) use checkpoint::{checkpoint, checkpoint_with, json_with, weights_with};

/// `tests/golden` of the repository.
pub(crate) fn golden_root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden")
}

/// One golden file, all of it in memory.
pub(crate) struct Golden {
    bytes: Vec<u8>,
    name: String,
}

impl Golden {
    /// Reads `golden/NAME.safetensors` of a family.
    pub(crate) fn read(family: &str, name: &str) -> Self {
        Self::read_file(&format!("{family}/golden/{name}.safetensors"))
    }

    /// Reads a file by its path in `tests/golden`.
    pub(crate) fn read_file(name: &str) -> Self {
        let path = golden_root().join(name);
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { bytes, name: name.to_owned() }
    }

    /// A float32 tensor and its shape.
    pub(crate) fn floats(&self, tensor: &str) -> (Vec<usize>, Vec<f32>) {
        let file = SafeTensors::deserialize(&self.bytes).unwrap();
        let view = file.tensor(tensor).unwrap_or_else(|error| panic!("{} {tensor}: {error}", self.name));
        assert_eq!(view.dtype(), Dtype::F32);
        let values = view.data().as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
        (view.shape().to_vec(), values)
    }

    /// An int64 tensor and its shape.
    pub(crate) fn integers(&self, tensor: &str) -> (Vec<usize>, Vec<i64>) {
        let file = SafeTensors::deserialize(&self.bytes).unwrap();
        let view = file.tensor(tensor).unwrap();
        assert_eq!(view.dtype(), Dtype::I64);
        let values = view.data().as_chunks().0.iter().map(|&bytes| i64::from_le_bytes(bytes)).collect();
        (view.shape().to_vec(), values)
    }

    /// Names of all tensors.
    pub(crate) fn names(&self) -> Vec<String> {
        let file = SafeTensors::deserialize(&self.bytes).unwrap();
        file.names().into_iter().map(ToString::to_string).collect()
    }

    /// The file's metadata: JSON texts by name.
    pub(crate) fn metadata(&self) -> HashMap<String, String> {
        let (_, metadata) = SafeTensors::read_metadata(&self.bytes).unwrap();
        metadata.metadata().clone().unwrap_or_default()
    }
}

/// The GPU of this machine; a software one will do.
pub(crate) fn gpu() -> Device {
    pollster::block_on(Device::gpu(GpuOptions::default())).unwrap_or_else(|error| {
        panic!("these tests need a GPU adapter, on Debian for example mesa-vulkan-drivers: {error}")
    })
}

/// Fails unless `mean((got - expected)^2) / variance(expected)` is within `limit`.
pub(crate) fn assert_close(what: &str, got: &[f32], expected: &[f32], limit: f64) {
    let error = measure::nmse(got, expected).unwrap_or_else(|reason| panic!("{what}: {reason}"));
    println!("{what}: nmse {error:.2e}");
    assert!(error <= limit, "{what}: nmse {error:.2e} is over {limit:.0e}");
}
