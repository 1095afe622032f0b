//! **Backup**: everything goes into one file and comes out of it in another browser; bad files change nothing.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use tests::chromium::Graphics;
use tests::controls::{control, control_in, press, value, write, write_all};
use tests::page::{LATER, Page, SOON};
use tests::rows::{count, keys, query};
use tests::temporary::Folder;
use tests::{Outcome, repository};

use crate::batches::close;
use crate::made_up::{open_with, record};
use crate::small_request::fill_in;
use crate::software_gpu::checkpoint;

/// The source that a picture was made from, as it lies in the database.
const READ_SOURCE: &str = r#"
    const get = (table, key) => done(database.transaction(table).objectStore(table).get(key));
    const hash = await get("original_uses", ["pictures", arguments[0]]);
    const blob = hash && await get("originals", [hash]);
    if (!blob) return null;
    return Array.from(new Uint8Array(await blob.arrayBuffer())).join(",");
"#;

const READ_FORM: &str = "return JSON.parse(await done(database.transaction('settings').objectStore('settings').get(['form'])) ?? '{}');";

/// Quality steps of a form.
const STEPS: &str = "13";

fn open_drawer(page: &Page) -> Outcome {
    if control(page.session(), "Export everything").is_err() {
        press(page.session(), "Models and storage")?;
        page.wait("the drawer", SOON, || Ok(control(page.session(), "Export everything").ok()))?;
    }
    Ok(())
}

/// Exports everything; the file's name and bytes.
fn export(page: &Page) -> Outcome<(String, Vec<u8>)> {
    open_drawer(page)?;
    press(page.session(), "Export everything")?;
    page.download()
}

/// Exports everything of a page, which is closed then, into a file; and its bytes.
fn exported(page: Page, folder: &Folder) -> Outcome<(PathBuf, Vec<u8>)> {
    let (name, bytes) = export(&page)?;
    let file = folder.path().join(name);
    fs::write(&file, &bytes)?;
    Ok((file, bytes))
}

fn offer(page: &Page, file: &Path) -> Outcome {
    open_drawer(page)?;
    page.session().type_into(&control(page.session(), "Import backup")?, &file.display().to_string())
}

fn wait_for_words(page: &Page, words: &str) -> Outcome {
    let script = "return document.querySelector('.backup-words')?.textContent.trim() ?? '';";
    page.wait(&format!("“{words}”"), SOON, || {
        Ok((page.session().run(script, &[])? == words).then_some(()))
    })
}

fn source_of(page: &Page, id: &str) -> Outcome<String> {
    let found = query(page.session(), READ_SOURCE, &[json!(id)])?;
    found.as_str().map(str::to_owned).ok_or_else(|| format!("picture {id} has no source").into())
}

#[test]
fn everything_comes_back_in_another_browser() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let session = page.session();
    page.take_source(&repository::photo())?;
    write_all(
        session,
        &[("Prompt", "a red apple"), ("Quality steps", "2"), ("Width", "64"), ("Height", "96")],
    )?;
    let made = page.generate(LATER)?;
    session.click(&control_in(session, "Star", &page.card(&made.id)?)?)?;
    session.click(&control_in(session, "Select", &page.card(&made.id)?)?)?;
    press(session, "Save as pack")?;
    page.wait("the pack", SOON, || Ok((keys(session, "packs")?.len() == 1).then_some(())))?;
    close(&page)?;
    let (name, bytes) = export(&page)?;
    println!("a backup of one picture, its source and a pack: {} bytes", bytes.len());
    assert!(name.starts_with("palimpsest-20") && name.ends_with(".tar"), "{name}");
    let source = source_of(&page, &made.id)?;
    let photo = fs::read(repository::photo())?;
    let copies = bytes.windows(photo.len()).filter(|part| *part == photo).count();
    assert_eq!(copies, 1, "the picture, the pack and the recent source have one file");
    drop(page);

    let folder = Folder::new("backup")?;
    let file = folder.path().join(name);
    fs::write(&file, &bytes)?;
    let other = Page::open(Graphics::None)?;
    offer(&other, &file)?;
    wait_for_words(&other, "Imported 1 picture, 1 pack, 1 recent source, 1 prompt and your settings.")?;
    assert_eq!(other.stored(&made.id)?.as_ref(), Some(&made), "the picture is another one");
    assert_eq!(source_of(&other, &made.id)?, source);
    assert_eq!(keys(other.session(), "packs")?.len(), 1);
    assert_eq!(other.alerts()?, Vec::<String>::new());
    close(&other)?;
    assert_eq!(value(other.session(), "Prompt")?, "a red apple");
    let star = control_in(other.session(), "Star", &other.card(&made.id)?)?;
    assert_eq!(other.session().run("return arguments[0].ariaPressed;", &[star.to_json()])?, "true");

    // A second time it brings nothing.
    offer(&other, &file)?;
    wait_for_words(&other, "Everything in this backup is here already.")?;
    assert_eq!(count(other.session(), "pictures")?, 1);
    other.reload()?;
    assert_eq!(other.picture_ids()?, [made.id]);
    Ok(())
}

#[test]
fn an_import_adds_and_changes_nothing_that_is_here() -> Outcome {
    let folder = Folder::new("backup-merge")?;
    let page = open_with(&(0..3).map(record).collect::<Vec<_>>())?;
    let (file, _) = exported(page, &folder)?;

    let mut starred = record(1);
    starred.favorite = true;
    let other = open_with(&[starred.clone(), record(7)])?;
    write(other.session(), "Prompt", "my own words")?;
    offer(&other, &file)?;
    wait_for_words(&other, "Imported 2 pictures; 1 more were here already.")?;
    assert_eq!(count(other.session(), "pictures")?, 4);
    close(&other)?;
    assert_eq!(value(other.session(), "Prompt")?, "my own words");
    let star = control_in(other.session(), "Star", &other.card(&starred.id)?)?;
    assert_eq!(other.session().run("return arguments[0].ariaPressed;", &[star.to_json()])?, "true");
    Ok(())
}

#[test]
fn bad_backups_are_told_and_change_nothing() -> Outcome {
    let folder = Folder::new("bad-backups")?;
    let page = open_with(&[record(0)])?;
    let (_, sound) = exported(page, &folder)?;
    let mut changed = sound.clone();
    // Within the only picture, which comes before the last 1024 bytes.
    let place = sound.len() - 1024 - 512;
    changed[place] ^= 1;
    let other = Page::open(Graphics::None)?;
    let files = [
        ("changed.tar", changed, "damaged or cut off"),
        ("cut.tar", sound[..sound.len() / 2].to_vec(), "damaged or cut off"),
        ("foreign.tar", b"not a backup at all".repeat(100), "no backup of Palimpsest"),
        ("empty.tar", Vec::new(), "no backup of Palimpsest"),
    ];
    for (name, bytes, words) in files {
        let file = folder.path().join(name);
        fs::write(&file, bytes)?;
        offer(&other, &file)?;
        let sentence = other
            .wait(name, SOON, || Ok(other.alerts()?.into_iter().find(|sentence| sentence.contains(words))))?;
        println!("{name}: {sentence}");
        assert!(sentence.ends_with('.') && other.alerts()?.len() == 1, "{sentence}");
        assert_eq!(count(other.session(), "pictures")?, 0, "{name}");
        assert_eq!(count(other.session(), "picture_blobs")?, 0, "{name}");
    }
    Ok(())
}

#[test]
fn models_travel_along_when_they_are_asked_for() -> Outcome {
    let folder = Folder::new("backup-models")?;
    let page = Page::open(Graphics::None)?;
    page.import(&checkpoint(&folder)?)?;
    let model = value(page.session(), "Model")?;
    // Other than what suits any model, and kept a moment later.
    write(page.session(), "Quality steps", STEPS)?;
    page.wait("the form to be kept", SOON, || {
        let form = query(page.session(), READ_FORM, &[])?;
        Ok((form["steps"] == STEPS && form["model"] == model.as_str()).then_some(()))
    })?;
    open_drawer(&page)?;
    let chosen = "const box = document.querySelector('[aria-label=Backup] [type=checkbox]'); \
                  const name = box?.labels[0].textContent.trim() ?? ''; box?.click(); return name;";
    let name = page.session().run(chosen, &[])?;
    assert!(name.as_str().is_some_and(|name| name.starts_with("With models and LoRAs (")), "{name}");
    let files = keys(page.session(), "files")?;
    let (file, bytes) = exported(page, &folder)?;
    println!("a backup of a model: {} bytes", bytes.len());
    let other = Page::open(Graphics::None)?;
    offer(&other, &file)?;
    wait_for_words(&other, "Imported 1 model and your settings.")?;
    close(&other)?;
    assert_eq!(value(other.session(), "Model")?, model, "the form names the model that came along");
    assert_eq!(value(other.session(), "Quality steps")?, STEPS);
    let files_of = |keys: Vec<String>| keys.iter().filter(|key| key.starts_with(&model)).count();
    assert_eq!(files_of(keys(other.session(), "files")?), files_of(files));
    fill_in(&other)?;
    other.generate(LATER).map(drop)
}

#[test]
fn a_full_disk_is_told_and_the_import_goes_on_later() -> Outcome {
    let folder = Folder::new("backup-full")?;
    let page = open_with(&(0..4).map(record).collect::<Vec<_>>())?;
    let (file, _) = exported(page, &folder)?;
    let other = Page::prepare(Graphics::None)?;
    // The third picture finds no room.
    other.limit_disk("picture_blobs", Some(2))?;
    let other = other.load()?;
    offer(&other, &file)?;
    let sentence = other.sentence_at("backup")?;
    println!("{sentence}");
    assert!(sentence.contains("is full") && sentence.contains("2 pictures came in"), "{sentence}");
    assert_eq!(count(other.session(), "pictures")?, 2, "whatever came in is whole");
    assert_eq!(count(other.session(), "picture_blobs")?, 2);
    other.session().run("window.left = 1000;", &[])?;
    offer(&other, &file)?;
    wait_for_words(&other, "Imported 2 pictures; 2 more were here already.")?;
    assert_eq!(other.alerts()?, Vec::<String>::new());
    Ok(())
}
