//! Lists the built-in model's files with their hashes, and its manifest, so that the worker knows its own version
//! of the model before a byte of it has arrived.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

use sha2::{Digest, Sha256};

const MODEL: &str = "../public/models/builtin";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={MODEL}");
    let mut paths = Vec::new();
    if Path::new(MODEL).is_dir() {
        collect(Path::new(MODEL), "", &mut paths)?;
    }
    paths.sort();
    let mut rows = Vec::new();
    for path in paths {
        let bytes = fs::read(Path::new(MODEL).join(&path))?;
        let mut sha256 = String::new();
        for byte in Sha256::digest(&bytes) {
            write!(sha256, "{byte:02x}")?;
        }
        rows.push(serde_json::json!({ "path": path, "bytes": bytes.len(), "sha256": sha256 }));
    }
    let manifest = match fs::read(Path::new(MODEL).join("model_index.json")) {
        Ok(json) => serde_json::from_slice(&json)?,
        Err(_) => serde_json::Value::Null,
    };
    let list = serde_json::json!({ "files": rows, "manifest": manifest }).to_string();
    fs::write(Path::new(&env::var("OUT_DIR")?).join("builtin_files.json"), list)?;
    Ok(())
}

/// Configurations and weights; a licence beside them is no part of the model.
fn collect(folder: &Path, prefix: &str, paths: &mut Vec<String>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().into_string().map_err(|name| format!("{name:?} is not UTF-8"))?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{prefix}{name}/"), paths)?;
        } else if name.ends_with(".json") || name.ends_with(".safetensors") {
            paths.push(format!("{prefix}{name}"));
        }
    }
    Ok(())
}
