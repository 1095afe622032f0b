//! Inpainting: masks painted, imported, kept, and what becomes of the pixels that they leave alone.

mod editor;
mod follows;
mod full_disk;

use image::{GrayImage, ImageFormat, Luma, Rgb, RgbImage};
use serde_json::json;
use tests::chromium::Graphics;
use tests::controls::{choose, control_in, press, slide, value, write};
use tests::page::{LATER, Page, Picture, SOON};
use tests::rows::{keys, query};
use tests::temporary::Folder;
use tests::{Outcome, repository};

use editor::Editor;

/// A page with a source that the model takes as it is, inpainting on, and a prompt.
fn open(folder: &Folder) -> Outcome<(Page, RgbImage)> {
    let page = Page::open(Graphics::SoftwareWebGpu)?;
    let side: u32 = value(page.session(), "Width")?.parse()?;
    // No two neighbours alike, so that one pixel out of place would show.
    let source = RgbImage::from_fn(side, side, |x, y| {
        Rgb([(x * 7 + y * 13) as u8, (x * 29) as u8 ^ (y * 3) as u8, (y * 17 + x) as u8])
    });
    let file = folder.path().join("source.png");
    source.save_with_format(&file, ImageFormat::Png)?;
    page.take_source(&file)?;
    press(page.session(), "Enable inpainting")?;
    write(page.session(), "Prompt", "a red apple")?;
    write(page.session(), "Mask feather", "0")?;
    Ok((page, source))
}

/// Asserts that a picture is its source's, byte for byte, where the mask is black, and another where it is white.
fn assert_only_the_mask_changed(picture: &RgbImage, source: &RgbImage, mask: &GrayImage) {
    assert_eq!(picture.dimensions(), source.dimensions());
    let (mut black, mut white, mut apart) = (0_u32, 0_u32, 0_u64);
    for ((now, was), mask) in picture.pixels().zip(source.pixels()).zip(mask.pixels()) {
        match mask.0[0] {
            0 => {
                assert_eq!(now, was, "a pixel changed outside of the mask");
                black += 1;
            }
            255 => {
                white += 1;
                apart += now.0.iter().zip(was.0).map(|(a, b)| u64::from(a.abs_diff(b))).sum::<u64>();
            }
            _ => {}
        }
    }
    assert!(black > 100 && white > 100, "{black} black and {white} white pixels say nothing");
    let apart = apart as f64 / f64::from(3 * white);
    println!("{black} pixels are the source's own, {white} are {apart:.1} of 255 away from it on average");
    assert!(apart > 10.0, "nothing was drawn under the mask: {apart}");
}

/// The mask that lies in IndexedDB beside a picture.
fn stored_mask(page: &Page, picture: &Picture) -> Outcome<GrayImage> {
    let bytes: Vec<u8> = serde_json::from_value(query(page.session(), READ_MASK, &[json!(picture.id)])?)?;
    Ok(image::load_from_memory(&bytes)?.to_luma8())
}

const READ_MASK: &str = r#"
    const [id] = arguments;
    const store = database.transaction("picture_blobs").objectStore("picture_blobs");
    const mask = await done(store.get([id, "mask"]));
    return Array.from(new Uint8Array(await mask.arrayBuffer()));
"#;

#[test]
fn what_is_painted_is_drawn_anew_and_nothing_else() -> Outcome {
    let folder = Folder::new("masks")?;
    let (page, source) = open(&folder)?;
    let session = page.session();

    press(session, "Generate")?;
    let sentence = page.sentence_at("mask")?;
    assert!(sentence.contains("Nothing is painted") && sentence.contains("Edit mask"), "{sentence}");

    let editor = Editor::open(&page)?;
    assert_eq!(page.alerts()?, Vec::<String>::new(), "the complaint must go when it is answered");
    slide(session, "Brush size", f64::from(source.width()) / 4.0)?;
    slide(session, "Hardness", 100.0)?;
    editor.stroke(&[(0.25, 0.5), (0.5, 0.4), (0.75, 0.5)])?;
    let painted = editor.mask()?;
    assert_eq!((editor.at(&painted, 0.5, 0.4), editor.at(&painted, 0.3, 0.5)), (255, 255));
    assert_eq!((editor.at(&painted, 0.02, 0.02), editor.at(&painted, 0.5, 0.9)), (0, 0));

    press(session, "Invert mask")?;
    let inverted = editor.mask()?;
    assert!(inverted.pixels().zip(painted.pixels()).all(|(a, b)| a.0[0] == 255 - b.0[0]));
    press(session, "Undo")?;
    assert_eq!(editor.mask()?, painted);
    press(session, "Undo")?;
    assert!(editor.is_black()?, "undoing the only stroke must leave nothing");
    press(session, "Redo")?;
    assert_eq!(editor.mask()?, painted);

    press(session, "Eraser")?;
    editor.stroke(&[(0.75, 0.5)])?;
    assert_eq!(editor.at(&editor.mask()?, 0.75, 0.5), 0, "the eraser must take away");
    press(session, "Undo")?;
    press(session, "Clear mask")?;
    assert!(editor.is_black()?);
    press(session, "Undo")?;
    assert_eq!(editor.mask()?, painted);
    press(session, "Done")?;

    let first = page.generate(LATER)?;
    assert_only_the_mask_changed(&first.pixels()?, &source, &painted);
    assert_eq!(stored_mask(&page, &first)?, painted, "the mask must be kept with its picture");

    // It stays while prompt and settings change, and under a result that becomes the source.
    write(session, "Prompt", "a green frog")?;
    slide(session, "Prompt strength", 0.9)?;
    let second = page.generate(LATER)?;
    assert_only_the_mask_changed(&second.pixels()?, &source, &painted);
    assert_ne!(first.png, second.png);
    session.click(&control_in(session, "Use as source", &page.card(&second.id)?)?)?;
    page.wait("the result as the source", SOON, || {
        let parts =
            "return document.querySelector('[data-source-ready] img')?.alt.includes('green frog') === true;";
        Ok((session.run(parts, &[])? == true).then_some(()))
    })?;
    let editor = Editor::open(&page)?;
    assert_eq!(editor.mask()?, painted, "the mask must stay under a source of its shape");
    Ok(())
}

#[test]
fn only_the_masked_part_is_made_at_the_full_size_of_the_source() -> Outcome {
    let folder = Folder::new("masks")?;
    let (page, _) = open(&folder)?;
    page.take_source(&repository::photo())?;
    let photo = image::open(repository::photo())?.to_rgb8();
    let (width, height) = photo.dimensions();
    let mask = GrayImage::from_fn(width, height, |x, y| {
        Luma([if (200..280).contains(&x) && (100..180).contains(&y) { 255 } else { 0 }])
    });
    let file = folder.path().join("mask.png");
    mask.save(&file)?;

    let editor = Editor::open(&page)?;
    editor.import(&file)?;
    page.wait("the imported mask", SOON, || Ok((editor.mask()? == mask).then_some(())))?;
    press(page.session(), "Done")?;
    choose(page.session(), "Inpaint area", "Only masked")?;
    write(page.session(), "Mask padding", "24")?;
    let picture = page.generate(LATER)?;
    assert_only_the_mask_changed(&picture.pixels()?, &photo, &mask);
    Ok(())
}

#[test]
fn a_mask_comes_and_goes_as_a_file() -> Outcome {
    let folder = Folder::new("masks")?;
    let (page, source) = open(&folder)?;
    let session = page.session();
    let editor = Editor::open(&page)?;
    editor.stroke(&[(0.3, 0.3), (0.6, 0.6)])?;
    let painted = editor.mask()?;
    assert_eq!(editor.export()?, ("mask.png".to_owned(), painted.clone()));

    // What is no mask for this source is explained, and changes nothing.
    let oblong = folder.path().join("oblong.png");
    GrayImage::new(source.width() * 2, source.height()).save(&oblong)?;
    let damaged = folder.path().join("damaged.png");
    std::fs::write(&damaged, b"\x89PNG\r\n\x1a\n and then nothing")?;
    for (file, words) in
        [(&oblong, "proportions"), (&damaged, "damaged"), (&repository::root().join("LICENSE"), "PNG")]
    {
        editor.import(file)?;
        let sentence = page.wait("the complaint", SOON, || {
            Ok(page.alerts()?.into_iter().find(|sentence| sentence.contains(words)))
        })?;
        assert!(sentence.ends_with('.'), "{sentence}");
        assert_eq!(editor.mask()?, painted, "a refused file changed the mask");
    }

    // Half the size, in colour: brightness counts, and it is scaled to the source.
    let half = folder.path().join("half.png");
    let side = source.width() / 2;
    RgbImage::from_fn(side, side, |x, _| Rgb(if x < side / 2 { [255; 3] } else { [0; 3] })).save(&half)?;
    editor.import(&half)?;
    page.wait("the imported mask", SOON, || {
        let mask = editor.mask()?;
        Ok((editor.at(&mask, 0.2, 0.9) == 255 && editor.at(&mask, 0.8, 0.1) == 0).then_some(()))
    })?;
    assert_eq!(page.alerts()?, Vec::<String>::new());
    press(session, "Undo")?;
    assert_eq!(editor.mask()?, painted, "an import can be undone");
    Ok(())
}

#[test]
fn the_keyboard_alone_paints_a_mask() -> Outcome {
    let folder = Folder::new("masks")?;
    let (page, _) = open(&folder)?;
    let editor = Editor::open(&page)?;
    let stage = editor.stage()?;
    let keys = |keys: &str| page.session().type_into(&stage, keys);
    const ENTER: &str = "\u{E007}";
    const RIGHT: &str = "\u{E014}";
    const ESCAPE: &str = "\u{E00C}";
    const CONTROL: &str = "\u{E009}";
    const RELEASE: &str = "\u{E000}";

    keys(&format!("{ENTER}{}{ENTER}", RIGHT.repeat(4)))?;
    let painted = editor.mask()?;
    assert_eq!(editor.at(&painted, 0.5, 0.5), 255, "the brush begins in the middle");
    let (left, right) = (editor.white_left_of(&painted, 0.5), editor.white_right_of(&painted, 0.5));
    assert!(
        right > left,
        "the brush went to the right: {left} pixels left of the middle, {right} right of it"
    );
    keys(&format!("{CONTROL}z{RELEASE}"))?;
    assert!(editor.is_black()?);
    keys(&format!("{CONTROL}y{RELEASE}"))?;
    assert_eq!(editor.mask()?, painted);
    keys(&format!("{CONTROL}i{RELEASE}"))?;
    assert_eq!(editor.at(&editor.mask()?, 0.5, 0.5), 0);
    keys(&format!("{CONTROL}z{RELEASE}"))?;

    let size = || value(page.session(), "Brush size");
    let before: f64 = size()?.parse()?;
    keys("]]")?;
    assert!(size()?.parse::<f64>()? > before, "] must enlarge the brush");

    // Esc takes back a stroke on its way, and only then leaves.
    keys(&format!("{ENTER}{ESCAPE}"))?;
    assert_eq!(editor.mask()?, painted);
    keys(ESCAPE)?;
    page.wait("the editor to close", SOON, || Ok((!editor.is_open()?).then_some(())))?;
    assert_eq!(Editor::open(&page)?.mask()?, painted, "closing the editor must keep the mask");
    Ok(())
}

#[test]
fn one_finger_paints_and_two_enlarge() -> Outcome {
    let folder = Folder::new("masks")?;
    let (page, _) = open(&folder)?;
    let editor = Editor::open(&page)?;
    let before = editor.zoom()?;
    editor.pinch(0.1, 0.4)?;
    let after = editor.zoom()?;
    assert!(
        (after / before - 4.0).abs() < 0.2,
        "the fingers went four times as far apart: {before}, {after}"
    );
    assert!(editor.is_black()?, "a pinch must leave nothing behind");
    editor.touch(&[(0.5, 0.5), (0.52, 0.5)])?;
    assert_eq!(editor.at(&editor.mask()?, 0.5, 0.5), 255);
    Ok(())
}

#[test]
fn a_picture_brings_its_mask_back() -> Outcome {
    let folder = Folder::new("masks")?;
    let (page, _) = open(&folder)?;
    let session = page.session();
    let painted = Editor::paint(&page, &[(0.5, 0.2), (0.5, 0.8)])?;
    write(session, "Mask feather", "3")?;
    let made = page.generate(LATER)?;

    page.reload()?;
    session.click(&control_in(session, "Reuse settings", &page.card(&made.id)?)?)?;
    page.take_source(&folder.path().join("source.png"))?;
    assert_eq!(Editor::look(&page)?, painted);
    assert_eq!(value(session, "Mask feather")?, "3");
    let again = page.generate(LATER)?;
    assert_eq!(again.png, made.png, "settings, source and mask must make the picture again");

    // Where there is no source, the picture brings that, too.
    press(session, "Remove source")?;
    session.click(&control_in(session, "Reuse settings", &page.card(&made.id)?)?)?;
    page.wait("the source and its mask", SOON, || {
        let ready = session.find("return document.querySelector('[data-source-ready]');", &[])?.is_some();
        Ok((ready && Editor::look(&page)? == painted).then_some(()))
    })?;
    assert_eq!(page.generate(LATER)?.png, made.png);
    Ok(())
}

/// Waits until as many masks are kept with recent sources.
fn wait_for_kept_masks(page: &Page, count: usize) -> Outcome {
    page.wait(&format!("{count} kept masks"), SOON, || {
        let kept = keys(page.session(), "source_blobs")?;
        Ok((kept.iter().filter(|key| key.ends_with("/mask")).count() == count).then_some(()))
    })
}

fn wait_for_source(page: &Page, name: &str) -> Outcome {
    let script = "return document.querySelector('[data-source-ready] .name')?.textContent ?? '';";
    page.wait(&format!("the source {name}"), SOON, || {
        Ok((page.session().run(script, &[])? == name).then_some(()))
    })
}

#[test]
fn a_mask_outlives_a_reload_without_any_picture() -> Outcome {
    let folder = Folder::new("masks")?;
    let (page, _) = open(&folder)?;
    let session = page.session();
    let painted = Editor::paint(&page, &[(0.2, 0.3), (0.8, 0.7)])?;
    wait_for_kept_masks(&page, 1)?;

    page.reload()?;
    wait_for_source(&page, "source.png")?;
    assert_eq!(Editor::look(&page)?, painted, "the mask comes back with its source");

    // Under a source of another shape it is gone, and comes back with its own.
    page.take_source(&repository::photo())?;
    wait_for_source(&page, "cat.png")?;
    assert!(Editor::open(&page)?.is_black()?);
    press(session, "Done")?;
    press(session, "Use source.png again")?;
    wait_for_source(&page, "source.png")?;
    let editor = Editor::open(&page)?;
    assert_eq!(editor.mask()?, painted);

    // One that was cleared stays so.
    press(session, "Clear mask")?;
    press(session, "Done")?;
    wait_for_kept_masks(&page, 0)?;
    page.reload()?;
    wait_for_source(&page, "source.png")?;
    assert!(Editor::open(&page)?.is_black()?);
    Ok(())
}

#[test]
fn a_padded_source_needs_no_paint_for_its_borders() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let session = page.session();
    page.take_source(&repository::photo())?;
    choose(session, "Source size", "Pad to the model's size")?;
    press(session, "Enable inpainting")?;
    write(session, "Prompt", "a red apple")?;
    write(session, "Quality steps", "2")?;
    let hint = "return document.querySelector('.mask-row .hint').textContent;";
    page.wait("word of the borders", SOON, || {
        let words = session.run(hint, &[])?;
        Ok(words.as_str().is_some_and(|words| words.contains("only the borders")).then_some(()))
    })?;
    let made = page.generate(LATER)?;
    let picture = made.pixels()?;
    assert_eq!(picture.dimensions(), (128, 128));
    // The ground is of one colour until it is drawn; what lies beyond the feather is the source's own.
    let above: std::collections::BTreeSet<[u8; 3]> = (0..128).map(|x| picture.get_pixel(x, 4).0).collect();
    assert!(above.len() > 1, "the borders are as they were: {above:?}");

    choose(session, "Inpaint area", "Only masked")?;
    press(session, "Generate")?;
    let sentence = page.sentence_at("mask")?;
    assert!(sentence.contains("choose Whole picture"), "{sentence}");
    choose(session, "Source size", "Original dimensions")?;
    press(session, "Generate")?;
    page.wait("the plain word", SOON, || {
        let words = page.sentence_at("mask")?;
        Ok(words.ends_with("paint over what is to be drawn anew.").then_some(()))
    })
}
