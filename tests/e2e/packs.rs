//! Image packs: from one browser to another, bad files among good ones, and what is done with those that are kept.

use std::fs;
use std::path::{Path, PathBuf};

use gallery::Settings;
use packs::{Entry, LoadedPack, MemoryBlob, Pack, PictureInfo, PictureKey, Role, write_pack};
use pollster::block_on;
use serde_json::json;
use tests::chromium::Graphics;
use tests::controls::{choose, control, control_in, press, value, write, write_all};
use tests::page::{LATER, Page, SOON};
use tests::rows::keys;
use tests::temporary::Folder;
use tests::webdriver::Element;
use tests::{Outcome, repository};

/// Chooses files in the drawer, which opens if it is closed.
pub(crate) fn offer(page: &Page, files: &[PathBuf]) -> Outcome {
    if control(page.session(), "Import packs").is_err() {
        press(page.session(), "Image packs")?;
    }
    let input = page.wait("the drawer", SOON, || Ok(control(page.session(), "Import packs").ok()))?;
    let paths: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
    page.session().type_into(&input, &paths.join("\n"))
}

/// The cards of kept packs whose text has these words.
fn cards(page: &Page, words: &str) -> Outcome<Vec<Element>> {
    let count = "return Array.from(document.querySelectorAll('[data-pack-id]')) \
                 .filter(card => card.textContent.includes(arguments[0])).length;";
    let found = page.session().run(count, &[json!(words)])?.as_u64().unwrap_or(0);
    let nth = "return Array.from(document.querySelectorAll('[data-pack-id]')) \
               .filter(card => card.textContent.includes(arguments[0]))[arguments[1]] ?? null;";
    let card = |at| page.session().find(nth, &[json!(words), json!(at)]);
    (0..found).filter_map(|at| card(at).transpose()).collect()
}

pub(crate) fn wait_for_cards(page: &Page, words: &str, count: usize) -> Outcome<Vec<Element>> {
    page.wait(&format!("{count} packs of “{words}”"), SOON, || {
        Ok(Some(cards(page, words)?).filter(|cards| cards.len() == count))
    })
}

pub(crate) fn act(page: &Page, card: &Element, name: &str) -> Outcome {
    page.session().click(&control_in(page.session(), name, card)?)
}

#[test]
fn another_browser_makes_the_same_picture_of_a_pack() -> Outcome {
    let page = Page::open(Graphics::None)?;
    page.take_source(&repository::photo())?;
    write_all(
        page.session(),
        &[("Prompt", "a red apple"), ("Quality steps", "2"), ("Width", "64"), ("Height", "96")],
    )?;
    write(page.session(), "Seed", "4294967295")?;
    let first = page.generate(LATER)?;
    page.session().click(&control_in(page.session(), "Select", &page.card(&first.id)?)?)?;
    press(page.session(), "Save as pack")?;
    let card = wait_for_cards(&page, "a red apple", 1)?.remove(0);
    act(&page, &card, "Export pack")?;
    let (name, text) = page.download()?;
    assert_eq!(name, "a-red-apple.pack.json");
    drop(page);

    let folder = Folder::new("packs")?;
    let file = folder.path().join(name);
    fs::write(&file, &text)?;
    let other = Page::open(Graphics::None)?;
    offer(&other, &[file])?;
    other.wait("the preview", SOON, || Ok(control(other.session(), "Import").ok()))?;
    assert_eq!(keys(other.session(), "packs")?, Vec::<String>::new(), "a preview keeps nothing");
    press(other.session(), "Import")?;
    let card = wait_for_cards(&other, "a red apple", 1)?.remove(0);
    act(&other, &card, "Use pack")?;
    other.wait("the pack's size", SOON, || {
        let ready =
            other.session().run("return document.querySelector('[data-source-ready]') !== null;", &[])?;
        Ok((ready == true && value(other.session(), "Height")? == "96").then_some(()))
    })?;
    assert_eq!(value(other.session(), "Seed")?, "4294967295");
    assert_eq!(other.alerts()?, Vec::<String>::new());
    let again = other.generate(LATER)?;
    assert!(again.png == first.png, "the picture of the pack is another one");

    // What was imported goes out as it came in.
    press(other.session(), "Image packs")?;
    let card = wait_for_cards(&other, "a red apple", 1)?.remove(0);
    act(&other, &card, "Export pack")?;
    assert!(other.download()?.1 == text, "the exported pack differs from the imported one");
    Ok(())
}

/// Settings of a small picture.
pub(crate) fn settings(prompt: &str, model: &str) -> Settings {
    Settings {
        model: model.to_owned(),
        prompt: prompt.to_owned(),
        steps: 2,
        guidance_scale: 1.0,
        sampler: "flow-euler".to_owned(),
        width: 64,
        height: 64,
        ..Settings::default()
    }
}

fn made_up(prompt: &str, model: &str, recipes: usize) -> Outcome<String> {
    pack_of(&settings(prompt, model), Pack::default(), recipes)
}

/// A pack of a small picture and as many recipes; `words` has its title and notes.
pub(crate) fn pack_of(settings: &Settings, words: Pack, recipes: usize) -> Outcome<String> {
    let date = "2026-01-02T03:04:05Z".to_owned();
    let png = gallery::encode_png(&[200, 30, 40, 255].repeat(64), 8, 8, settings)?;
    let picture = <MemoryBlob as packs::Blob>::from_bytes(&png)?;
    let mut entry = Entry::of("picture".to_owned(), date.clone(), settings)?;
    entry.image = Some(block_on(PictureInfo::of(&picture, 1, Role::Image))?);
    let mut entries = vec![entry];
    for number in 0..recipes {
        entries.push(Entry::of(format!("recipe {number}"), date.clone(), settings)?);
    }
    let pack = Pack { created: date, app: "a test".to_owned(), entries, ..words };
    let pictures = vec![(PictureKey { entry: 0, role: Role::Image }, picture)];
    let file = block_on(write_pack(&LoadedPack { pack, pictures }, &mut |_| {}))?;
    Ok(String::from_utf8(file.bytes().to_vec())?)
}

fn write_into(folder: &Path, name: &str, text: &str) -> Outcome<PathBuf> {
    let path = folder.join(name);
    fs::write(&path, text)?;
    Ok(path)
}

#[test]
fn bad_packs_are_told_and_good_ones_taken() -> Outcome {
    const MARKUP: &str = "<img src=x onerror=\"window.broken = true\"><b>apple</b>";
    let folder = Folder::new("bad-packs")?;
    let sound = made_up(MARKUP, "no-such-model", 0)?;
    let hash = sound.split("\"sha256\": \"").nth(1).and_then(|rest| rest.get(..64)).ok_or("no hash")?;
    let file = |name: &str, text: &str| write_into(folder.path(), name, text);
    // Two gigabytes, of which the disk has only the beginning.
    let huge = file("huge.pack.json", &sound)?;
    fs::OpenOptions::new().write(true).open(&huge)?.set_len(2 << 30)?;
    let files = [
        (file("foreign.json", "{\"name\": \"something\", \"version\": \"1.0.0\"}")?, "no image pack"),
        (file("broken.pack.json", &sound[..sound.len() / 2])?, "damaged"),
        (file("later.pack.json", &sound.replace("\"version\": 1", "\"version\": 2"))?, "version 2"),
        (file("hash.pack.json", &sound.replace(hash, &"0".repeat(64)))?, "image.sha256"),
        (file("words.zip", "PK\u{3}\u{4} and nothing more")?, "ZIP"),
        (huge, "1 GB"),
        (file("sound.pack.json", &sound)?, ""),
    ];
    let page = Page::open(Graphics::None)?;
    let paths: Vec<PathBuf> = files.iter().map(|(path, _)| path.clone()).collect();
    offer(&page, &paths)?;
    let alerts =
        page.wait("six sentences", SOON, || Ok(Some(page.alerts()?).filter(|all| all.len() == 6)))?;
    for ((path, words), sentence) in files.iter().zip(&alerts) {
        println!("{}: {sentence}", path.display());
        assert!(sentence.contains(words) && sentence.ends_with('.'), "{}: {sentence}", path.display());
    }
    page.wait("the preview", SOON, || Ok(control(page.session(), "Import").ok()))?;
    press(page.session(), "Import")?;
    let card = wait_for_cards(&page, MARKUP, 1)?.remove(0);
    assert_eq!(keys(page.session(), "packs")?.len(), 1, "only the sound pack is kept");
    wait_for_cards(&page, "no-such-model (missing)", 1)?;
    let ran = "return Boolean(window.broken) || document.querySelector('img[src=x]') !== null;";
    assert_eq!(page.session().run(ran, &[])?, false, "words of a pack must be shown as text");

    act(&page, &card, "Use pack")?;
    let sentence = page.sentence_at("model")?;
    assert!(sentence.contains("no-such-model"), "{sentence}");
    assert_eq!(value(page.session(), "Prompt")?, MARKUP);
    assert_eq!(value(page.session(), "Model")?, "builtin", "no model takes another's place");
    Ok(())
}

#[test]
fn a_full_disk_keeps_what_is_there_and_nothing_by_halves() -> Outcome {
    let folder = Folder::new("full-packs")?;
    let pack = |name: &str, prompt: &str| write_into(folder.path(), name, &made_up(prompt, "builtin", 1)?);
    let page = Page::prepare(Graphics::None)?;
    // The second picture of packs finds no room.
    page.limit_disk("pack_blobs", Some(1))?;
    let page = page.load()?;
    let import = |file: PathBuf| -> Outcome {
        offer(&page, &[file])?;
        page.wait("the preview", SOON, || Ok(control(page.session(), "Import").ok()))?;
        press(page.session(), "Import")
    };
    import(pack("first.pack.json", "a red apple")?)?;
    wait_for_cards(&page, "a red apple", 1)?;
    let rows = || -> Outcome<_> { Ok((keys(page.session(), "packs")?, keys(page.session(), "pack_blobs")?)) };
    let before = rows()?;
    import(pack("second.pack.json", "a green frog")?)?;
    let sentence = page.sentence_at("packs")?;
    println!("full: {sentence}");
    assert!(sentence.contains("full") && sentence.ends_with('.'), "{sentence}");
    assert_eq!(rows()?, before, "nothing of the second pack may be there, and all of the first");
    page.session().run("window.left = 1000;", &[])?;
    // It is still offered.
    press(page.session(), "Import")?;
    wait_for_cards(&page, "a green frog", 1)?;
    wait_for_cards(&page, "a red apple", 1)?;
    assert_eq!(page.alerts()?, Vec::<String>::new());
    Ok(())
}

#[test]
fn packs_are_found_starred_and_deleted() -> Outcome {
    let folder = Folder::new("many-packs")?;
    let files = [
        write_into(folder.path(), "a.pack.json", &made_up("a red apple", "builtin", 0)?)?,
        write_into(folder.path(), "b.pack.json", &made_up("a green frog", "builtin", 2)?)?,
    ];
    let page = Page::open(Graphics::None)?;
    offer(&page, &files)?;
    page.wait("the preview", SOON, || Ok(control(page.session(), "Import").ok()))?;
    press(page.session(), "Import")?;
    wait_for_cards(&page, "", 2)?;
    write(page.session(), "Search packs", "FROG")?;
    let frog = wait_for_cards(&page, "", 1)?.remove(0);
    act(&page, &frog, "Star pack")?;
    page.wait("the star", SOON, || {
        let star = control_in(page.session(), "Star pack", &cards(&page, "frog")?[0])?;
        let pressed = "return arguments[0].getAttribute('aria-pressed');";
        Ok((page.session().run(pressed, &[star.to_json()])? == "true").then_some(()))
    })?;
    write(page.session(), "Search packs", "")?;
    wait_for_cards(&page, "", 2)?;
    press(page.session(), "Favourite packs only")?;
    wait_for_cards(&page, "", 1)?;
    press(page.session(), "Favourite packs only")?;
    choose(page.session(), "Sort packs", "Oldest first")?;
    let apple = wait_for_cards(&page, "a red apple", 1)?.remove(0);
    act(&page, &apple, "Delete pack")?;
    wait_for_cards(&page, "", 1)?;
    press(page.session(), "Undo")?;
    wait_for_cards(&page, "", 2)?;

    // A pack of several asks which of them.
    let frog = wait_for_cards(&page, "a green frog", 1)?.remove(0);
    act(&page, &frog, "Use pack")?;
    act(&page, &frog, "Use a green frog")?;
    page.wait("the prompt", SOON, || Ok((value(page.session(), "Prompt")? == "a green frog").then_some(())))?;

    page.reload()?;
    press(page.session(), "Image packs")?;
    wait_for_cards(&page, "", 2)?;
    let apple = wait_for_cards(&page, "a red apple", 1)?.remove(0);
    act(&page, &apple, "Delete pack")?;
    page.wait("the pack's rows to go", SOON, || {
        Ok((keys(page.session(), "packs")?.len() == 1).then_some(()))
    })?;
    assert_eq!(keys(page.session(), "pack_blobs")?.len(), 1);
    Ok(())
}
