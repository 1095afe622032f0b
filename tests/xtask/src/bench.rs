//! `cargo xtask bench`: the engine under a stopwatch (`tests/bench`).

use std::env;
use std::path::PathBuf;

use crate::shell::{Outcome, cargo, in_root, root, run, say};
use crate::{site, system, tools};

/// Where the module for browsers goes, beside the file that imports it.
const PACKAGE: &str = "tests/bench/pkg";

/// Builds the engine, as the worker is built, for `tests/bench/engine.mjs`.
pub(crate) fn engine() -> Outcome {
    system::need_linker()?;
    let folders = tools::set_up()?;
    let profile = "release-worker";
    run(cargo()
        .args(["build", "--locked", "--package", "bench", "--lib", "--profile", profile, "--target"])
        .arg(tools::WASM_TARGET))?;
    let module = target().join(tools::WASM_TARGET).join(profile).join("bench.wasm");
    let mut bindgen = in_root("wasm-bindgen");
    bindgen.args(["--target", "web", "--no-typescript", "--out-dir", PACKAGE]).arg(module);
    run(tools::with_tools(&mut bindgen, &folders)?)?;
    say(&format!("The engine is in {PACKAGE}/; tests/bench/engine.mjs imports it."));
    Ok(())
}

/// The cases on this machine's own devices, with the words that follow the command.
pub(crate) fn native(words: &[&str]) -> Outcome {
    system::need_linker()?;
    let example =
        ["run", "--locked", "--release", "--quiet", "--package", "bench", "--example", "native", "--"];
    run(cargo().args(example).args(words))
}

/// The cases in headless Chromium, and how long a first picture takes.
pub(crate) fn browser(words: &[&str]) -> Outcome {
    system::need_for_tests()?;
    engine()?;
    if !root().join("dist/index.html").is_file() {
        site::build()?;
    }
    let example = ["run", "--locked", "--quiet", "--package", "tests", "--example", "bench", "--"];
    run(cargo().args(example).args(words))
}

/// Cargo's output folder.
fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}
