//! Divides the page's module in two: what the first view needs, and what can arrive while a person looks at it.
//!
//! `app/src/later.rs` says where the border runs. Trunk knows one module, so its own is taken out of its output again and
//! made anew from what rustc has linked: first divided, then given its JavaScript.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::{Outcome, cargo, output, run};
use crate::tools::{self, WASM_TARGET};

/// What wasm-split calls the second module, by the name in `app/src/later.rs`, and the script that fetches it.
const SECOND: &str = "split_later.wasm";
const FETCHING: &str = "__wasm_split.js";

/// Where cargo has put the page's module, before trunk's work on it.
fn linked() -> Outcome<PathBuf> {
    let metadata = output(cargo().args(["metadata", "--no-deps", "--offline", "--format-version=1"]));
    let folder = metadata.as_deref().and_then(|metadata| {
        let (_, rest) = metadata.split_once("\"target_directory\":\"")?;
        Some(PathBuf::from(rest.split_once('"')?.0.replace("\\\\", "\\")))
    });
    let folder = folder.ok_or("cargo does not say where it builds")?.join(WASM_TARGET);
    let release = env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release");
    let module = folder.join(if release { "release-app" } else { "debug" }).join("app.wasm");
    if module.is_file() { Ok(module) } else { Err(format!("{} is not there", module.display()).into()) }
}

/// The name of trunk's script for the page, `app-HASH`: the hash is of all that the page's module is made of.
fn name(staging: &Path) -> Outcome<String> {
    let files = fs::read_dir(staging).map_err(|error| format!("trunk's output cannot be read: {error}"))?;
    let mut names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
    let name =
        names.find_map(|name| Some(name.strip_suffix(".js")?.to_owned()).filter(|n| n.starts_with("app-")));
    name.ok_or_else(|| "trunk's output has no script of the page".into())
}

/// Changes a text file.
fn edit(file: &Path, change: impl FnOnce(String) -> Option<String>) -> Outcome {
    let failed = |why: &str| format!("{} cannot be changed: {why}", file.display());
    let text = fs::read_to_string(file).map_err(|error| failed(&error.to_string()))?;
    let text = change(text).ok_or_else(|| failed("it is not as expected, the tools may have changed"))?;
    Ok(fs::write(file, text).map_err(|error| failed(&error.to_string()))?)
}

/// All of `old` in a text that must have some.
fn replaced(text: &str, old: &str, new: &str) -> Option<String> {
    text.contains(old).then(|| text.replace(old, new))
}

/// A module without its custom sections: names and notes that only tools read. `None` when it is no module.
fn without_notes(module: &[u8]) -> Option<Vec<u8>> {
    const HEAD: usize = 8;
    const CUSTOM: u8 = 0;
    let (head, mut rest) = module.split_at_checked(HEAD)?;
    let mut kept = head.to_vec();
    while let Some((&kind, after)) = rest.split_first() {
        // The length of a section is a LEB128 number: seven bits a byte, the lowest first.
        let digits = after.iter().position(|byte| byte & 0x80 == 0)? + 1;
        let length =
            after[..digits].iter().rev().fold(0_usize, |sum, byte| sum << 7 | usize::from(byte & 0x7f));
        let (section, following) = rest.split_at_checked(1 + digits + length)?;
        if kind != CUSTOM {
            kept.extend(section);
        }
        rest = following;
    }
    Some(kept)
}

/// Divides the module in trunk's staging folder.
///
/// # Errors
/// When a tool is missing or fails, or trunk's output is not as expected.
pub(crate) fn divide(staging: &Path) -> Outcome {
    let folders = tools::set_up()?;
    let (linked, name) = (linked()?, name(staging)?);
    let later = name.replacen("app", "later", 1);
    let work = linked.with_file_name("divided");
    fs::remove_dir_all(&work).ok();
    let mut split = Command::new(tools::WASM_SPLIT);
    split.arg(&linked).arg(&work).args(["--out-name", &name]);
    run(tools::with_tools(&mut split, &folders)?)?;
    let mut bindgen = Command::new("wasm-bindgen");
    bindgen.args([
        "--target",
        "web",
        "--no-typescript",
        "--keep-lld-exports",
        "--no-demangle",
        "--remove-name-section",
    ]);
    bindgen.arg(work.join(format!("{name}.wasm"))).args(["--out-name", &name, "--out-dir"]).arg(staging);
    run(tools::with_tools(&mut bindgen, &folders)?)?;
    let read =
        |file: &str| fs::read(work.join(file)).map_err(|error| format!("{file} cannot be read: {error}"));
    let write = |file: String, bytes: &[u8]| {
        fs::write(staging.join(&file), bytes).map_err(|error| format!("{file} cannot be written: {error}"))
    };
    let second =
        without_notes(&read(SECOND)?).ok_or("wasm-split has written a module that cannot be read")?;
    write(format!("{later}.wasm"), &second)?;
    write(format!("{later}.js"), &read(FETCHING)?)?;
    edit(&staging.join(format!("{later}.js")), |text| replaced(&text, SECOND, &format!("{later}.wasm")))?;
    edit(&staging.join(format!("{name}.js")), |text| {
        // The module itself goes on asking for it by the old name.
        replaced(&text, &format!("from \"./{FETCHING}\""), &format!("from \"./{later}.js\""))
    })?;
    // The service worker keeps the hashed files that the page names.
    edit(&staging.join("index.html"), |page| {
        let named = format!(
            "<link rel=\"modulepreload\" href=\"./{later}.js\"><meta name=\"later\" content=\"./{later}.wasm\"></head>"
        );
        replaced(&page, "</head>", &named)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_loses_its_notes_alone() {
        let section = |kind: u8, length: usize| {
            let length_bytes = [(length & 0x7f) as u8 | 0x80, (length >> 7) as u8];
            [&[kind][..], &length_bytes, &vec![7; length]].concat()
        };
        let head = b"\0asm\x01\0\0\0".to_vec();
        let whole = [head.clone(), section(0, 3), section(10, 300), section(0, 200), section(11, 1)].concat();
        assert_eq!(without_notes(&whole), Some([head, section(10, 300), section(11, 1)].concat()));
        assert_eq!(without_notes(&whole[..whole.len() - 1]), None);
        assert_eq!(without_notes(b"\0asm"), None);
    }
}
