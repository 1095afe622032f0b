//! The page on a phone, a laptop and a 4K screen, light and dark: nothing is cut off at the side, and what a thumb
//! presses is large enough. With `SCREENSHOTS=1` the README's pictures in `tests/screenshots` are taken anew.

use std::env;
use std::fs;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, resize};
use serde_json::json;
use tests::chromium::Graphics;
use tests::controls::keys::ESCAPE;
use tests::controls::{control_in, press, slide, write};
use tests::page::{LATER, Page, SOON};
use tests::{Outcome, repository};

/// Width and height in CSS pixels, and the width of the picture that is kept.
const SCREENS: [(u32, u32, u32); 3] = [(390, 844, 390), (1280, 800, 1280), (2560, 1440, 1280)];
/// The last three are shown as a source and what became of it.
const PROMPTS: [&str; 6] =
    ["a slice of pizza", "a blue boat", "an orange cat", "a green frog", "a yellow car", "a house"];
/// The pictures of the README are the same each time.
const SEED: &str = "7";
const JPEG_QUALITY: u8 = 88;

/// Visible controls under 24 px, WCAG 2.2's smallest target; one inside of a line of text is an exception there. What
/// lies close together on a card is larger where fingers press it.
const SMALL: &str = r#"
    const touch = matchMedia("(pointer: coarse)").matches;
    return Array.from(document.querySelectorAll("button, select, summary, .button, input:not([type=checkbox], [type=radio], [type=file])"))
        .filter(element => element.checkVisibility() && !element.closest("p"))
        .map(element => [element, element.getBoundingClientRect()])
        .map(([element, bounds]) => [element, bounds, touch && element.closest(".card") ? 36 : 24])
        .filter(([, { width, height }, least]) => width > 1 && height > 1 && Math.min(width, height) < least)
        .map(([{ outerHTML }, { width, height }]) => `${width} x ${height}: ${outerHTML.slice(0, 120)}`);
"#;

/// Buttons, in sight, whose words stick out of them.
const CUT: &str = r#"
    return Array.from(document.querySelectorAll("button, .button, summary, label"))
        .filter(element => element.checkVisibility() && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1)
        .filter(element => getComputedStyle(element).display !== "inline")
        .map(({ outerHTML, scrollWidth, clientWidth }) => `${scrollWidth} in ${clientWidth}: ${outerHTML.slice(0, 160)}`);
"#;

/// From the top, without the focus, and when no colour is on its way to the other scheme any more.
const SETTLE: &str = r#"
    document.activeElement?.blur();
    for (const part of [document.scrollingElement, ...document.querySelectorAll(".sidebar, .studio")]) part.scrollTop = 0;
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    await Promise.all(document.getAnimations().map(animation => animation.finished.catch(() => {})));
"#;

/// The buttons above the gallery, each with a drawer of its own.
const DRAWERS: [&str; 6] =
    ["Sweep and grid", "Queue", "Models and storage", "Image packs", "About", "Keyboard shortcuts"];

#[test]
fn the_page_fits_phones_and_large_screens() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let session = page.session();
    write(session, "Seed", SEED)?;
    for prompt in PROMPTS {
        write(session, "Prompt", prompt)?;
        page.generate(LATER)?;
    }
    let newest = page.picture_ids()?.into_iter().next().unwrap_or_default();
    page.take_source(&repository::photo())?;
    for (width, height, kept_width) in SCREENS {
        show_at(&page, width, height)?;
        looks_right(&page, &format!("the page at {width} px"))?;
        for scheme in ["light", "dark"] {
            let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
            session.devtools("Emulation.setEmulatedMedia", &json!({ "features": features }))?;
            keep(&page, &format!("{width}-{scheme}"), kept_width)?;
        }
        for drawer in DRAWERS {
            press(session, drawer)?;
            looks_right(&page, &format!("{drawer} at {width} px"))?;
            session.press_keys(&ESCAPE.to_string())?;
        }
        let card = page.card(&newest)?;
        session.run("arguments[0].querySelector('.card-picture').click();", &[card.to_json()])?;
        looks_right(&page, &format!("a picture at {width} px"))?;
        session.press_keys(&ESCAPE.to_string())?;
    }
    if env::var_os("SCREENSHOTS").is_some() {
        show_what_it_does(&page, &newest)?;
    }
    Ok(())
}

fn show_at(page: &Page, width: u32, height: u32) -> Outcome {
    let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 800 });
    page.session().devtools("Emulation.setDeviceMetricsOverride", &metrics)?;
    let touch = json!({ "enabled": width < 800 });
    page.session().devtools("Emulation.setTouchEmulationEnabled", &touch)?;
    let coarse = page.session().run("return matchMedia('(pointer: coarse)').matches;", &[])?;
    assert_eq!(coarse, touch["enabled"], "fingers or a mouse at {width} px");
    Ok(())
}

/// Nothing sticks out, and nothing is too small to hit.
fn looks_right(page: &Page, what: &str) -> Outcome {
    let session = page.session();
    let widths = session.run("return [document.documentElement.scrollWidth, innerWidth];", &[])?;
    assert!(widths[0].as_u64() <= widths[1].as_u64(), "{what}: of {} px, {} are seen", widths[0], widths[1]);
    for (fault, script) in [("hard to hit", SMALL), ("cut off", CUT)] {
        let found: Vec<String> = serde_json::from_value(session.run(script, &[])?)?;
        assert!(found.is_empty(), "{what}: these are {fault}: {found:#?}");
    }
    Ok(())
}

/// The mask's editor, a sweep of strengths as a sheet, and a comparison, as the README shows them.
fn show_what_it_does(page: &Page, house: &str) -> Outcome {
    let session = page.session();
    show_at(page, 1280, 800)?;
    let light = json!([{ "name": "prefers-color-scheme", "value": "light" }]);
    session.devtools("Emulation.setEmulatedMedia", &json!({ "features": light }))?;
    press(session, "Enable inpainting")?;
    press(session, "Edit mask")?;
    let mouse = |kind: &str, step: f64, held: u32| {
        let place = (560.0 + 3.0 * step, 305.0 + 35.0 * (step / 9.0).sin());
        session.devtools(
            "Input.dispatchMouseEvent",
            &json!({ "type": kind, "x": place.0, "y": place.1, "button": "left", "buttons": held, "clickCount": 1 }),
        )
    };
    page.wait("the editor", SOON, || {
        Ok((session.run("return document.querySelector('.mask-sheet img')?.complete;", &[])? == true)
            .then_some(()))
    })?;
    mouse("mousePressed", 0.0, 1)?;
    (0..60).try_for_each(|step| mouse("mouseMoved", f64::from(step), 1).map(drop))?;
    mouse("mouseReleased", 60.0, 0)?;
    keep(page, "mask", 1280)?;
    press(session, "Done")?;
    press(session, "Enable inpainting")?;

    press(session, "Remove source")?;
    session.click(&control_in(session, "Use as source", &page.card(house)?)?)?;
    let ready = "return document.querySelector('[data-source-ready]') !== null;";
    page.wait("the source", SOON, || Ok((session.run(ready, &[])? == true).then_some(())))?;
    write(session, "Prompt", "a castle")?;
    press(session, "Sweep and grid")?;
    press(session, "Strength sweep")?;
    page.wait("the sheet", LATER, || {
        let newest = page.picture_ids()?.into_iter().next().unwrap_or_default();
        let sheet = session.run(
            "return document.title === 'Palimpsest' && !document.querySelector('.progress-card');",
            &[],
        )?;
        Ok((sheet == true && newest != *house && page.picture_ids()?.len() == PROMPTS.len() + 1)
            .then_some(()))
    })?;
    let sheet = page.picture_ids()?.into_iter().next().unwrap_or_default();
    let card = page.card(&sheet)?;
    session.run("arguments[0].querySelector('.card-picture').click();", &[card.to_json()])?;
    keep(page, "sweep", 1280)?;
    session.press_keys(&ESCAPE.to_string())?;

    slide(session, "Prompt strength", 0.7)?;
    let castle = page.generate(LATER)?;
    let card = page.card(&castle.id)?;
    session.run("arguments[0].querySelector('.card-picture').click();", &[card.to_json()])?;
    press(session, "Compare with source")?;
    keep(page, "compare", 1280)
}

/// Writes what is shown into `tests/screenshots`, scaled to a width; only with `SCREENSHOTS=1`.
fn keep(page: &Page, name: &str, width: u32) -> Outcome {
    if env::var_os("SCREENSHOTS").is_none() {
        return Ok(());
    }
    page.session().run(SETTLE, &[])?;
    let folder = repository::root().join("tests/screenshots");
    fs::create_dir_all(&folder)?;
    let shown = image::load_from_memory(&BASE64_STANDARD.decode(page.session().screenshot()?)?)?.to_rgb8();
    let height = shown.height() * width / shown.width();
    let small = resize(&shown, width, height, FilterType::Lanczos3);
    let file = fs::File::create(folder.join(format!("{name}.jpg")))?;
    JpegEncoder::new_with_quality(std::io::BufWriter::new(file), JPEG_QUALITY).encode_image(&small)?;
    Ok(())
}
