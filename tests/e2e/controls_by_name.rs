//! Every control has the name that the documentation uses, and can be reached by keyboard.

use serde_json::json;
use tests::chromium::Graphics;
use tests::controls::{control, value};
use tests::page::Page;
use tests::{Outcome, repository};

const CONTROLS: [&str; 29] = [
    "Source image",
    "Enable inpainting",
    "Prompt",
    "Negative prompt",
    "Prompt weights",
    "Prompt history",
    "Prompt helper",
    "Style preset",
    "Edit styles",
    "Prompt strength",
    "Quick test",
    "Best results",
    "Sampler",
    "Quality steps",
    "Guidance scale",
    "Seed",
    "Lock seed",
    "Width",
    "Height",
    "Aspect preset",
    "Images",
    "Output format",
    "Model",
    "Import model",
    "Import model files",
    "Keep weights",
    "Import LoRA",
    "Device",
    "Generate",
];

#[test]
fn controls_have_names_and_take_the_keyboard() -> Outcome {
    let page = Page::open(Graphics::SoftwareWebGpu)?;
    for name in CONTROLS {
        let element = control(page.session(), name)?;
        let script = "arguments[0].focus(); return document.activeElement === arguments[0] && arguments[0].tabIndex >= 0;";
        let focused = page.session().run(script, &[element.to_json()])?;
        assert_eq!(focused, json!(true), "“{name}” cannot be reached by keyboard");
    }
    let heading =
        "return Array.from(document.querySelectorAll('h2')).some(h => h.textContent.trim() === 'Gallery');";
    assert_eq!(page.session().run(heading, &[])?, json!(true), "the gallery has no heading");
    Ok(())
}

/// The size follows the source's proportions, rounded to what the model takes.
#[test]
fn size_follows_the_source() -> Outcome {
    let page = Page::open(Graphics::SoftwareWebGpu)?;
    page.take_source(&repository::photo())?;
    let side = |name| -> Outcome<f64> { Ok(value(page.session(), name)?.parse()?) };
    let (width, height) = (side("Width")?, side("Height")?);
    assert!((width / height - 451.0 / 300.0).abs() < 0.15, "a 451 x 300 photo became {width} x {height}");
    assert!(width % 8.0 == 0.0 && height % 8.0 == 0.0, "{width} x {height} is off the latent grid");
    Ok(())
}
