//! What ARCHITECTURE.md promises about the repository, held against the repository.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tests::{Outcome, repository};

const MOST_LINES: usize = 400;
const MOST_GOLDEN_BYTES: u64 = 60_000_000;

/// Every crate of the workspace and the crates of the workspace that it may use.
const MAY_USE: [(&str, &[&str]); 27] = [
    // The gallery and the settings live in the database that the worker's weights live in.
    (
        "app",
        &[
            "backup", "batches", "compare", "gallery", "masks", "packs", "prompts", "protocol", "sources",
            "storage",
        ],
    ),
    ("backup", &["packs"]),
    ("compare", &[]),
    ("gallery", &[]),
    ("masks", &[]),
    ("packs", &["gallery"]),
    ("prompts", &[]),
    ("batches", &[]),
    ("sources", &[]),
    (
        "worker",
        &[
            "downloads",
            "kernels",
            "models",
            "pipeline",
            "protocol",
            "sampling",
            "storage",
            "text",
            "vectorize",
            "weights",
        ],
    ),
    ("protocol", &[]),
    ("storage", &[]),
    ("downloads", &["storage"]),
    ("blocks", &[]),
    ("weights", &["blocks"]),
    ("text", &[]),
    ("sampling", &[]),
    ("kernels", &["blocks"]),
    ("models", &["kernels", "weights"]),
    ("vectorize", &[]),
    ("pipeline", &["kernels", "models", "sampling", "text", "weights"]),
    ("cli", &["kernels", "models", "pipeline", "sampling", "weights"]),
    ("tests", &["measure"]),
    ("measure", &[]),
    ("bench", &["checkpoints", "kernels", "models", "weights"]),
    ("checkpoints", &["weights"]),
    ("xtask", &[]),
];

/// Crates that stay testable without a browser or a GPU, and what that forbids.
const PLAIN: [&str; 13] = [
    "backup",
    "batches",
    "compare",
    "downloads",
    "gallery",
    "masks",
    "packs",
    "prompts",
    "protocol",
    "sampling",
    "sources",
    "text",
    "vectorize",
];
const PLATFORM: [&str; 8] = [
    "js-sys",
    "wasm-bindgen",
    "wasm-bindgen-futures",
    "web-sys",
    "gloo",
    "gloo-timers",
    "wgpu",
    "candle-core",
];

const TOP_LEVEL: [&str; 11] = [
    "Cargo.toml",
    "app",
    "worker",
    "public",
    "index.html",
    "Trunk.toml",
    "tests",
    "README.md",
    "ARCHITECTURE.md",
    "BENCHMARKS.md",
    "LICENSE",
];
/// Files that tools look for at the top.
const CONFIGURATION: [&str; 4] = ["Cargo.lock", "clippy.toml", "rustfmt.toml", "rust-toolchain.toml"];

/// Direct dependencies by crate; those for tests alone are left out.
fn dependencies() -> Outcome<BTreeMap<String, BTreeSet<String>>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(repository::root())
        .output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    let names = |package: &Value| {
        let dependencies = package["dependencies"].as_array().cloned().unwrap_or_default();
        let needed = dependencies.into_iter().filter(|dependency| dependency["kind"].as_str() != Some("dev"));
        needed.filter_map(|dependency| dependency["name"].as_str().map(str::to_owned)).collect()
    };
    Ok(packages
        .iter()
        .map(|package| (package["name"].as_str().unwrap_or("?").to_owned(), names(package)))
        .collect())
}

#[test]
fn dependencies_point_one_way() -> Outcome {
    let dependencies = dependencies()?;
    let known: BTreeSet<&str> = MAY_USE.iter().map(|(name, _)| *name).collect();
    let present: BTreeSet<&str> = dependencies.keys().map(String::as_str).collect();
    assert_eq!(present, known, "the workspace's crates and the list in this test differ");
    for (name, allowed) in MAY_USE {
        let used = dependencies[name].iter().map(String::as_str).filter(|used| known.contains(used));
        let wrong: Vec<&str> = used.filter(|used| !allowed.contains(used)).collect();
        assert!(wrong.is_empty(), "{name} must not use {wrong:?}");
    }
    Ok(())
}

#[test]
fn plain_crates_use_no_platform() -> Outcome {
    let dependencies = dependencies()?;
    for name in PLAIN {
        let wrong: Vec<&str> =
            PLATFORM.into_iter().filter(|platform| dependencies[name].contains(*platform)).collect();
        assert!(wrong.is_empty(), "{name} must not use {wrong:?}");
    }
    Ok(())
}

#[test]
fn only_kernels_computes_on_devices() -> Outcome {
    for (name, used) in dependencies()? {
        // `blocks` uses candle to encode weights, which is no work for a device.
        if name != "kernels" {
            let wrong = used.contains("wgpu") || (used.contains("candle-core") && name != "blocks");
            assert!(!wrong, "{name} must compute through kernels, not through wgpu or candle");
        }
    }
    Ok(())
}

#[test]
fn the_engine_has_no_page() -> Outcome {
    let dependencies = dependencies()?;
    for name in ["worker", "pipeline", "models", "kernels", "weights", "storage", "downloads"] {
        assert!(!dependencies[name].contains("leptos"), "{name} must not use leptos");
    }
    Ok(())
}

/// Files that git tracks or would track, from the root.
fn tracked() -> Outcome<Vec<PathBuf>> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(repository::root())
        .output()?;
    let paths = String::from_utf8(output.stdout)?;
    // A file deleted but not yet committed is listed and not there.
    let paths: Vec<PathBuf> =
        paths.lines().map(PathBuf::from).filter(|path| repository::root().join(path).is_file()).collect();
    if paths.is_empty() { Err("git lists no files".into()) } else { Ok(paths) }
}

fn is_source(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("rs" | "wgsl" | "wat" | "css" | "js" | "mjs" | "py" | "html" | "sh"))
}

#[test]
fn no_source_file_is_long() -> Outcome {
    let mut long = Vec::new();
    for path in tracked()?.into_iter().filter(|path| is_source(path)) {
        let lines = fs::read_to_string(repository::root().join(&path))?.lines().count();
        if lines > MOST_LINES {
            long.push(format!("{} has {lines} lines", path.display()));
        }
    }
    assert!(long.is_empty(), "no source file may have more than {MOST_LINES} lines: {long:#?}");
    Ok(())
}

#[test]
fn the_top_level_stays_small() -> Outcome {
    let tops: BTreeSet<String> = tracked()?
        .iter()
        .filter_map(|path| path.components().next())
        .map(|first| first.as_os_str().to_string_lossy().into_owned())
        .collect();
    let allowed = |name: &String| {
        name.starts_with('.') || TOP_LEVEL.contains(&name.as_str()) || CONFIGURATION.contains(&name.as_str())
    };
    let wrong: Vec<&String> = tops.iter().filter(|name| !allowed(name)).collect();
    assert!(wrong.is_empty(), "nothing belongs at the top level but {TOP_LEVEL:?}: {wrong:?}");
    let missing: Vec<&str> = TOP_LEVEL.into_iter().filter(|name| !tops.contains(*name)).collect();
    assert!(missing.is_empty(), "missing at the top level: {missing:?}");
    Ok(())
}

#[test]
fn golden_data_stays_small() -> Outcome {
    let golden = tracked()?.into_iter().filter(|path| path.starts_with("tests/golden"));
    let bytes: u64 = golden
        .map(|path| fs::metadata(repository::root().join(path)).map(|file| file.len()))
        .sum::<std::io::Result<u64>>()?;
    assert!(bytes > 0, "there is no golden data");
    assert!(bytes <= MOST_GOLDEN_BYTES, "golden data takes {bytes} bytes of {MOST_GOLDEN_BYTES}");
    Ok(())
}

/// The page's policy is told twice, and the hosts of its catalogue a third time.
#[test]
fn the_security_policy_is_one() -> Outcome {
    let read = |path: &str| fs::read_to_string(repository::root().join(path));
    let page = read("index.html")?;
    let policy = page
        .split_once("http-equiv=\"Content-Security-Policy\" content=\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .ok_or("index.html has no policy")?
        .0;
    let headers = tests::policy::headers(&tests::policy::parse(&read("public/_headers")?), "worker.js");
    let header = headers.iter().find(|(name, _)| name == "Content-Security-Policy").ok_or("no header")?;
    assert_eq!(
        header.1,
        format!("{policy}; frame-ancestors 'none'"),
        "index.html and public/_headers differ"
    );
    let connect =
        policy.split("; ").find_map(|rule| rule.strip_prefix("connect-src ")).ok_or("no connect-src")?;
    let elsewhere: BTreeSet<&str> = connect.split(' ').filter(|source| source.contains("//")).collect();
    let catalogue: Value = serde_json::from_str(&read("public/models.json")?)?;
    let hosts = catalogue["hosts"].as_array().ok_or("models.json has no hosts")?;
    assert_eq!(
        elsewhere,
        hosts.iter().filter_map(Value::as_str).collect(),
        "connect-src is the catalogue's hosts"
    );
    for rule in policy.split("; ").filter(|rule| !rule.starts_with("connect-src")) {
        assert!(
            !rule.contains("//") && !rule.contains('*'),
            "no other server has a part in the page: {rule}"
        );
        assert!(!rule.starts_with("script-src") || !rule.contains("'unsafe-inline'"), "{rule}");
    }
    Ok(())
}

/// The same versions on both sides of the wasm boundary and of the shader check.
#[test]
fn paired_crates_have_equal_versions() -> Outcome {
    let lockfile = fs::read_to_string(repository::root().join("Cargo.lock"))?;
    let versions = |package: &str| -> Vec<&str> {
        let name = format!("name = \"{package}\"");
        let mut lines = lockfile.lines();
        let mut found = Vec::new();
        while lines.any(|line| line == name) {
            found.extend(lines.next().map(|line| line.trim_start_matches("version = ")));
        }
        found
    };
    assert_eq!(versions("wasm-bindgen").len(), 1, "two versions of wasm-bindgen cannot be bound together");
    assert_eq!(versions("naga"), versions("wgpu"), "shaders are validated by the naga of this wgpu");
    Ok(())
}
