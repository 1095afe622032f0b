//! Sources are stored once, however many pictures are made from one, and as long as anything needs them.

use gallery::Mode;
use serde_json::{Value, json};
use tests::Outcome;
use tests::chromium::Graphics;
use tests::controls::{control, control_in, press, write};
use tests::page::{LATER, Page, SOON};
use tests::repository;
use tests::rows::{count, keys, make_database, query};

use crate::made_up::{entry, files, id, record};
use crate::small_request::fill_in;

fn wait_for_count(page: &Page, table: &str, wanted: u64) -> Outcome {
    page.wait(&format!("{wanted} rows of {table}"), LATER, || {
        Ok((count(page.session(), table)? == wanted).then_some(()))
    })
}

fn act(page: &Page, id: &str, name: &str) -> Outcome {
    page.session().click(&control_in(page.session(), name, &page.card(id)?)?)
}

/// Makes a picture like one of the gallery, which takes its source.
fn regenerate(page: &Page, id: &str) -> Outcome {
    let before = page.picture_ids()?;
    act(page, id, "Regenerate")?;
    let new = page.wait("another picture", LATER, || {
        Ok(page.picture_ids()?.into_iter().find(|id| !before.contains(id)))
    })?;
    page.wait("the picture to be stored", SOON, || page.stored(&new)).map(drop)
}

#[test]
fn ten_pictures_of_one_photo_store_it_once() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let session = page.session();
    page.take_source(&repository::photo())?;
    fill_in(&page)?;
    write(session, "Quality steps", "1")?;
    write(session, "Images", "10")?;
    press(session, "Generate")?;
    wait_for_count(&page, "pictures", 10)?;
    wait_for_count(&page, "queue", 0)?;
    assert_eq!(count(session, "originals")?, 1);
    let places =
        [keys(session, "picture_blobs")?, keys(session, "source_blobs")?, keys(session, "queue_blobs")?];
    let copies = places.iter().flatten().filter(|key| key.ends_with("/source") || key.ends_with("/file"));
    assert_eq!(copies.count(), 0, "{places:?}");

    // Without the recent source and nine of the pictures the last one still has it.
    press(session, "Remove source")?;
    press(session, "Forget all")?;
    let ids = page.picture_ids()?;
    ids[1..].iter().try_for_each(|id| act(&page, id, "Delete"))?;
    press(session, "Dismiss")?;
    wait_for_count(&page, "pictures", 1)?;
    assert_eq!(count(session, "originals")?, 1);
    page.reload()?;
    write(session, "Images", "1")?;
    regenerate(&page, &ids[0])?;
    assert_eq!(count(session, "originals")?, 1, "the same file again");
    page.picture_ids()?.iter().try_for_each(|id| act(&page, id, "Delete"))?;
    press(session, "Dismiss")?;
    wait_for_count(&page, "pictures", 0)?;
    assert_eq!((count(session, "originals")?, count(session, "original_uses")?), (0, 1));
    Ok(())
}

/// The tables of the version before.
const TABLES: &str = "models staging downloads files chunks pictures picture_blobs packs pack_blobs queue queue_blobs \
    sources source_blobs settings";

/// Puts a file under keys of tables.
const PUT: &str = r#"
    const [bytes, keys] = arguments;
    const blob = new Blob([new Uint8Array(bytes)], { type: "image/png" });
    const transaction = database.transaction(["picture_blobs", "source_blobs"], "readwrite");
    for (const [table, key] of keys) transaction.objectStore(table).put(blob, key);
    await new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error);
    });
"#;

#[test]
fn sources_of_an_earlier_database_are_gathered() -> Outcome {
    let photo = std::fs::read(repository::photo())?;
    let pictures: Vec<_> = (0..4)
        .map(|number| {
            let mut made = record(number);
            (made.settings.mode, made.settings.steps) = (Mode::ImageToImage, 1);
            made
        })
        .collect();
    let rows: Vec<Value> =
        pictures.iter().map(|made| Ok(json!([[made.id], entry(made)?]))).collect::<Outcome<_>>()?;
    // Its hash is not that of the file, as nobody looked at that then.
    let recent = json!({ "id": "00ff", "used_millis": 1.0, "bytes": photo.len(),
        "metadata": json!({ "name": "old.png", "size_px": [451, 300] }).to_string() });
    let mut tables: serde_json::Map<String, Value> =
        TABLES.split(' ').map(|name| (name.to_owned(), json!([]))).collect();
    tables["pictures"] = json!(rows);
    tables["sources"] = json!([[["00ff"], recent.to_string()]]);
    let png = files(64)?.swap_remove(1);
    let pngs: serde_json::Map<String, Value> =
        pictures.iter().map(|made| (made.id.clone(), json!(png))).collect();

    let page = Page::prepare(Graphics::None)?;
    let session = page.session();
    session.go_to(&format!("{}manifest.webmanifest", page.site.url()))?;
    make_database(session, 8, &tables.into(), &pngs.into())?;
    let mut places: Vec<Value> =
        (0..4).map(|number| json!(["picture_blobs", [id(number), "source"]])).collect();
    places.push(json!(["source_blobs", ["00ff", "file"]]));
    query(session, PUT, &[json!(photo), json!(places)])?;
    query(session, PUT, &[json!(png), json!([["source_blobs", ["00ff", "thumbnail"]]])])?;

    let page = page.load()?;
    let session = page.session();
    page.wait("the sources to be gathered", SOON, || {
        let parts = keys(session, "picture_blobs")?.into_iter().chain(keys(session, "source_blobs")?);
        let left = parts.filter(|key| key.ends_with("/source") || key.ends_with("/file")).count();
        Ok((left == 0 && keys(session, "original_uses")?.contains(&"gathered".to_owned())).then_some(()))
    })?;
    assert_eq!(count(session, "originals")?, 1);
    assert_eq!(page.picture_ids()?.len(), 4);
    regenerate(&page, &id(2))?;
    session.click(&control(session, "Use old.png again")?)?;
    page.wait("the recent source", SOON, || {
        let ready = "return document.querySelector('[data-source-ready] .name')?.textContent;";
        Ok((session.run(ready, &[])? == "old.png").then_some(()))
    })?;
    assert_eq!(count(session, "originals")?, 1);
    assert_eq!(page.alerts()?, Vec::<String>::new());
    Ok(())
}
