//! Runs wasm-opt over the worker, where it is on PATH.
//!
//! Trunk itself would insist on a wasm-opt or download one. As a hook between its build and its output this takes
//! what is there and nothing else. Only the worker is optimised: the app's file is named in the page by its hash.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::{Outcome, find, run, say};
use crate::{boot, divide};

/// What rustc switches on, and the simd128 that the CPU device needs; old versions of wasm-opt must be told.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

/// Optimises a module where it lies. A wasm-opt that fails is told about and changes nothing.
fn optimise(module: &Path, wasm_opt: &Path) -> Outcome {
    let optimised = module.with_extension("optimised");
    let command = run(Command::new(wasm_opt).args(["-O3", "-o"]).arg(&optimised).args(FEATURES).arg(module));
    match command {
        Ok(()) => fs::rename(&optimised, module)
            .map_err(|error| format!("{} cannot be written: {error}", module.display()).into()),
        Err(failure) => {
            say(&format!("{failure}; the module stays as rustc built it."));
            fs::remove_file(&optimised).ok();
            Ok(())
        }
    }
}

/// `cargo xtask optimize`, called by trunk.
pub(crate) fn hook() -> Outcome {
    let staging = env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from);
    let staging = staging.ok_or("`optimize` is a hook: trunk calls it and says where the files are")?;
    boot::move_out(&staging)?;
    divide::divide(&staging)?;
    let release = env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release");
    if release { where_possible(&staging.join("worker_bg.wasm")) } else { Ok(()) }
}

/// Optimises a module if there is a wasm-opt.
pub(crate) fn where_possible(module: &Path) -> Outcome {
    match find("wasm-opt") {
        Some(wasm_opt) => optimise(module, &wasm_opt),
        None => Ok(()),
    }
}
