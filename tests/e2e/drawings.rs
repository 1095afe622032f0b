//! **Output format** SVG: a picture is traced by the engine, shown as an image, saved, packed, and still a picture.

use std::fs;
use std::io::Cursor;
use std::time::Instant;

use image::ImageFormat;
use image::imageops::FilterType;
use serde_json::{Value, json};
use tests::chromium::Graphics;
use tests::controls::{choose, control_in, press, value, write};
use tests::page::{LATER, Page, SOON};
use tests::pictures::difference_from_source;
use tests::rows::{PictureRows, put_pictures, query};
use tests::temporary::Folder;
use tests::{Outcome, repository};

use crate::made_up::{entry, id, record};
use crate::small_request::fill_in;
use crate::source;

/// A picture's drawing as it lies in IndexedDB.
const READ_DRAWING: &str = r#"
    const store = database.transaction("picture_blobs").objectStore("picture_blobs");
    const blob = await done(store.get([arguments[0], "drawing"]));
    return blob ? await blob.text() : null;
"#;

/// The picture shown large: whether it is drawn, and its address's file.
const SHOWN: &str = "const picture = document.querySelector('.picture-figure > img'); \
    if (!picture?.complete || picture.naturalWidth === 0) return null; \
    const file = await (await fetch(picture.src)).blob(); \
    return [file.type, picture.naturalWidth, document.querySelectorAll('.picture-figure path[fill]').length];";

fn wait_for_drawing(page: &Page, id: &str) -> Outcome<String> {
    page.wait("the drawing", SOON, || {
        Ok(query(page.session(), READ_DRAWING, &[json!(id)])?.as_str().map(str::to_owned))
    })
}

/// Presses a button of the picture shown large.
fn press_in_dialog(page: &Page, name: &str) -> Outcome {
    let dialog = page.session().find("return document.querySelector('.picture-dialog');", &[])?;
    let dialog = dialog.ok_or("no picture is shown large")?;
    page.session().click(&control_in(page.session(), name, &dialog)?)
}

fn saved(page: &Page) -> Outcome<(String, String)> {
    let (name, bytes) = page.download()?;
    Ok((name, String::from_utf8(bytes)?))
}

#[test]
fn a_picture_wanted_as_svg_is_drawn_shown_and_saved() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let session = page.session();
    fill_in(&page)?;
    choose(session, "Output format", "SVG")?;
    choose(session, "Drawing colours", "Few (8)")?;
    choose(session, "Drawing detail", "Fine: every speck")?;
    let made = page.generate(LATER)?;
    let drawing = wait_for_drawing(&page, &made.id)?;
    assert_eq!(gallery::check_drawing(&drawing), Some((64, 64)));
    let settings = gallery::read_drawing_settings(&drawing).ok_or("the drawing carries no settings")?;
    assert_eq!((settings.prompt.as_str(), settings.seed), ("a red apple", 7));
    let svg = settings.svg.ok_or("the settings do not say how it was drawn")?;
    assert_eq!((svg.colors.as_str(), svg.detail.as_str()), ("few", "fine"));

    // Shown through an image, never as elements of the page.
    session.click(&control_in(session, "Open a red apple", &page.card(&made.id)?)?)?;
    let shown = page.wait("the drawing on the page", SOON, || {
        let shown = session.run(SHOWN, &[])?;
        Ok((shown[0] == "image/svg+xml").then_some(shown))
    })?;
    assert_eq!(shown, json!(["image/svg+xml", 64, 0]));
    press_in_dialog(&page, "Download")?;
    let (name, text) = saved(&page)?;
    assert_eq!((name.as_str(), text == drawing), ("a-red-apple-7.svg", true));

    // The file of its drawing is a source, too, and says how it was made.
    let folder = Folder::new("drawings")?;
    let file = folder.path().join("apple.svg");
    fs::write(&file, &text)?;
    press_in_dialog(&page, "Close")?;
    page.take_source(&file)?;
    let drawn = source::shown(&page)?;
    let apart = difference_from_source(&image::load_from_memory(&made.png)?.to_rgb8(), &drawn);
    assert!(apart < 40.0, "the drawing is {apart} of 255 away from its picture");
    write(session, "Prompt", "")?;
    press(session, "Reuse the settings in this file")?;
    assert_eq!((value(session, "Prompt")?.as_str(), value(session, "Seed")?.as_str()), ("a red apple", "7"));
    session.click(&control_in(session, "Open a red apple", &page.card(&made.id)?)?)?;

    // Its pixels are the next picture's source, and its settings ask for a drawing again.
    press_in_dialog(&page, "Use as source")?;
    choose(session, "Output format", "PNG")?;
    page.wait("the source", SOON, || {
        let ready = session.run("return document.querySelector('[data-source-ready]') !== null;", &[])?;
        Ok((ready == true).then_some(()))
    })?;
    session.click(&control_in(session, "Reuse settings", &page.card(&made.id)?)?)?;
    assert_eq!(value(session, "Output format")?, "SVG");
    assert_eq!(value(session, "Drawing detail")?, "Fine: every speck");
    // The drawing itself was made of words alone.
    let alerts = page.alerts()?;
    assert!(
        alerts.len() == 1 && alerts[0].starts_with("The picture was made without a source"),
        "{alerts:?}"
    );

    // And in a pack it travels along.
    session.click(&control_in(session, "Select", &page.card(&made.id)?)?)?;
    press(session, "Save as pack")?;
    page.wait("the pack", SOON, || Ok(press(session, "Export pack").ok()))?;
    let pack: Value = serde_json::from_str(&saved(&page)?.1)?;
    assert_eq!(pack["entries"][0]["drawing"]["media_type"], "image/svg+xml");
    assert_eq!(pack["entries"][0]["image"]["media_type"], "image/png");
    Ok(())
}

/// The photo at 512 x 512 pixels, as a picture of the gallery.
fn open_with_photo() -> Outcome<Page> {
    let page = Page::open(Graphics::None)?;
    let photo = image::open(repository::photo())?.resize_exact(512, 512, FilterType::CatmullRom);
    let mut png = Cursor::new(Vec::new());
    photo.to_rgb8().write_to(&mut png, ImageFormat::Png)?;
    let mut record = record(0);
    (record.settings.width, record.settings.height) = (512, 512);
    let rows = PictureRows { id: record.id.clone(), entry: entry(&record)?, file: 0 };
    put_pictures(page.session(), &[rows], &[png.into_inner()])?;
    page.reload()?;
    page.wait("the gallery", SOON, || Ok((!page.picture_ids()?.is_empty()).then_some(())))?;
    Ok(page)
}

#[test]
fn any_picture_is_saved_as_svg_and_how_long_that_takes() -> Outcome {
    let page = open_with_photo()?;
    let session = page.session();
    choose(session, "Output format", "SVG")?;
    let mut sizes = Vec::new();
    for (colors, detail) in
        [("Few (8)", "Coarse: large shapes"), ("Some (24)", "Medium"), ("Many (64)", "Fine: every speck")]
    {
        choose(session, "Drawing colours", colors)?;
        choose(session, "Drawing detail", detail)?;
        let before = Instant::now();
        session.click(&control_in(session, "Download", &page.card(&id(0))?)?)?;
        let (name, text) = saved(&page)?;
        println!("512 x 512, {colors}, {detail}: {} bytes, {:.1?}", text.len(), before.elapsed());
        assert_eq!(name, "a-red-apple-number-0-0.svg");
        assert_eq!(gallery::check_drawing(&text), Some((512, 512)));
        sizes.push(text.len());
    }
    assert!(sizes.is_sorted(), "{sizes:?}");
    // A picture that was not wanted as SVG stays what it is.
    assert_eq!(query(session, READ_DRAWING, &[json!(id(0))])?, Value::Null);
    Ok(())
}
