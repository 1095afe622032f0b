//! **Models and storage**: a model is downloaded, paused, resumed after a reload, used and deleted.

use std::time::Duration;

use serde_json::{Value, json};
use tests::chromium::Graphics;
use tests::controls::{control, control_in, press, value, write};
use tests::page::{LATER, Page, SOON};
use tests::rows::keys;
use tests::{Outcome, repository};

pub(crate) const UNET: &str = "unet/diffusion_pytorch_model.safetensors";
const BUILTIN: &str = "public/models/builtin";
/// Bytes in a piece of a download.
pub(crate) const PIECE: u64 = 8 << 20;

/// A page whose catalogue offers the built-in model's files under another name.
pub(crate) fn with_catalogue(change: impl Fn(&mut Value)) -> Outcome<Page> {
    let page = Page::prepare(Graphics::None)?;
    let folder = repository::root().join(BUILTIN);
    let mut files = Vec::new();
    for path in [
        "model_index.json",
        "scheduler/scheduler_config.json",
        "text_encoder/config.json",
        "text_encoder/model.safetensors",
        UNET,
        "unet/config.json",
        "vae/config.json",
        "vae/diffusion_pytorch_model.safetensors",
    ] {
        let bytes = std::fs::read(folder.join(path))?;
        files.push(json!({ "path": path, "url": format!("offered/{path}"), "bytes": bytes.len() }));
        page.site.put(&format!("offered/{path}"), bytes);
    }
    let mut catalogue = json!({
        "format": "palimpsest-catalogue", "version": 1, "hosts": [],
        "models": [{
            "id": "twin", "name": "Twin", "family": "Palimpsest", "role": "fast", "about": "As the built-in one.",
            "licence": { "name": "MIT", "url": "models/builtin/NOTICE.txt" }, "files": files,
            "profile": {
                "native_px": 128, "max_px": 256, "steps": 3, "guidance": 1.5, "sampler": "flow-euler",
                "strength_rule": "all-steps"
            },
            "tips": ["Name one thing."]
        }]
    });
    change(&mut catalogue);
    page.site.put("models.json", catalogue.to_string());
    page.load()
}

pub(crate) fn wait_for(page: &Page, name: &str) -> Outcome {
    page.wait(&format!("“{name}”"), SOON, || Ok(control(page.session(), name).ok().map(drop)))
}

pub(crate) fn open_drawer(page: &Page) -> Outcome {
    press(page.session(), "Models and storage")
}

/// Presses **Close** of the drawer that is open: others are there and closed.
pub(crate) fn close_drawer(page: &Page) -> Outcome {
    let drawer = page.session().find("return document.querySelector('dialog.drawer[open]');", &[])?;
    page.session().click(&control_in(page.session(), "Close", &drawer.ok_or("no drawer is open")?)?)
}

/// What the offer says of its download, if anything.
pub(crate) fn progress(page: &Page) -> Outcome<String> {
    let said =
        page.session().run("return document.querySelector('.offer-progress p')?.textContent ?? '';", &[])?;
    Ok(said.as_str().unwrap_or_default().to_owned())
}

/// The model that a key of these tables begins with.
fn model_of(key: &str) -> &str {
    key.split('/').next().unwrap_or_default()
}

/// Rows of the database that are about the downloaded model.
fn rows(page: &Page) -> Outcome<u64> {
    let mut rows = 0;
    for table in ["models", "downloads", "files", "chunks"] {
        rows += keys(page.session(), table)?.iter().filter(|key| model_of(key).contains("twin")).count();
    }
    Ok(rows as u64)
}

#[test]
fn a_model_is_downloaded_over_two_visits_used_and_deleted() -> Outcome {
    let page = with_catalogue(|_| {})?;
    let unet = format!("offered/{UNET}");
    // The first piece comes at once, and for the next there is a minute to press **Pause** in.
    page.site.slow_down_from(&unet, PIECE, 16 << 10, Duration::from_millis(400));
    page.session().run("window.confirm = () => true;", &[])?;
    open_drawer(&page)?;
    wait_for(&page, "Download Twin")?;
    press(page.session(), "Download Twin")?;
    wait_for(&page, "Pause Twin")?;
    let first_piece = || page.site.asked().iter().filter(|asked| asked.path == unet).count() > 1;
    page.wait("the first piece of the largest file", SOON, || Ok(first_piece().then_some(())))?;
    press(page.session(), "Pause Twin")?;
    wait_for(&page, "Resume Twin")?;
    println!("{}", progress(&page)?);

    page.reload()?;
    page.session().run("window.confirm = () => true;", &[])?;
    open_drawer(&page)?;
    wait_for(&page, "Resume Twin")?;
    let paused = progress(&page)?;
    assert!(paused.starts_with("Paused at ") && !paused.starts_with("Paused at 0"), "{paused}");
    let before = page.site.asked().len();
    page.site.hurry(&unet);
    press(page.session(), "Resume Twin")?;
    wait_for(&page, "Use Twin")?;
    let again: Vec<_> =
        page.site.asked()[before..].iter().filter(|asked| asked.path == unet).cloned().collect();
    assert_eq!(again.len(), 1, "{again:?}");
    assert_eq!(again[0].range.as_ref().map(|range| range.start), Some(PIECE), "what had arrived came again");

    press(page.session(), "Use Twin")?;
    close_drawer(&page)?;
    assert_eq!(value(page.session(), "Model")?, "twin");
    assert_eq!(value(page.session(), "Quality steps")?, "3", "the catalogue's profile");
    write(page.session(), "Prompt", "a red apple")?;
    page.generate(LATER)?;

    open_drawer(&page)?;
    press(page.session(), "Delete Twin")?;
    wait_for(&page, "Download Twin")?;
    assert_eq!(rows(&page)?, 0, "something was left behind");
    Ok(())
}

#[test]
fn a_damaged_download_is_said_and_nothing_of_the_file_is_kept() -> Outcome {
    let page = with_catalogue(|catalogue| {
        catalogue["models"][0]["files"][0]["sha256"] = json!("0".repeat(64));
    })?;
    open_drawer(&page)?;
    wait_for(&page, "Download Twin")?;
    press(page.session(), "Download Twin")?;
    let sentence = page.sentence_at("download")?;
    assert!(sentence.contains("model_index.json") && sentence.contains("damaged"), "{sentence}");
    page.session().run("window.confirm = () => true;", &[])?;
    press(page.session(), "Discard Twin")?;
    wait_for(&page, "Download Twin")?;
    assert_eq!(rows(&page)?, 0, "something was left behind");
    Ok(())
}

#[test]
fn without_a_network_the_download_waits_and_goes_on() -> Outcome {
    let mut page = with_catalogue(|_| {})?;
    let unet = format!("offered/{UNET}");
    page.site.slow_down(&unet, 64 << 10, Duration::from_millis(8));
    open_drawer(&page)?;
    wait_for(&page, "Download Twin")?;
    press(page.session(), "Download Twin")?;
    let asked = |page: &Page| page.site.asked().iter().any(|asked| asked.path == unet);
    page.wait("the largest file", SOON, || Ok(asked(&page).then_some(())))?;
    page.site.go_offline();
    let sentence = page.sentence_at("download")?;
    assert!(sentence.contains("connection was lost"), "{sentence}");
    wait_for(&page, "Resume Twin")
}

#[test]
fn a_broken_catalogue_is_said_and_the_page_works() -> Outcome {
    let page = Page::prepare(Graphics::None)?;
    page.site.put("models.json", "<!doctype html><title>Log in</title>");
    let page = page.load()?;
    open_drawer(&page)?;
    wait_for(&page, "Try again")?;
    let alerts = page.alerts()?;
    assert!(alerts.iter().any(|sentence| sentence.contains("models.json")), "{alerts:?}");
    close_drawer(&page)?;
    write(page.session(), "Prompt", "a red apple")?;
    page.generate(LATER)?;
    Ok(())
}

#[test]
fn the_drawer_tells_how_much_room_there_is() -> Outcome {
    let page = Page::open(Graphics::None)?;
    open_drawer(&page)?;
    let script = "return document.querySelector('#room-used')?.textContent ?? null;";
    let said = page
        .wait("the room in use", SOON, || Ok(page.session().run(script, &[])?.as_str().map(str::to_owned)))?;
    assert!(said.contains(" of ") && said.ends_with("GB in use"), "{said}");
    for name in ["Download Stable Diffusion 1.5", "Download DreamShaper 8 LCM"] {
        wait_for(&page, name)?;
    }
    Ok(())
}
