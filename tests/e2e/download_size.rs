//! What a first visit downloads stays within a budget, as gzip at its highest level makes it: every host has gzip, and
//! those with Brotli send about a sixth less.

use std::fs;
use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use tests::{Outcome, repository};

/// The page's first module. The budget is what there is and a little: whoever goes over it looks first at what grew.
const APP_BYTES: usize = 480_000;
/// Its second module, with all that opens over the page: fetched once the page stands.
const SECOND_BYTES: usize = 565_000;
/// The engine's module, which is fetched beside the page and not waited for.
const WORKER_BYTES: usize = 1_740_000;
/// Everything until the page is there: HTML, styles, scripts and the page's first module.
const SHELL_BYTES: usize = 516_000;

/// The built files of these extensions, with their length in gzip.
fn compressed() -> Outcome<Vec<(String, usize)>> {
    let mut sizes = Vec::new();
    for entry in fs::read_dir(repository::dist())? {
        let path = entry?.path();
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if matches!(extension, "html" | "css" | "js" | "wasm") {
            let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
            gzip.write_all(&fs::read(&path)?)?;
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            sizes.push((name.to_owned(), gzip.finish()?.len()));
        }
    }
    Ok(sizes)
}

#[test]
fn the_download_stays_within_its_budget() -> Outcome {
    let sizes = compressed()?;
    let sum = |wanted: &dyn Fn(&str) -> bool| -> usize {
        sizes.iter().filter(|(name, _)| wanted(name)).map(|(_, bytes)| bytes).sum()
    };
    let app = sum(&|name| name.starts_with("app-") && name.ends_with(".wasm"));
    let second = sum(&|name| name.starts_with("later-") && name.ends_with(".wasm"));
    let worker = sum(&|name| name == "worker_bg.wasm");
    let afterwards = ["worker", "later-", "sw.js"];
    let shell = sum(&|name| !afterwards.iter().any(|start| name.starts_with(start)));
    println!(
        "gzip: the page's first module {app} bytes, its second {second}, the engine's {worker}, everything before the \
         page is there {shell}"
    );
    for (what, bytes, most) in [
        ("the page's first module", app, APP_BYTES),
        ("the page's second module", second, SECOND_BYTES),
        ("the engine's module", worker, WORKER_BYTES),
        ("the page", shell, SHELL_BYTES),
    ] {
        assert!(bytes > 1000, "{what} is not in dist/");
        assert!(bytes <= most, "{what} takes {bytes} bytes in gzip, and its budget is {most}");
    }
    Ok(())
}
