//! The cases of `tests/bench` in headless Chromium, and the time from the page's load to its first picture:
//! `cargo xtask bench browser`, which builds both before.
//!
//! One line of JSON each. `--device cpu` or `gpu` (Chromium's software adapter) takes one of them, `--runs N` sets the
//! timed runs, and any other word the beginning of the names to be run.

use std::time::Instant;

use serde_json::{Value, json};
use tests::chromium::{Chromium, Graphics};
use tests::page::{LATER, Page};
use tests::site::Site;
use tests::{Outcome, controls, repository};

struct Wishes {
    devices: Vec<&'static str>,
    runs: u32,
    names: Vec<String>,
}

fn wishes() -> Outcome<Wishes> {
    let mut wishes = Wishes { devices: vec!["cpu", "gpu"], runs: 5, names: Vec::new() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--runs" => wishes.runs = words.next().ok_or("--runs needs a number")?.parse()?,
            "--device" => {
                wishes.devices = match words.next().as_deref() {
                    Some("cpu") => vec!["cpu"],
                    Some("gpu") => vec!["gpu"],
                    _ => return Err("--device needs `cpu` or `gpu`".into()),
                };
            }
            flag if flag.starts_with('-') => return Err(format!("there is no option {flag}").into()),
            _ => wishes.names.push(word),
        }
    }
    Ok(wishes)
}

fn main() -> Outcome {
    let Wishes { devices, runs, names } = wishes()?;
    let wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| name.starts_with(wanted));
    for device in devices {
        cases(device, runs, &wanted)?;
    }
    if wanted("first_picture") {
        first_picture()?;
    }
    Ok(())
}

/// Every case on one device, in one page.
fn cases(device: &str, runs: u32, wanted: &impl Fn(&str) -> bool) -> Outcome {
    let site = Site::start(&repository::root().join("tests/bench"))?;
    let browser = Chromium::start(if device == "gpu" { Graphics::SoftwareWebGpu } else { Graphics::None })?;
    let session = browser.session();
    session.go_to(&site.url())?;
    let agent = session.run("return navigator.userAgent;", &[])?;
    let adapter = if device == "gpu" { "SwiftShader" } else { "none" };
    println!(
        "{}",
        json!({ "kind": "env", "device": device, "browser": agent, "adapter": adapter, "emulated": true })
    );
    let names: Vec<String> = serde_json::from_value(session.run("return window.cases();", &[])?)?;
    for name in names.iter().filter(|name| wanted(name)) {
        let script = "return window.measure(...arguments);";
        match session.run(script, &[json!(device), json!(name), json!(runs)]) {
            Ok(Value::String(line)) => println!("{line}"),
            Ok(other) => println!("{}", json!({ "name": name, "device": device, "error": other })),
            Err(error) => {
                println!("{}", json!({ "name": name, "device": device, "error": error.to_string() }));
            }
        }
    }
    Ok(())
}

/// From the address to a picture in the gallery, with the built-in model on the CPU device and the page's own settings:
/// in a fresh browser, and once more after a reload, when model and page are stored.
fn first_picture() -> Outcome {
    let begun = Instant::now();
    let mut page = Page::prepare(Graphics::None)?;
    let browser_up = begun.elapsed();
    page = page.load()?;
    for visit in ["cold", "warm"] {
        let begun = if visit == "cold" { begun + browser_up } else { Instant::now() };
        if visit == "warm" {
            page.reload()?;
        }
        let up = begun.elapsed();
        controls::write(page.session(), "Prompt", "a red apple")?;
        page.generate(LATER)?;
        let seconds = begun.elapsed().as_secs_f64();
        println!(
            "{}",
            json!({
                "name": "first_picture", "device": "cpu", "visit": visit, "model": "builtin",
                "page_up_ms": (up.as_secs_f64() * 1e3).round(), "picture_ms": (seconds * 1e3).round(),
            })
        );
    }
    Ok(())
}
