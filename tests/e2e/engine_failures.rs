//! The engine's troubles: no WebGPU, a lost device, a dead worker.

use tests::chromium::Graphics;
use tests::controls::{choose, press, write};
use tests::page::{LATER, Page, SOON};
use tests::{Outcome, repository};

#[test]
fn without_webgpu_pictures_are_made_on_the_cpu() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let offered = page
        .session()
        .run("return navigator.gpu ? navigator.gpu.requestAdapter().then(a => a !== null) : false;", &[])?;
    assert_eq!(offered, false, "this browser must offer no adapter for the test to mean anything");
    let (gpu, words) = page.device()?;
    println!("without WebGPU: {words}");
    assert!(!gpu, "there is no GPU here: {words}");
    write(page.session(), "Prompt", "a red apple")?;
    write(page.session(), "Quality steps", "2")?;
    page.generate(LATER)?;

    choose(page.session(), "Device", "GPU")?;
    println!("GPU chosen: {}", page.sentence_at("device")?);
    choose(page.session(), "Device", "CPU")?;
    page.generate(LATER)?;
    assert_eq!(page.picture_ids()?.len(), 2);
    Ok(())
}

#[test]
fn a_lost_device_is_told_and_replaced() -> Outcome {
    let page = Page::open(Graphics::SoftwareWebGpu)?;
    write(page.session(), "Prompt", "a red apple")?;
    write(page.session(), "Quality steps", "2")?;
    page.generate(LATER)?;

    choose(page.session(), "Device", "GPU")?;
    page.wait("the GPU", SOON, || Ok(page.device()?.0.then_some(())))?;
    write(page.session(), "Quality steps", "50")?;
    write(page.session(), "Width", "64")?;
    write(page.session(), "Height", "64")?;
    press(page.session(), "Generate")?;
    page.wait("the run", LATER, || page.step())?;
    page.session().run("window.dispatchEvent(new Event('palimpsest:lose-device'));", &[])?;
    println!("device lost: {}", page.sentence_at("device")?);
    page.wait("the end of the run", SOON, || Ok(page.step()?.is_none().then_some(())))?;

    assert_eq!(page.picture_ids()?.len(), 1, "nothing in the gallery may be lost");
    write(page.session(), "Quality steps", "1")?;
    page.generate(LATER)?;
    let (gpu, words) = page.device()?;
    assert!(gpu, "the device must be replaced by another like it: {words}");
    Ok(())
}

/// Put before the worker's code: it dies by an uncaught exception when told to.
const MORTAL: &str = "self.addEventListener('message', event => { \
    if (event.data === 'die') { event.stopImmediatePropagation(); throw new Error('killed by a test'); } });";
/// Put before the page's code: keeps hold of the workers it starts.
const KEEP_WORKERS: &str = "window.workers = []; window.Worker = class extends Worker { \
    constructor(...options) { super(...options); window.workers.push(this); } };";

#[test]
fn a_dead_worker_is_replaced() -> Outcome {
    let page = Page::prepare(Graphics::SoftwareWebGpu)?;
    page.site.put_before("worker_loader.js", MORTAL);
    page.before_page(KEEP_WORKERS)?;
    let page = page.load()?;
    page.take_source(&repository::photo())?;
    write(page.session(), "Prompt", "a red apple")?;
    write(page.session(), "Quality steps", "2")?;
    page.generate(LATER)?;

    write(page.session(), "Quality steps", "200")?;
    press(page.session(), "Generate")?;
    page.wait("the first step", LATER, || Ok(page.step()?.filter(|step| *step > 0)))?;
    page.session().run("window.workers.at(-1).postMessage('die');", &[])?;
    println!("worker killed: {}", page.sentence_at("run")?);
    assert_eq!(page.picture_ids()?.len(), 1, "nothing in the gallery may be lost");

    write(page.session(), "Quality steps", "2")?;
    page.generate(LATER)?;
    assert_eq!(
        page.session().run("return window.workers.length;", &[])?,
        2,
        "one worker, and one in its place"
    );
    assert_eq!(page.alerts()?, Vec::<String>::new());
    Ok(())
}
