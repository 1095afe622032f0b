//! **Compare**: two pictures in four ways, by pointer and by keys, with zoom and place kept in step.

use std::thread::sleep;
use std::time::Duration;

use gallery::Record;
use serde_json::json;
use tests::chromium::Graphics;
use tests::controls::keys::{CONTROL, ESCAPE, RELEASE};
use tests::controls::{control, press, slide, value, write};
use tests::page::{LATER, Page, SOON};
use tests::{Outcome, repository};

use crate::made_up::{files, open_with, record};

/// Opens **Compare** on the two pictures of a gallery, by keys alone.
fn compare_two() -> Outcome<Page> {
    let records: Vec<Record> = (0..2).map(record).collect();
    let page = open_with(&records)?;
    page.session().press_keys(&format!("{CONTROL}a{RELEASE}c"))?;
    wait_for(
        &page,
        "the dialog",
        "document.querySelector('.compare-dialog[open] .compare-world img')?.complete",
    )?;
    Ok(page)
}

/// Waits until an expression is true in the page.
fn wait_for(page: &Page, what: &str, expression: &str) -> Outcome {
    let script = format!("return Boolean({expression});");
    page.wait(what, SOON, || Ok((page.session().run(&script, &[])? == true).then_some(())))
}

/// Where the pictures lie, one text a picture.
fn places(page: &Page) -> Outcome<Vec<String>> {
    let script =
        "return Array.from(document.querySelectorAll('.compare-world')).map(world => world.style.transform);";
    Ok(serde_json::from_value(page.session().run(script, &[])?)?)
}

fn captions(page: &Page) -> Outcome<Vec<String>> {
    let script =
        "return Array.from(document.querySelectorAll('.compare-caption')).map(c => c.textContent.trim());";
    Ok(serde_json::from_value(page.session().run(script, &[])?)?)
}

#[test]
fn zoom_and_place_are_kept_in_step() -> Outcome {
    let page = compare_two()?;
    let session = page.session();
    press(session, "Side by side")?;
    let whole = places(&page)?;
    assert_eq!(whole.len(), 2);
    press(session, "Zoom in")?;
    press(session, "Zoom in")?;
    let zoomed = places(&page)?;
    assert!(zoomed[0] == zoomed[1] && zoomed[0].contains("scale(2.25"), "{zoomed:?}");
    session.press_keys("\u{E014}")?;
    let moved = places(&page)?;
    assert!(moved[0] == moved[1] && moved[0] != zoomed[0], "{moved:?}");
    // The wheel zooms about the pointer.
    session.run(
        "const pane = document.querySelector('.compare-pane'); const at = pane.getBoundingClientRect(); \
         pane.dispatchEvent(new WheelEvent('wheel', { deltaY: -200, clientX: at.left + 9, clientY: at.top + 9, \
         bubbles: true, cancelable: true }));",
        &[],
    )?;
    let wheeled = places(&page)?;
    assert!(wheeled[0] == wheeled[1] && wheeled[0] != moved[0], "{wheeled:?}");
    session.press_keys("0")?;
    assert_eq!(places(&page)?, whole);
    session.press_keys(&ESCAPE.to_string())?;
    wait_for(&page, "the dialog to close", "!document.querySelector('.compare-dialog[open]')")
}

#[test]
fn the_divider_and_the_turns_show_one_or_the_other() -> Outcome {
    let page = compare_two()?;
    let session = page.session();
    let before = captions(&page)?;
    assert_eq!(before, ["a red apple, number 0", "a green frog, number 1"], "the older one is on the left");
    press(session, "Swap")?;
    assert_eq!(captions(&page)?, ["a green frog, number 1", "a red apple, number 0"]);
    slide(session, "Divider", 0.25)?;
    let clip = "return document.querySelector('.compare-whole').style.getPropertyValue('--divider');";
    assert_eq!(session.run(clip, &[])?, json!("25.000%"));

    press(session, "Flicker")?;
    let turned = "document.querySelector('.compare-turn').dataset.second";
    wait_for(&page, "the other picture", &format!("{turned} === 'true'"))?;
    wait_for(&page, "the first picture again", &format!("{turned} === 'false'"))?;
    press(session, "Pause")?;
    let now = || session.run(&format!("return {turned};"), &[]);
    let still = now()?;
    sleep(Duration::from_secs(2));
    assert_eq!(now()?, still, "a paused comparison must not turn");
    press(session, "Show the other")?;
    assert_ne!(now()?, still);
    Ok(())
}

#[test]
fn differences_are_measured_to_the_pixel() -> Outcome {
    let page = compare_two()?;
    let session = page.session();
    session.press_keys("4")?;
    let summary = "return document.querySelector('.compare-summary')?.textContent ?? '';";
    let told = page.wait("the difference", SOON, || {
        let told = session.run(summary, &[])?.as_str().unwrap_or_default().to_owned();
        Ok(told.contains("differ").then_some(told))
    })?;
    let pictures = files(128)?;
    let pictures: Vec<_> =
        pictures.iter().take(2).map(|file| image::load_from_memory(file)).collect::<Result<_, _>>()?;
    let (first, second) = (pictures[0].to_rgb8(), pictures[1].to_rgb8());
    let changed = first.pixels().zip(second.pixels()).filter(|(a, b)| a != b).count();
    let share = 100.0 * changed as f64 / f64::from(128 * 128);
    assert!(told.starts_with(&format!("{share:.1} %")), "{told}, but {share:.1} % of pixels differ");
    // The middle, four times as far from black as the pictures are from each other there.
    let pixel = "const canvas = document.querySelector('.compare-world canvas'); \
                 return Array.from(canvas.getContext('2d').getImageData(64, 64, 1, 1).data);";
    let expected: Vec<u8> = (0..3)
        .map(|channel| {
            first.get_pixel(64, 64).0[channel].abs_diff(second.get_pixel(64, 64).0[channel]).saturating_mul(4)
        })
        .chain([255])
        .collect();
    assert_eq!(session.run(pixel, &[])?, json!(expected));
    assert_eq!(value(session, "Amplify")?, "4");
    Ok(())
}

#[test]
fn a_result_is_compared_with_its_source() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let session = page.session();
    write(session, "Prompt", "an orange cat")?;
    write(session, "Quality steps", "1")?;
    write(session, "Width", "64")?;
    write(session, "Height", "64")?;
    let sourceless = page.generate(LATER)?;
    page.take_source(&repository::photo())?;
    write(session, "Width", "96")?;
    write(session, "Height", "64")?;
    let made = page.generate(LATER)?;
    let open = |id: &str| -> Outcome {
        let script = "document.querySelector(`[data-picture-id='${arguments[0]}'] .card-picture`).click();";
        session.run(script, &[json!(id)])?;
        wait_for(
            &page,
            "the picture's dialog",
            "document.querySelector('.picture-dialog[open] .detail-actions')",
        )
    };
    open(&made.id)?;
    press(session, "Compare with source")?;
    wait_for(
        &page,
        "the comparison",
        "document.querySelector('.compare-dialog[open] .compare-world img')?.complete",
    )?;
    assert_eq!(captions(&page)?, ["Source", "an orange cat"]);
    let own = "return document.querySelector('.compare-world img').naturalWidth;";
    assert_eq!(session.run(own, &[])?, json!(451), "the source as it was given");
    session.press_keys(&ESCAPE.to_string())?;
    session.press_keys(&ESCAPE.to_string())?;
    open(&sourceless.id)?;
    assert!(control(session, "Compare with source").is_err(), "nothing is offered that cannot be done");
    session.press_keys("c")?;
    let sentence = page.sentence_at("gallery")?;
    assert!(sentence.contains("without a source"), "{sentence}");
    Ok(())
}

#[test]
fn esc_closes_one_dialog_at_a_time_however_they_were_opened() -> Outcome {
    let (first, mut second) = (record(0), record(1));
    second.parent = Some(first.id.clone());
    let page = open_with(&[first, second])?;
    let session = page.session();
    // Not a press of the person's: a browser that closes dialogs by itself takes both at once then.
    let open = "document.querySelector('.card .card-picture').click();";
    session.run(&format!("setTimeout(() => {{ {open} }}, 0);"), &[])?;
    wait_for(&page, "the picture's dialog", "document.querySelector('.picture-dialog[open]')")?;
    let compare = "window.dispatchEvent(new KeyboardEvent('keydown', { key: 'c', bubbles: true }));";
    session.run(&format!("setTimeout(() => {{ {compare} }}, 0);"), &[])?;
    wait_for(&page, "the comparison", "document.querySelector('.compare-dialog[open] .compare-world img')")?;
    session.press_keys(&ESCAPE.to_string())?;
    wait_for(&page, "the comparison to close", "!document.querySelector('.compare-dialog[open]')")?;
    wait_for(&page, "the picture's dialog to stay", "document.querySelector('.picture-dialog[open] img')")?;
    session.press_keys(&ESCAPE.to_string())?;
    wait_for(&page, "the picture's dialog to close", "!document.querySelector('dialog[open]')")
}
