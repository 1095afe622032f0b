//! The engine's troubles: no WebGPU, a lost device, a dead worker.

use serde_json::json;
use tests::chromium::Graphics;
use tests::controls::{choose, press, write, write_all};
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

/// As little as an emulated GPU can be asked for: of two passes a step one.
fn fill_in(page: &Page, steps: &str) -> Outcome {
    let settings = [("Quality steps", steps), ("Guidance scale", "1"), ("Width", "64"), ("Height", "64")];
    write_all(page.session(), &settings)
}

#[test]
fn a_lost_device_is_told_and_replaced() -> Outcome {
    let page = Page::open(Graphics::SoftwareWebGpu)?;
    write(page.session(), "Prompt", "a red apple")?;
    write(page.session(), "Quality steps", "2")?;
    page.generate(LATER)?;

    page.use_gpu()?;
    fill_in(&page, "50")?;
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

/// Put before the worker's code: the first buffer after the tenth submission finds no more memory, once.
const FULL_ONCE: &str = "let submitted = 0; const { submit } = GPUQueue.prototype, { createBuffer } = GPUDevice.prototype; \
    GPUQueue.prototype.submit = function (work) { submitted += 1; return submit.call(this, work); }; \
    GPUDevice.prototype.createBuffer = function (wanted) { \
        const buffer = createBuffer.call(this, wanted); \
        if (submitted >= 10) { \
            submitted = -Infinity; \
            const error = new GPUOutOfMemoryError('refused by a test'); \
            this.dispatchEvent(new GPUUncapturedErrorEvent('uncapturederror', { error })); \
            new BroadcastChannel('test').postMessage('full'); \
        } \
        return buffer; };";
/// Put before the worker's code: five minutes pass in a second.
const IMPATIENT: &str = "const { setTimeout: later } = self; self.setTimeout = (done, millis, ...more) => \
    later(millis < 300000 ? done : () => { new BroadcastChannel('test').postMessage('rest'); done(); }, \
        millis < 300000 ? millis : 1000, ...more);";
/// Put before the page's code: what the worker's tells.
const HEAR: &str =
    "window.heard = []; new BroadcastChannel('test').onmessage = event => window.heard.push(event.data);";

/// What a model keeps loaded may be too much for a card: the picture is then begun again with a part at a time.
#[test]
fn a_picture_for_which_memory_ends_is_begun_again() -> Outcome {
    let page = Page::prepare(Graphics::SoftwareWebGpu)?;
    page.site.put_before("worker_loader.js", FULL_ONCE);
    page.before_page(HEAR)?;
    let page = page.load()?;
    page.use_gpu()?;
    write(page.session(), "Prompt", "a red apple")?;
    fill_in(&page, "1")?;
    page.generate(LATER)?;
    assert_eq!(page.session().run("return window.heard;", &[])?, json!(["full"]));
    assert_eq!(page.alerts()?, Vec::<String>::new());
    Ok(())
}

#[test]
fn an_engine_that_rested_goes_on() -> Outcome {
    let page = Page::prepare(Graphics::None)?;
    page.site.put_before("worker_loader.js", IMPATIENT);
    page.before_page(HEAR)?;
    let page = page.load()?;
    write(page.session(), "Prompt", "a red apple")?;
    write(page.session(), "Quality steps", "2")?;
    for _ in 0..2 {
        page.session().run("window.heard.length = 0;", &[])?;
        page.generate(LATER)?;
        page.wait("a rest", SOON, || {
            Ok((page.session().run("return window.heard;", &[])? == json!(["rest"])).then_some(()))
        })?;
    }
    assert_eq!(page.picture_ids()?.len(), 2);
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
