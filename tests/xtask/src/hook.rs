//! What trunk has this tool do with the page before it is moved into `dist/`.
//!
//! No wasm-opt, though there may be one on PATH: rustc has optimised the modules, and Debian 12's wasm-opt 108 writes an
//! engine that no browser starts. What is built does not depend on what else a machine has.

use std::{env, path::PathBuf};

use crate::{boot, divide, shell::Outcome};

/// `cargo xtask hook`, called by trunk.
pub(crate) fn run() -> Outcome {
    let staging = env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from);
    let staging = staging.ok_or("`hook` is called by trunk, which says where the files are")?;
    boot::move_out(&staging)?;
    divide::divide(&staging)
}
