//! Where things are in the repository.

use std::path::{Path, PathBuf};

/// The workspace's root folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Trunk's output.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// A real photo, 451 x 300 pixels.
pub fn photo() -> PathBuf {
    root().join("tests/data/cat.png")
}

/// The tiny Stable Diffusion 1.x checkpoint with random weights, in the diffusers layout.
pub fn tiny_checkpoint() -> PathBuf {
    root().join("tests/golden/sd1")
}
