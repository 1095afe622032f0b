//! A disk that has no room for a mask.

use tests::Outcome;
use tests::chromium::Graphics;
use tests::controls::press;
use tests::page::{Page, SOON};
use tests::repository;
use tests::rows::keys;

use super::editor::Editor;
use super::wait_for_kept_masks;

#[test]
fn a_mask_that_finds_no_room_is_told_and_stays() -> Outcome {
    let page = Page::prepare(Graphics::None)?;
    page.limit_disk("source_blobs", None)?;
    let page = page.load()?;
    let session = page.session();
    page.take_source(&repository::photo())?;
    page.wait("the source to be kept", SOON, || {
        Ok((!keys(session, "source_blobs")?.is_empty()).then_some(()))
    })?;
    session.run("window.left = 0;", &[])?;
    press(session, "Enable inpainting")?;
    let editor = Editor::open(&page)?;
    press(session, "Invert mask")?;
    let sentence = page.sentence_at("mask")?;
    assert_eq!(
        sentence,
        "The browser's storage is full, so this mask is kept for this visit only; delete something to keep it."
    );
    let painted = editor.mask()?;
    assert!(painted.pixels().all(|pixel| pixel.0[0] == 255), "the mask itself is as it was painted");
    wait_for_kept_masks(&page, 0)?;

    // Once there is room, the next stroke is kept, and nothing is complained of.
    session.run("window.left = Infinity;", &[])?;
    press(session, "Undo")?;
    press(session, "Redo")?;
    wait_for_kept_masks(&page, 1)?;
    page.wait("the complaint to go", SOON, || Ok(page.alerts()?.is_empty().then_some(())))?;
    press(session, "Done")?;
    page.reload()?;
    assert_eq!(Editor::open(&page)?.mask()?, painted);
    Ok(())
}
