//! The build tools: the wasm target, trunk and wasm-bindgen, each at the version that the page needs.
//!
//! What is on PATH at the right version is used. Anything else is put under `target/tools`, so that a person's own
//! tools are left as they are.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::lockfile;
use crate::shell::{Outcome, cargo, find, in_root, output, root, run, say};

pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";
// Newer trunks need a newer Rust than this workspace asks for.
const TRUNK_VERSION: &str = "0.21.14";
/// The program that divides the page's module, of the package `wasm_split_cli_support`.
pub(crate) const WASM_SPLIT: &str = "wasm-split-cli";
const WASM_SPLIT_VERSION: &str = "0.2.4";
const CARGO_FUZZ_VERSION: &str = "0.13.1";

struct Tool {
    package: &'static str,
    program: &'static str,
    version: String,
    /// Flags of `cargo install`.
    flags: &'static [&'static str],
    minutes: u32,
}

/// Sets up what is missing and returns the folders to be searched for tools before PATH.
pub(crate) fn set_up() -> Outcome<Vec<PathBuf>> {
    add_wasm_target()?;
    fetch_crates()?;
    let trunk = Tool {
        package: "trunk",
        program: "trunk",
        version: TRUNK_VERSION.to_owned(),
        // Its own lock file; without the check for newer versions.
        flags: &["--locked", "--no-default-features", "--features", "rustls"],
        minutes: 6,
    };
    // Trunk takes only the version that Cargo.lock has: the two halves of the format must match.
    let wasm_bindgen = Tool {
        package: "wasm-bindgen-cli",
        program: "wasm-bindgen",
        version: lockfile::version_of("wasm-bindgen")?,
        flags: &[],
        minutes: 2,
    };
    // The other half of the crate `wasm_split_helpers`.
    let wasm_split = Tool {
        package: "wasm_split_cli_support",
        program: WASM_SPLIT,
        version: WASM_SPLIT_VERSION.to_owned(),
        flags: &["--locked", "--features", "build-binary"],
        minutes: 2,
    };
    [trunk, wasm_bindgen, wasm_split].iter().map(provide).collect()
}

/// Sets up cargo-fuzz if it is missing and returns its folder.
pub(crate) fn cargo_fuzz() -> Outcome<PathBuf> {
    provide(&Tool {
        package: "cargo-fuzz",
        program: "cargo-fuzz",
        version: CARGO_FUZZ_VERSION.to_owned(),
        flags: &["--locked"],
        minutes: 1,
    })
}

/// Lets a command find the tools in `folders` first.
pub(crate) fn with_tools<'a>(command: &'a mut Command, folders: &[PathBuf]) -> Outcome<&'a mut Command> {
    let path = env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().cloned().chain(env::split_paths(&path));
    let joined = env::join_paths(all).map_err(|error| format!("PATH cannot be extended: {error}"))?;
    Ok(command.env("PATH", joined))
}

/// Trunk builds offline, so that it never downloads a tool by itself; the crates must be here before.
fn fetch_crates() -> Outcome {
    run(cargo().args(["fetch", "--locked", "--quiet"]))
}

fn add_wasm_target() -> Outcome {
    let sysroot = output(in_root("rustc").args(["--print", "sysroot"])).unwrap_or_default();
    if Path::new(sysroot.trim()).join("lib/rustlib").join(WASM_TARGET).is_dir() {
        return Ok(());
    }
    if find("rustup").is_none() {
        return Err(format!(
            "the {WASM_TARGET} standard library is missing and there is no rustup to add it: \
             install rustup from https://rustup.rs, or your system's package of it"
        )
        .into());
    }
    say(&format!("The {WASM_TARGET} target is missing: adding it, a few seconds."));
    run(in_root("rustup").args(["target", "add", WASM_TARGET]))
}

/// The folder that has the tool at its version, after installing it if need be.
fn provide(tool: &Tool) -> Outcome<PathBuf> {
    let Tool { package, program, version, .. } = tool;
    let own = root().join("target/tools/bin");
    let on_path = find(program).and_then(|file| file.parent().map(Path::to_path_buf));
    let cargo_home =
        env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    let places = on_path.into_iter().chain(cargo_home.map(|home| home.join("bin"))).chain([own.clone()]);
    for place in places {
        if is_in(&place, tool) {
            return Ok(place);
        }
    }
    install(tool)?;
    if is_in(&own, tool) {
        return Ok(own);
    }
    Err(format!("{package} {version} was installed but {} does not run", own.join(program).display()).into())
}

/// Whether a folder has the tool at its version: as it prints it, as in `trunk 0.21.14`, or as cargo has noted beside
/// what it installed; wasm-split prints none.
fn is_in(folder: &Path, tool: &Tool) -> bool {
    let Tool { package, program, version, .. } = tool;
    let program = folder.join(format!("{program}{}", env::consts::EXE_SUFFIX));
    let printed = output(Command::new(&program).arg("--version"));
    let noted = || fs::read_to_string(folder.join("../.crates.toml")).unwrap_or_default();
    printed.is_some_and(|printed| printed.split_whitespace().nth(1) == Some(version))
        || program.is_file() && noted().contains(&format!("\"{package} {version} "))
}

fn install(tool: &Tool) -> Outcome {
    let Tool { package, version, flags, minutes, .. } = tool;
    let target = root().join("target/tools");
    if find("cargo-binstall").is_some() {
        say(&format!("{package} {version} is missing: fetching it with cargo binstall, less than a minute."));
        let exact = format!("{package}@{version}");
        let fetched = run(cargo().args(["binstall", "--no-confirm", &exact, "--root"]).arg(&target));
        match fetched {
            Ok(()) => return Ok(()),
            Err(failure) => say(&format!("{failure}; building it instead.")),
        }
    }
    say(&format!("{package} {version} is missing: building it, about {minutes} minutes on 2 cores, once."));
    run(cargo()
        .args(["install", package, "--version", version, "--root"])
        .arg(&target)
        .args(*flags)
        // A build folder that stays: an interrupted install goes on where it was.
        .env("CARGO_TARGET_DIR", target.join("build")))
}
