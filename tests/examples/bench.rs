//! The cases of `tests/bench` in headless Chromium, and the time from the page's load to its first picture:
//! `cargo xtask bench browser`, which builds both before.
//!
//! One line of JSON each. `--device cpu` or `gpu` (Chromium's software adapter) takes one of them, `--runs N` sets the
//! timed runs, and any other word the beginning of the names to be run. `--profile` prints where the time of each case
//! goes on the GPU instead.

#[path = "../bench/examples/wishes/mod.rs"]
mod wishes;

use std::time::Instant;

use serde_json::{Value, json};
use tests::chromium::{Chromium, Graphics};
use tests::page::{LATER, Page, SOON};
use tests::site::Site;
use tests::{Outcome, controls, repository};
use wishes::Wishes;

fn main() -> Outcome {
    let wishes = Wishes::read(false)?;
    for device in &wishes.devices {
        cases(device, &wishes)?;
    }
    for device in wishes.devices.iter().filter(|_| wishes.include("first_picture") && !wishes.profile) {
        match *device {
            "gpu" => first_picture_on_gpu()?,
            _ => first_picture()?,
        }
    }
    Ok(())
}

/// Every case on one device, in one page.
fn cases(device: &str, wishes: &Wishes) -> Outcome {
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
    for name in names.iter().filter(|name| wishes.include(name)) {
        if wishes.profile {
            let script = "return window.profile(...arguments);";
            let tables = session.run(script, &[json!(name), json!(wishes.runs)])?;
            println!("\n{}", tables.as_str().unwrap_or_default());
            continue;
        }
        let script = "return window.measure(...arguments);";
        match session.run(script, &[json!(device), json!(name), json!(wishes.runs)]) {
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

/// From **Generate** to the picture, on Chromium's software adapter with its kernels not compiled, then with them there.
fn first_picture_on_gpu() -> Outcome {
    let page = Page::open(Graphics::SoftwareWebGpu)?;
    controls::choose(page.session(), "Device", "GPU")?;
    page.wait("the GPU", SOON, || Ok(page.device()?.0.then_some(())))?;
    controls::write(page.session(), "Prompt", "a red apple")?;
    for field in ["Width", "Height"] {
        controls::write(page.session(), field, "64")?;
    }
    controls::write(page.session(), "Quality steps", "1")?;
    for picture in ["first", "second"] {
        let begun = Instant::now();
        page.generate(LATER)?;
        let millis = (begun.elapsed().as_secs_f64() * 1e3).round();
        println!(
            "{}",
            json!({
                "name": "first_picture", "device": "gpu", "picture": picture, "model": "builtin",
                "side_px": 64, "steps": 1, "picture_ms": millis,
            })
        );
    }
    Ok(())
}
