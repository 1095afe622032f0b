//! The page on a phone, a laptop and a 4K screen, light and dark: nothing is cut off at the side, and what a thumb
//! presses is large enough. With `SCREENSHOTS=1` the README's pictures in `tests/screenshots` are taken anew.

use std::env;
use std::fs;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use image::imageops::{FilterType, resize};
use serde_json::json;
use tests::chromium::Graphics;
use tests::controls::write;
use tests::page::{LATER, Page};
use tests::{Outcome, repository};

/// Width and height in CSS pixels, and the width of the picture that is kept.
const SCREENS: [(u32, u32, u32); 3] = [(390, 844, 390), (1280, 800, 1280), (2560, 1440, 1280)];
const PROMPTS: [&str; 6] =
    ["a red apple", "a green frog", "an orange cat", "a slice of pizza", "a blue boat", "a yellow car"];

/// Visible controls under 24 px, WCAG 2.2's smallest target; one inside of a line of text is an exception there.
const SMALL: &str = r#"
    return Array.from(document.querySelectorAll("button, select, summary, .button, input:not([type=checkbox], [type=radio], [type=file])"))
        .filter(element => element.checkVisibility() && !element.closest("p"))
        .map(element => [element, element.getBoundingClientRect()])
        .filter(([, { width, height }]) => width > 1 && height > 1 && Math.min(width, height) < 24)
        .map(([{ outerHTML }, { width, height }]) => `${width} x ${height}: ${outerHTML.slice(0, 120)}`);
"#;

/// From the top, without the focus, and when no colour is on its way to the other scheme any more.
const SETTLE: &str = r#"
    document.activeElement?.blur();
    for (const part of [document.scrollingElement, ...document.querySelectorAll(".sidebar, .studio")]) part.scrollTop = 0;
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    await Promise.all(document.getAnimations().map(animation => animation.finished.catch(() => {})));
"#;

#[test]
fn the_page_fits_phones_and_large_screens() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let session = page.session();
    for prompt in PROMPTS {
        write(session, "Prompt", prompt)?;
        page.generate(LATER)?;
    }
    page.take_source(&repository::photo())?;
    for (width, height, kept_width) in SCREENS {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 800 });
        session.devtools("Emulation.setDeviceMetricsOverride", &metrics)?;
        let widest = session.run("return document.documentElement.scrollWidth;", &[])?;
        assert!(widest.as_u64() <= Some(width.into()), "{widest} px lie side by side on a screen of {width}");
        let small: Vec<String> = serde_json::from_value(session.run(SMALL, &[])?)?;
        assert!(small.is_empty(), "at {width} px these are hard to hit: {small:#?}");
        for scheme in ["light", "dark"] {
            let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
            session.devtools("Emulation.setEmulatedMedia", &json!({ "features": features }))?;
            if env::var_os("SCREENSHOTS").is_some() {
                session.run(SETTLE, &[])?;
                keep(&page, &format!("{width}-{scheme}.png"), kept_width)?;
            }
        }
    }
    Ok(())
}

/// Writes what is shown into `tests/screenshots`, scaled to a width.
fn keep(page: &Page, name: &str, width: u32) -> Outcome {
    let folder = repository::root().join("tests/screenshots");
    fs::create_dir_all(&folder)?;
    let shown = image::load_from_memory(&BASE64_STANDARD.decode(page.session().screenshot()?)?)?.to_rgb8();
    let height = shown.height() * width / shown.width();
    resize(&shown, width, height, FilterType::Lanczos3).save(folder.join(name))?;
    Ok(())
}
