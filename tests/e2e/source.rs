//! **Source image**: where sources come from, how they are turned, cropped and fitted, and that they outlive a visit.

use std::fs;

use image::imageops::{self, FilterType};
use image::{DynamicImage, RgbImage};
use serde_json::json;
use tests::chromium::Graphics;
use tests::controls::keys::{LEFT, RIGHT, SHIFT, TAB};
use tests::controls::{choose, control, press, slide, value, write, write_all};
use tests::page::{LATER, Page, SOON};
use tests::pictures::difference_from_source;
use tests::rows::count;
use tests::source_files::{animated_png, turned_jpeg};
use tests::temporary::Folder;
use tests::{Outcome, repository};

fn photo() -> Outcome<RgbImage> {
    Ok(image::open(repository::photo())?.to_rgb8())
}

/// The source as the page shows it: the file's bytes, decoded.
pub(crate) fn shown(page: &Page) -> Outcome<RgbImage> {
    let script = "const picture = document.querySelector('.source-picture img'); \
                  return Array.from(new Uint8Array(await (await fetch(picture.src)).arrayBuffer()));";
    let bytes: Vec<u8> = serde_json::from_value(page.session().run(script, &[])?)?;
    Ok(image::load_from_memory(&bytes)?.to_rgb8())
}

/// Waits until the source's caption ends with this size, and nothing is being done to it.
pub(crate) fn wait_for_size(page: &Page, size: &str) -> Outcome {
    let script = "const edited = document.querySelector('dialog.crop-dialog[open]'); \
        return edited ? '' : document.querySelector('.source-picture figcaption')?.textContent.trim() ?? '';";
    page.wait(&format!("a source of {size}"), SOON, || {
        let caption = page.session().run(script, &[])?;
        Ok(caption.as_str().is_some_and(|caption| caption.ends_with(size)).then_some(()))
    })
}

fn has(page: &Page, name: &str) -> bool {
    control(page.session(), name).is_ok()
}

/// Turns the photo to the right and keeps 100 x 200 pixels of it.
fn turn_and_crop(page: &Page) -> Outcome {
    let session = page.session();
    press(session, "Crop and rotate")?;
    press(session, "Rotate right")?;
    write_all(session, &[("Crop width", "100"), ("Crop height", "200"), ("Left", "20"), ("Top", "30")])?;
    press(session, "Apply")?;
    wait_for_size(page, "100 × 200")
}

#[test]
fn a_source_is_turned_and_cropped_to_the_pixel() -> Outcome {
    let page = Page::open(Graphics::None)?;
    page.take_source(&repository::photo())?;
    turn_and_crop(&page)?;
    let kept = imageops::crop_imm(&imageops::rotate90(&photo()?), 20, 30, 100, 200).to_image();
    assert!(shown(&page)? == kept, "the edited source is not the photo turned and cropped");
    let side = |name| -> Outcome<f64> { Ok(value(page.session(), name)?.parse()?) };
    let ratio = side("Height")? / side("Width")?;
    assert!((ratio - 2.0).abs() < 0.25, "the size follows the edited source, not {ratio}");
    Ok(())
}

#[test]
fn the_crop_is_moved_by_keys_and_undone() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let session = page.session();
    page.take_source(&repository::photo())?;
    press(session, "Crop and rotate")?;
    session.type_into(&control(session, "Right edge")?, &format!("{LEFT}{LEFT}{SHIFT}{LEFT}"))?;
    assert_eq!(value(session, "Crop width")?, "439");
    session.type_into(&control(session, "Crop area")?, &format!("{RIGHT}{RIGHT}{RIGHT}"))?;
    assert_eq!((value(session, "Left")?, value(session, "Top")?), ("3".to_owned(), "0".to_owned()));
    press(session, "Reset")?;
    write(session, "Left", "40")?;
    // A number counts once its box is left.
    session.type_into(&control(session, "Left")?, &TAB.to_string())?;
    page.wait("a crop that ends at the edge", SOON, || {
        Ok((value(session, "Left")? == "40" && value(session, "Crop width")? == "411").then_some(()))
    })?;
    choose(session, "Proportions", "1 : 1")?;
    assert_eq!(value(session, "Crop width")?, value(session, "Crop height")?);
    press(session, "Apply")?;
    wait_for_size(&page, "300 × 300")?;
    // The original is still there.
    press(session, "Crop and rotate")?;
    assert_eq!(value(session, "Crop width")?, "300");
    press(session, "Reset")?;
    press(session, "Apply")?;
    wait_for_size(&page, "451 × 300")?;
    assert!(shown(&page)? == photo()?, "the source is not what it was");
    Ok(())
}

#[test]
fn sources_outlive_a_visit_and_can_be_forgotten() -> Outcome {
    let page = Page::open(Graphics::None)?;
    page.take_source(&repository::photo())?;
    turn_and_crop(&page)?;
    let stored = || {
        page.wait("the source to be stored", SOON, || {
            Ok((count(page.session(), "sources")? == 1).then_some(()))
        })
    };
    stored()?;
    page.reload()?;
    wait_for_size(&page, "100 × 200")?;
    press(page.session(), "Remove source")?;
    page.reload()?;
    page.wait("the recent sources", SOON, || Ok(has(&page, "Use cat.png again").then_some(())))?;
    assert!(!has(&page, "Crop and rotate"), "a removed source must not come back by itself");
    press(page.session(), "Use cat.png again")?;
    wait_for_size(&page, "100 × 200")?;
    // The same file is the same entry.
    page.take_source(&repository::photo())?;
    wait_for_size(&page, "451 × 300")?;
    stored()?;
    // The source in use stays: it is to be there at the next visit.
    press(page.session(), "Forget all")?;
    page.reload()?;
    wait_for_size(&page, "451 × 300")?;
    press(page.session(), "Remove source")?;
    press(page.session(), "Forget all")?;
    page.wait("nothing to be stored", SOON, || Ok((count(page.session(), "sources")? == 0).then_some(())))?;
    page.reload()?;
    assert!(!has(&page, "Use cat.png again") && !has(&page, "Crop and rotate"));
    Ok(())
}

#[test]
fn a_source_comes_by_drop_and_by_paste() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let photo = fs::read(repository::photo())?;
    for event in ["drop", "paste"] {
        page.session().run(GIVE, &[json!(event), json!(photo)])?;
        wait_for_size(&page, "451 × 300")?;
        press(page.session(), "Remove source")?;
    }
    Ok(())
}

#[test]
fn a_source_outlives_its_file() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let folder = Folder::new("moved")?;
    let file = folder.path().join("photo.png");
    fs::copy(repository::photo(), &file)?;
    page.take_source(&file)?;
    fs::remove_file(&file)?;
    turn_and_crop(&page)?;
    write(page.session(), "Prompt", "a red apple")?;
    write(page.session(), "Quality steps", "1")?;
    page.generate(LATER)?;
    assert_eq!(page.alerts()?, Vec::<String>::new());
    Ok(())
}

#[test]
fn orientation_and_animation_are_seen() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let folder = Folder::new("sources")?;
    let (turned, moving) = (folder.path().join("turned.jpg"), folder.path().join("moving.png"));
    fs::write(&turned, turned_jpeg(&photo()?)?)?;
    page.take_source(&turned)?;
    wait_for_size(&page, "300 × 451")?;
    let frames = [photo()?, imageops::flip_horizontal(&photo()?)];
    fs::write(&moving, animated_png(&frames)?)?;
    page.take_source(&moving)?;
    wait_for_size(&page, "451 × 300")?;
    let told = page.session().run("return document.querySelector('.source-moves')?.textContent;", &[])?;
    assert_eq!(told, json!("This picture moves; its first frame is used."));
    assert_eq!(page.alerts()?, Vec::<String>::new());
    Ok(())
}

#[test]
fn files_of_other_kinds_are_named() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let folder = Folder::new("other-kinds")?;
    let cases: [(&str, &[u8], &str); 5] = [
        (
            "drawing.png",
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            "SVG drawing",
        ),
        ("page.jpg", b"<!DOCTYPE html><html><body>no picture</body></html>", "web page"),
        ("moving.png", b"GIF89a\x01\0\x01\0", "GIF"),
        ("phone.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        ("words.webp", b"<b>bold</b> words", "not a PNG"),
    ];
    for (name, bytes, said) in cases {
        let file = folder.path().join(name);
        fs::write(&file, bytes)?;
        page.offer_source(&file)?;
        let sentence = page
            .wait(said, SOON, || Ok(page.alerts()?.into_iter().find(|sentence| sentence.contains(said))))?;
        assert!(sentence.contains(name) && sentence.ends_with('.'), "{sentence}");
    }
    assert!(!has(&page, "Crop and rotate") && !has(&page, "Forget all"), "nothing of them is kept");
    Ok(())
}

#[test]
fn the_source_is_fitted_as_chosen() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let session = page.session();
    page.take_source(&repository::photo())?;
    let size = || -> Outcome<(u32, u32)> {
        Ok((value(session, "Width")?.parse()?, value(session, "Height")?.parse()?))
    };
    let original = size()?;
    assert!(original.0 > original.1, "the photo is wide");
    choose(session, "Source size", "Fit to the model's size")?;
    let inside = size()?;
    choose(session, "Source size", "Crop to the model's size")?;
    let model = size()?;
    assert!(model.0 == model.1 && inside.0 == model.0 && inside.1 < inside.0, "{inside:?} {model:?}");
    choose(session, "Source size", "Original dimensions")?;
    assert_eq!(size()?, original);

    write(session, "Width", "64")?;
    write(session, "Height", "64")?;
    let hint = || session.run("return document.querySelector('.source-fit .hint').textContent;", &[]);
    assert!(hint()?.as_str().is_some_and(|hint| hint.contains("stretched")), "a stretch is told of");

    write(session, "Prompt", "an orange cat")?;
    write(session, "Quality steps", "2")?;
    slide(session, "Prompt strength", 0.1)?;
    let middle = imageops::crop_imm(&photo()?, 76, 0, 300, 300).to_image();
    let padded = on_ground(&photo()?);
    let mut differences = Vec::new();
    for choice in ["Original dimensions", "Crop to the model's size", "Pad to the model's size"] {
        choose(session, "Source size", choice)?;
        write(session, "Width", "64")?;
        write(session, "Height", "64")?;
        let made = page.generate(LATER)?.pixels()?;
        let to = |source: &RgbImage| difference_from_source(&made, source);
        differences.push([to(&photo()?), to(&middle), to(&padded)]);
    }
    println!("from the photo, its middle, and the photo on a ground: {differences:.2?}");
    for (index, row) in differences.iter().enumerate() {
        let nearest = row.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1)).map(|(index, _)| index);
        assert_eq!(nearest, Some(index), "{differences:.2?}");
    }
    Ok(())
}

/// The photo in the middle of a square, whose ground is a mere middle grey here.
fn on_ground(photo: &RgbImage) -> RgbImage {
    let side = photo.width();
    let mut ground = RgbImage::from_pixel(side, side, image::Rgb([128; 3]));
    imageops::overlay(&mut ground, photo, 0, i64::from((side - photo.height()) / 2));
    DynamicImage::from(ground).resize_exact(side, side, FilterType::Triangle).to_rgb8()
}

/// Gives a file as a drop on the page or as a paste would.
const GIVE: &str = r#"
    const [name, bytes] = arguments;
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], "cat.png", { type: "image/png" }));
    const options = { bubbles: true, cancelable: true };
    document.body.dispatchEvent(name === "drop"
        ? new DragEvent("drop", { ...options, dataTransfer: data })
        : new ClipboardEvent("paste", { ...options, clipboardData: data }));
"#;
