//! The command line tool, built by cargo when it is first asked for.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use safetensors::SafeTensors;
use serde_json::Value;

use crate::{Outcome, repository};

/// Runs `palimpsest` with these arguments and waits for its end.
///
/// # Errors
/// When it cannot be built or started. A failure of the tool itself is in its [`Output`].
pub fn palimpsest(arguments: &[&str]) -> Outcome<Output> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let tool =
        BUILT.get_or_init(|| build().map_err(|error| error.to_string())).as_ref().map_err(String::as_str)?;
    Ok(Command::new(tool).args(arguments).current_dir(repository::root()).output()?)
}

/// Has cargo build the tool and say where it is. Whole workspace, features and one of the tests are named so that the
/// libraries are those of `cargo xtask test`, and not built again with fewer features.
fn build() -> Outcome<PathBuf> {
    const WHAT: [&str; 7] =
        ["--workspace", "--features", "tests/e2e", "--bin", "palimpsest", "--test", "architecture"];
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--locked", "--message-format=json-render-diagnostics"])
        .args(WHAT)
        .current_dir(repository::root())
        .output()?;
    let messages = String::from_utf8_lossy(&output.stdout);
    let executable = messages.lines().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let executable = message["executable"].as_str().map(PathBuf::from)?;
        (message["target"]["name"] == "palimpsest").then_some(executable)
    });
    executable.ok_or_else(|| {
        format!("palimpsest cannot be built: {}", String::from_utf8_lossy(&output.stderr)).into()
    })
}

/// Like [`palimpsest`], for runs that must succeed.
///
/// # Errors
/// With what the tool printed, when it failed.
pub fn palimpsest_ok(arguments: &[&str]) -> Outcome {
    let output = palimpsest(arguments)?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("palimpsest failed: {}", String::from_utf8_lossy(&output.stderr)).into())
}

/// The tensor `latents` of a file written by `--latents`, `[1, c, h, w]` row by row.
///
/// # Errors
/// When the file is not what the tool promises.
pub fn read_latents(path: &Path) -> Outcome<Vec<f32>> {
    let bytes = std::fs::read(path)?;
    let tensors = SafeTensors::deserialize(&bytes)?;
    Ok(values(tensors.tensor("latents")?.data()))
}

/// Little-endian f32 values.
pub fn values(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|value| f32::from_le_bytes([value[0], value[1], value[2], value[3]])).collect()
}
