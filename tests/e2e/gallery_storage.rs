//! The database under the gallery: of an earlier version, damaged, or cleared while the page is open.

use std::time::Duration;

use gallery::Record;
use serde_json::{Value, json};
use tests::Outcome;
use tests::chromium::Graphics;
use tests::controls::{control_in, press, value, write};
use tests::page::{LATER, Page, SOON};
use tests::repository;
use tests::rows::{PictureRows, keys, make_database, put_pictures};

use crate::made_up::{files, id, open_with, record};

/// What the first version of the database held: its tables, two pictures without thumbnails, the form and the theme.
#[test]
fn a_database_of_the_first_version_is_taken_over() -> Outcome {
    let stored: Value = serde_json::from_str(&std::fs::read_to_string(
        repository::root().join("tests/data/database_v1.json"),
    )?)?;
    let pictures = ["1764201600000-0badcafe", "1764201660000-12345678"];
    // Larger than a thumbnail, as the second one says.
    let png = files(640)?.swap_remove(3);
    let pngs: Value =
        pictures.iter().map(|id| ((*id).to_owned(), json!(png))).collect::<serde_json::Map<_, _>>().into();
    let page = Page::prepare(Graphics::None)?;
    // A page of the same origin that opens no database.
    page.session().go_to(&format!("{}manifest.webmanifest", page.site.url()))?;
    make_database(page.session(), 1, &stored["tables"], &pngs)?;
    let page = page.load()?;
    let session = page.session();
    assert_eq!(page.picture_ids()?, [pictures[1], pictures[0]]);
    assert_eq!(value(session, "Prompt")?, "a green frog on a lily pad");
    let theme = session.run("return document.documentElement.dataset.theme;", &[])?;
    assert_eq!(theme, "dark", "the settings of the earlier version are kept");
    session.click(&control_in(session, "Star", &page.card(pictures[0])?)?)?;
    page.wait("a thumbnail of the large picture alone", SOON, || {
        let parts = keys(session, "picture_blobs")?;
        let thumbnails: Vec<_> = parts.iter().filter(|key| key.ends_with("/thumbnail")).collect();
        Ok((thumbnails == [&format!("{}/thumbnail", pictures[1])]).then_some(()))
    })?;
    write(session, "Quality steps", "2")?;
    let new = page.generate(LATER)?;
    page.reload()?;
    assert_eq!(page.picture_ids()?, [new.id.as_str(), pictures[1], pictures[0]]);
    let star = control_in(session, "Star", &page.card(pictures[0])?)?;
    assert_eq!(session.run("return arguments[0].getAttribute('aria-pressed');", &[star.to_json()])?, "true");
    Ok(())
}

#[test]
fn a_picture_that_cannot_be_read_hides_no_other() -> Outcome {
    let page = open_with(&[record(0), record(1)])?;
    let broken = PictureRows { id: id(2), entry: "{\"id\": 5}".to_owned(), file: 0 };
    put_pictures(page.session(), &[broken], &files(16)?)?;
    page.reload()?;
    assert_eq!(page.picture_ids()?, [id(1), id(0)]);
    println!("unreadable: {}", page.sentence_at("gallery")?);
    assert!(keys(page.session(), "pictures")?.contains(&id(2)), "what cannot be read is left as it is");
    Ok(())
}

/// Long enough for the built-in model to be fetched and a picture to be made with it.
const A_WHILE: Duration = Duration::from_secs(90);

fn clear(page: &Page) -> Outcome {
    let origin = page.site.url();
    let parameters = json!({ "origin": origin.trim_end_matches('/'), "storageTypes": "indexeddb" });
    page.session().devtools("Storage.clearDataForOrigin", &parameters).map(drop)
}

/// Waits until the cards of what was cleared have gone, with a sentence about it; then makes a picture that outlives a
/// reload.
fn goes_on(page: &Page) -> Outcome {
    let session = page.session();
    page.wait("an empty gallery", SOON, || Ok(page.picture_ids()?.is_empty().then_some(())))?;
    let sentence = page.sentence_at("gallery")?;
    assert!(sentence.contains("was cleared, so 5 pictures are gone"), "{sentence}");
    write(session, "Prompt", "a red apple")?;
    write(session, "Quality steps", "2")?;
    press(session, "Generate")?;
    is_kept(page)
}

/// Waits for the one picture that is being made, and finds it again after a reload.
fn is_kept(page: &Page) -> Outcome {
    let made = page.wait("the picture alone", A_WHILE, || match page.picture_ids()?.as_slice() {
        [only] => Ok(Some(only.clone())),
        _ => Ok(None),
    })?;
    page.wait("the picture to be stored", SOON, || page.stored(&made))?;
    page.reload()?;
    assert_eq!(page.picture_ids()?, [made]);
    Ok(())
}

fn with_pictures() -> Outcome<Page> {
    open_with(&(0..5).map(record).collect::<Vec<Record>>())
}

#[test]
fn storage_cleared_under_the_page_is_told_and_kept_again() -> Outcome {
    let page = with_pictures()?;
    // At once: the engine is still looking for its model.
    clear(&page)?;
    goes_on(&page)
}

#[test]
fn storage_cleared_after_a_picture_was_made_loses_no_model() -> Outcome {
    let page = with_pictures()?;
    write(page.session(), "Prompt", "a green frog")?;
    write(page.session(), "Quality steps", "2")?;
    let made = page.generate(LATER)?;
    page.session().click(&control_in(page.session(), "Delete", &page.card(&made.id)?)?)?;
    clear(&page)?;
    goes_on(&page)
}

#[test]
fn storage_cleared_during_a_run_ends_with_the_picture() -> Outcome {
    let page = with_pictures()?;
    let session = page.session();
    write(session, "Prompt", "a green frog")?;
    write(session, "Quality steps", "30")?;
    press(session, "Generate")?;
    clear(&page)?;
    is_kept(&page)
}

#[test]
fn a_database_deleted_by_the_browsers_tools_is_made_anew() -> Outcome {
    let page = with_pictures()?;
    let script = "return await new Promise((resolve, reject) => { \
        const request = indexedDB.deleteDatabase('palimpsest'); \
        request.onsuccess = () => resolve(true); request.onerror = () => reject(request.error); });";
    page.session().run(script, &[])?;
    goes_on(&page)
}
