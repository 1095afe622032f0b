//! A mask is turned and cropped with its source, and comes back with its file.

use image::{Rgb, RgbImage, imageops};
use tests::chromium::Graphics;
use tests::controls::{control_in, press, value, write, write_all};
use tests::page::{LATER, Page, SOON};
use tests::rows::query;
use tests::temporary::Folder;
use tests::{Outcome, repository};

use super::editor::Editor;
use super::{open, wait_for_kept_masks, wait_for_source};
use crate::batches::close;
use crate::packs::{act, wait_for_cards};
use crate::source::wait_for_size;

/// The mask of the only source that has one.
const READ_KEPT_MASK: &str = r#"
    const store = database.transaction("source_blobs").objectStore("source_blobs");
    const kept = await done(store.getAllKeys());
    const blob = await done(store.get(kept.find(key => key.at(-1) === "mask")));
    return Array.from(new Uint8Array(await blob.arrayBuffer()));
"#;

/// The pictures in the gallery, once there are so many.
fn wait_for_pictures(page: &Page, count: usize) -> Outcome<Vec<String>> {
    page.wait(&format!("{count} pictures"), LATER, || {
        Ok(Some(page.picture_ids()?).filter(|ids| ids.len() == count))
    })
}

#[test]
fn a_picture_in_the_size_of_its_source_is_made_again() -> Outcome {
    let folder = Folder::new("masks")?;
    let page = Page::open(Graphics::None)?;
    let session = page.session();
    // No model makes pictures of this size: the form asks for one near it.
    let file = folder.path().join("odd.png");
    RgbImage::from_fn(100, 68, |x, y| Rgb([x as u8, y as u8, 90])).save(&file)?;
    page.take_source(&file)?;
    page.wait("a size that the model takes", SOON, || {
        Ok((value(session, "Width")? == "104" && value(session, "Height")? == "72").then_some(()))
    })?;
    press(session, "Enable inpainting")?;
    Editor::paint(&page, &[(0.2, 0.3), (0.8, 0.7)])?;
    write(session, "Prompt", "a red apple")?;
    write(session, "Quality steps", "2")?;
    let made = page.generate(LATER)?;
    assert_eq!(made.pixels()?.dimensions(), (100, 68));

    session.click(&control_in(session, "Regenerate", &page.card(&made.id)?)?)?;
    let ids = wait_for_pictures(&page, 2)?;
    assert_eq!(page.alerts()?, Vec::<String>::new());
    session.click(&control_in(session, "Reuse settings", &page.card(&ids[0])?)?)?;
    page.wait("the size that was asked for", SOON, || {
        Ok((value(session, "Width")? == "104" && value(session, "Height")? == "72").then_some(()))
    })?;
    let again = page.generate(LATER)?;
    assert_eq!(again.pixels()?.dimensions(), (100, 68));
    Ok(())
}

/// Opens **Crop and rotate**, does something there, and waits until the source's caption ends with this size.
fn edit_source(page: &Page, size: &str, change: impl FnOnce() -> Outcome) -> Outcome {
    press(page.session(), "Crop and rotate")?;
    change()?;
    press(page.session(), "Apply")?;
    wait_for_size(page, size)
}

#[test]
fn a_pack_brings_its_own_mask_whatever_was_painted_since() -> Outcome {
    let folder = Folder::new("masks")?;
    let (page, source) = open(&folder)?;
    let session = page.session();
    let packed = Editor::paint(&page, &[(0.2, 0.3), (0.8, 0.7)])?;
    write(session, "Quality steps", "1")?;
    let made = page.generate(LATER)?;
    session.click(&control_in(session, "Select", &page.card(&made.id)?)?)?;
    press(session, "Save as pack")?;
    wait_for_cards(&page, "a red apple", 1)?;
    close(&page)?;

    // Another mask is kept with the source, and another source of its shape is in use.
    let editor = Editor::open(&page)?;
    press(session, "Clear mask")?;
    editor.stroke(&[(0.5, 0.2), (0.5, 0.8)])?;
    press(session, "Done")?;
    let other = folder.path().join("other.png");
    imageops::rotate180(&source).save(&other)?;
    page.take_source(&other)?;
    wait_for_source(&page, "other.png")?;

    press(session, "Image packs")?;
    let card = wait_for_cards(&page, "a red apple", 1)?.remove(0);
    act(&page, &card, "Use pack")?;
    wait_for_source(&page, "a red apple")?;
    assert!(Editor::open(&page)?.mask()? == packed, "the pack's mask lies over the pack's source");
    Ok(())
}

#[test]
fn a_mask_follows_its_source() -> Outcome {
    let folder = Folder::new("masks")?;
    let (page, source) = open(&folder)?;
    let session = page.session();
    let (side, _) = source.dimensions();
    let whole = format!("{side} × {side}");
    let painted = Editor::paint(&page, &[(0.2, 0.3), (0.8, 0.7)])?;

    edit_source(&page, &whole, || press(session, "Rotate right"))?;
    assert!(Editor::look(&page)? == imageops::rotate90(&painted), "it turns");
    edit_source(&page, &whole, || press(session, "Rotate left"))?;

    let numbers = [("Crop width", "64"), ("Crop height", "40"), ("Left", "32"), ("Top", "48")];
    edit_source(&page, "64 × 40", || write_all(session, &numbers))?;
    let part = imageops::crop_imm(&painted, 32, 48, 64, 40).to_image();
    let editor = Editor::open(&page)?;
    assert!(editor.mask()? == part, "it is cropped");
    editor.stroke(&[(0.1, 0.8), (0.3, 0.8)])?;
    let part = editor.leave()?;
    page.wait("the mask to be kept", SOON, || {
        let bytes: Vec<u8> = serde_json::from_value(query(session, READ_KEPT_MASK, &[])?)?;
        Ok((image::load_from_memory(&bytes)?.to_luma8() == part).then_some(()))
    })?;
    page.reload()?;
    wait_for_source(&page, "source.png")?;
    assert!(Editor::look(&page)? == part, "it is cropped at the next visit");
    edit_source(&page, &whole, || press(session, "Reset"))?;
    let mut both = painted;
    imageops::replace(&mut both, &part, 32, 48);
    let painted = both;
    assert!(Editor::look(&page)? == painted, "what was cut off is there again");
    wait_for_kept_masks(&page, 1)?;

    // The same file, chosen anew after another one.
    page.take_source(&repository::photo())?;
    wait_for_source(&page, "cat.png")?;
    assert!(page.sentence_at("mask")?.contains("comes back with its own source"));
    page.take_source(&folder.path().join("source.png"))?;
    wait_for_source(&page, "source.png")?;
    assert!(Editor::open(&page)?.mask()? == painted, "it comes back with its file");
    assert_eq!(page.alerts()?, Vec::<String>::new());
    Ok(())
}
