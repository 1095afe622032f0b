//! The queue: its order can be changed, what waits can be taken out, and a closed tab loses none of it. Sweeps and grids
//! become one sheet.

use serde_json::json;
use tests::chromium::Graphics;
use tests::controls::keys::{DELETE, ESCAPE, LEFT};
use tests::controls::{choose, control, control_in, press, value, write, write_all};
use tests::page::{LATER, Page, SOON};
use tests::rows::{count, query};
use tests::temporary::Folder;
use tests::{Outcome, repository};

use crate::packs::wait_for_cards;

/// Asks for a picture that takes a while.
fn ask(page: &Page, prompt: &str, steps: &str) -> Outcome {
    write(page.session(), "Prompt", prompt)?;
    write(page.session(), "Quality steps", steps)?;
    press(page.session(), "Generate")
}

fn waiting(page: &Page) -> Outcome<Vec<String>> {
    let script =
        "return Array.from(document.querySelectorAll('.queue-entry .queue-prompt')).map(p => p.textContent);";
    Ok(serde_json::from_value(page.session().run(script, &[])?)?)
}

fn wait_for_queue(page: &Page, prompts: &[&str]) -> Outcome {
    page.wait(&format!("the queue {prompts:?}"), SOON, || Ok((waiting(page)? == prompts).then_some(())))
}

/// Whoever uses keys goes on from what was pressed, or from what is beside it.
fn wait_for_focus(page: &Page, name: &str) -> Outcome {
    let script = "return document.activeElement.getAttribute('aria-label') ?? '';";
    page.wait(&format!("the focus on {name}"), SOON, || {
        Ok((page.session().run(script, &[])? == name).then_some(()))
    })
}

fn stored_jobs(page: &Page) -> Outcome<u64> {
    count(page.session(), "queue")
}

#[test]
fn the_queue_is_reordered_cancelled_and_survives_a_closed_tab() -> Outcome {
    let page = Page::open(Graphics::None)?;
    ask(&page, "the running one", "200")?;
    for prompt in ["first", "second", "third"] {
        ask(&page, prompt, "1")?;
    }
    press(page.session(), "Queue (3)")?;
    wait_for_queue(&page, &["first", "second", "third"])?;
    press(page.session(), "Move up: third")?;
    wait_for_focus(&page, "Move up: third")?;
    press(page.session(), "Move down: first")?;
    wait_for_queue(&page, &["third", "first", "second"])?;
    press(page.session(), "Cancel: second")?;
    wait_for_queue(&page, &["third", "first"])?;
    wait_for_focus(&page, "Cancel: first")?;
    page.wait("three pictures in the database", SOON, || Ok((stored_jobs(&page)? == 3).then_some(())))?;

    page.reload()?;
    page.wait("what was left", SOON, || {
        let text =
            page.session().run("return document.querySelector('.queue-left')?.textContent ?? '';", &[])?;
        Ok(text.as_str().is_some_and(|text| text.contains("3 pictures were still waiting")).then_some(()))
    })?;
    press(page.session(), "Resume queue")?;
    page.wait("the first to run", SOON, || Ok(page.step()?.map(drop)))?;
    press(page.session(), "Queue (2)")?;
    wait_for_queue(&page, &["third", "first"])?;
    close(&page)?;
    press(page.session(), "Cancel")?;
    // One was stopped, and the others go on.
    page.wait("the other two", LATER, || Ok((page.picture_ids()?.len() == 2).then_some(())))?;
    page.wait("an empty queue", SOON, || Ok((stored_jobs(&page)? == 0).then_some(())))?;
    assert_eq!(count(page.session(), "queue_blobs")?, 0, "no source stays behind");
    Ok(())
}

#[test]
fn one_press_stops_all_that_is_asked_for() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let all = || control(page.session(), "Cancel all");
    let place = || {
        let script = "const {x, y, width, height} = document.querySelector('.generate').getBoundingClientRect(); \
                      return [x, y, width, height];";
        page.session().run(script, &[])
    };
    let before = place()?;
    ask(&page, "the running one", "200")?;
    page.wait("the first to run", SOON, || Ok(page.step()?.map(drop)))?;
    assert!(all().is_err(), "of one picture, Cancel is enough");
    ask(&page, "the other", "200")?;
    page.wait("Cancel all", SOON, || Ok(all().ok()))?;
    assert_eq!(place()?, before, "pressed again, Generate must not turn out to be Cancel");
    press(page.session(), "Cancel all")?;
    page.wait("an empty queue", SOON, || Ok((stored_jobs(&page)? == 0).then_some(())))?;
    page.wait("the focus on Generate", SOON, || {
        let focused = page.session().run("return document.activeElement.textContent;", &[])?;
        Ok((focused == "Generate").then_some(()))
    })?;
    assert!(control(page.session(), "Cancel").is_err(), "there is nothing left to cancel");
    assert_eq!(page.picture_ids()?, Vec::<String>::new());
    Ok(())
}

/// Keeps the transaction in which a picture is stored from getting done until the tab is closed.
const HOLD_PICTURES: &str = "const put = IDBObjectStore.prototype.put; \
    IDBObjectStore.prototype.put = function (...row) { \
        const hold = () => { this.count().onsuccess = hold; }; \
        if (this.name === 'picture_blobs' && !sessionStorage.closed) hold(); \
        return put.apply(this, row); };";

#[test]
fn a_picture_that_a_closed_tab_had_not_stored_is_made_again() -> Outcome {
    let page = Page::prepare(Graphics::None)?;
    page.before_page(HOLD_PICTURES)?;
    let page = page.load()?;
    write_all(page.session(), &[("Width", "64"), ("Height", "64"), ("Seed", "7")])?;
    ask(&page, "a red apple", "1")?;
    page.wait("the picture", LATER, || Ok((page.picture_ids()?.len() == 1).then_some(())))?;
    assert_eq!(stored_jobs(&page)?, 1, "it is not stored yet");

    page.session().run("sessionStorage.closed = true;", &[])?;
    page.reload()?;
    page.wait("what was left", SOON, || Ok(control(page.session(), "Resume queue").ok()))?;
    assert_eq!(page.picture_ids()?, Vec::<String>::new());
    press(page.session(), "Resume queue")?;
    page.wait("the picture in the database", LATER, || {
        Ok((count(page.session(), "pictures")? == 1).then_some(()))
    })?;
    page.wait("an empty queue", SOON, || Ok((stored_jobs(&page)? == 0).then_some(())))
}

/// Closes the drawer or dialog that is open: each has a button of this name.
pub(crate) fn close(page: &Page) -> Outcome {
    let open = page.session().find("return document.querySelector('dialog[open]');", &[])?;
    let open = open.ok_or("nothing is open")?;
    page.session().click(&control_in(page.session(), "Close", &open)?)
}

/// The gallery's only entry, once it is a sheet: its pictures are there one by one before.
fn wait_for_sheet(page: &Page) -> Outcome<String> {
    page.wait("the sheet's entry", LATER, || match page.picture_ids()?.as_slice() {
        [only] if query(page.session(), IS_SHEET, &[json!(only)])? == true => Ok(Some(only.clone())),
        _ => Ok(None),
    })
}

/// What the sheet's table says: its caption, column labels, and how many pictures are in it.
fn table(page: &Page) -> Outcome<(String, Vec<String>, u64)> {
    let script = "const table = document.querySelector('.sheet-table'); \
        const texts = selector => Array.from(table.querySelectorAll(selector)).map(cell => cell.textContent.trim()); \
        return table && [texts('caption')[0], texts('th[scope=col]'), table.querySelectorAll('.sheet-cell').length];";
    page.wait("the sheet", SOON, || {
        let told = page.session().run(script, &[])?;
        Ok(if told.is_null() { None } else { Some(serde_json::from_value(told)?) })
    })
}

#[test]
fn a_grid_is_one_entry_that_opens_as_a_table() -> Outcome {
    let page = Page::open(Graphics::None)?;
    write_all(
        page.session(),
        &[("Prompt", "a red apple"), ("Width", "64"), ("Height", "64"), ("Seed", "7")],
    )?;
    press(page.session(), "Sweep and grid")?;
    choose(page.session(), "Columns", "Quality steps")?;
    write(page.session(), "Values of the columns", "1-2")?;
    choose(page.session(), "Rows", "Seed")?;
    write(page.session(), "Values of the rows", "41, 42")?;
    press(page.session(), "Make grid")?;
    let id = wait_for_sheet(&page)?;
    let file: Vec<u8> = serde_json::from_value(query(page.session(), READ_SHEET, &[json!(id)])?)?;
    let settings = gallery::read_settings(&file)?;
    let settings = settings.ok_or("the sheet's file carries no settings")?;
    assert_eq!(settings.prompt, "a red apple");
    assert_eq!(settings.other["sheet"]["rows"]["labels"], json!(["41", "42"]));
    page.session().click(&control_in(page.session(), "Open a red apple", &page.card(&id)?)?)?;
    let (caption, columns, pictures) = table(&page)?;
    assert_eq!(caption, "Quality steps from left to right, Seed from top to bottom");
    assert_eq!((columns, pictures), (vec!["1".to_owned(), "2".to_owned()], 4));
    press(page.session(), "Open Quality steps 2, Seed 42")?;
    control(page.session(), "Back to the sheet")?;
    // Row by row from picture to picture.
    page.session().press_keys(&LEFT.to_string().repeat(2))?;
    let find = "return document.querySelector('.picture-dialog[open]');";
    let shown = page.session().find(find, &[])?.ok_or("the picture's dialog is not open")?;
    page.session().click(&control_in(page.session(), "Reuse settings", &shown)?)?;
    assert_eq!(value(page.session(), "Seed")?, "41");
    assert_eq!(value(page.session(), "Quality steps")?, "2");
    a_sheet_is_its_pictures_elsewhere(&page, &id, &file)
}

/// Its file gives no settings back, and a pack has the pictures that are in it.
fn a_sheet_is_its_pictures_elsewhere(page: &Page, id: &str, file: &[u8]) -> Outcome {
    let folder = Folder::new("sheet")?;
    let path = folder.path().join("sheet.png");
    std::fs::write(&path, file)?;
    page.take_source(&path)?;
    press(page.session(), "Reuse the settings in this file")?;
    assert!(page.sentence_at("run")?.starts_with("A sheet is many pictures"));
    page.session().click(&control_in(page.session(), "Select", &page.card(id)?)?)?;
    press(page.session(), "Save as pack")?;
    wait_for_cards(page, "4 pictures", 1)?;
    page.session().press_keys(&ESCAPE.to_string())?;
    press(page.session(), "Clear selection")?;
    deleting_goes_on_within_the_sheet(page, id)
}

/// The next picture of the sheet is shown, and from there the focus comes back to the sheet's card.
fn deleting_goes_on_within_the_sheet(page: &Page, id: &str) -> Outcome {
    let session = page.session();
    session.click(&control_in(session, "Open a red apple", &page.card(id)?)?)?;
    press(session, "Open Quality steps 1, Seed 41")?;
    session.press_keys(&DELETE.to_string())?;
    control(session, "Back to the sheet")?;
    session.press_keys(&ESCAPE.to_string())?;
    let focused = "return document.activeElement.closest('[data-picture-id]')?.dataset.pictureId ?? '';";
    page.wait("the focus on the sheet", SOON, || Ok((session.run(focused, &[])? == id).then_some(())))
}

#[test]
fn a_strength_sweep_wants_a_source_and_keeps_one_seed() -> Outcome {
    let page = Page::open(Graphics::None)?;
    write(page.session(), "Prompt", "a red apple")?;
    press(page.session(), "Sweep and grid")?;
    press(page.session(), "Strength sweep")?;
    assert!(page.sentence_at("batch")?.contains("choose one first"));
    close(&page)?;
    page.take_source(&repository::photo())?;
    write_all(page.session(), &[("Width", "64"), ("Height", "64"), ("Quality steps", "2")])?;
    press(page.session(), "Sweep and grid")?;
    write(page.session(), "Strengths", "0.2, 1.5")?;
    press(page.session(), "Strength sweep")?;
    assert!(page.sentence_at("batch")?.contains("from 0.1 to 1"));
    write(page.session(), "Strengths", "0.2-1 [2]")?;
    press(page.session(), "Strength sweep")?;
    let id = wait_for_sheet(&page)?;
    page.session().click(&control_in(page.session(), "Open a red apple", &page.card(&id)?)?)?;
    let (caption, columns, pictures) = table(&page)?;
    assert_eq!(caption, "Prompt strength from left to right");
    assert_eq!((columns, pictures), (vec!["0.2".to_owned(), "1".to_owned()], 2));
    close(&page)?;
    page.session().click(&control_in(page.session(), "Delete", &page.card(&id)?)?)?;
    page.wait("an empty gallery", SOON, || Ok(page.picture_ids()?.is_empty().then_some(())))?;
    let told =
        page.session().run("return document.querySelector('.undo-bar [role=status]').textContent;", &[])?;
    assert_eq!(told, "1 picture deleted.", "as many as there were cards");
    Ok(())
}

/// Whether a picture's stored record is a sheet's.
const IS_SHEET: &str = r#"
    const [id] = arguments;
    const entry = await done(database.transaction("pictures").objectStore("pictures").get([id]));
    return !!entry && JSON.parse(JSON.parse(entry).metadata).sheet != null;
"#;

/// A picture's PNG.
const READ_SHEET: &str = r#"
    const [id] = arguments;
    const png = await done(database.transaction("picture_blobs").objectStore("picture_blobs").get([id, "png"]));
    return Array.from(new Uint8Array(await png.arrayBuffer()));
"#;
