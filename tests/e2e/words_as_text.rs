//! Words that try to be more: markup in every text that a person or a file can bring is shown as text.

use std::fs;
use std::path::Path;

use gallery::{Settings, UsedLora};
use packs::Pack;
use serde_json::json;
use tests::chromium::Graphics;
use tests::controls::{choose, control, control_in, keys::ESCAPE, press, value, write};
use tests::page::{LATER, Page, SOON};
use tests::temporary::Folder;
use tests::{Outcome, repository};

use crate::batches::close;
use crate::packs::{offer, pack_of, settings, wait_for_cards};
use crate::small_request::fill_in;
use crate::software_gpu::checkpoint;

/// A picture that cannot be loaded and says so in code; a name of a file, too.
const MARKUP: &str = "<img src=x onerror=window.broken=1><mark>apple";

/// Whether some of the markup has become elements of the page.
const BECAME_ELEMENTS: &str =
    "return Boolean(window.broken) || document.querySelector('img[src=x], mark') !== null;";

/// Asserts that the page shows the markup as text within the elements of `place`, and nowhere as elements.
fn assert_text(page: &Page, place: &str) -> Outcome {
    let shown = "const [place, text] = arguments; return Array.from(document.querySelectorAll(place)) \
                 .some(element => element.textContent.includes(text));";
    page.wait(&format!("the markup at {place}"), SOON, || {
        Ok((page.session().run(shown, &[json!(place), json!(MARKUP)])? == true).then_some(()))
    })?;
    assert_eq!(page.session().run(BECAME_ELEMENTS, &[])?, false, "{place}");
    Ok(())
}

/// The look at the page finds what it looks for.
fn assert_that_elements_would_be_found(page: &Page) -> Outcome {
    page.session().run("document.body.insertAdjacentHTML('beforeend', arguments[0]);", &[json!(MARKUP)])?;
    assert_eq!(page.session().run(BECAME_ELEMENTS, &[])?, true);
    Ok(())
}

fn give(page: &Page, name: &str, file: &Path) -> Outcome {
    let input = control(page.session(), name)?;
    page.session().type_into(&input, &file.display().to_string())
}

#[test]
fn names_of_files_are_text() -> Outcome {
    let folder = Folder::new("markup-names")?;
    let named = |ending: &str| folder.path().join(format!("{MARKUP}{ending}"));
    let page = Page::open(Graphics::None)?;
    let session = page.session();

    fs::write(named(".txt"), "no picture")?;
    page.offer_source(&named(".txt"))?;
    assert_text(&page, ".notice[data-place=source]")?;
    fs::copy(repository::photo(), named(".png"))?;
    page.take_source(&named(".png"))?;
    assert_text(&page, "[data-source-ready] .name")?;

    fs::write(named(".safetensors"), "<!DOCTYPE html><html>")?;
    give(&page, "Import model files", &named(".safetensors"))?;
    assert_text(&page, ".notice[data-place=model]")?;

    let model = checkpoint(&folder)?;
    fs::rename(&model, named(""))?;
    page.import(&named(""))?;
    assert_eq!(value(session, "Model")?, MARKUP);
    assert_text(&page, "#model option")?;
    fs::copy(repository::root().join("tests/golden/sd1-lora/a_kohya.safetensors"), named(".safetensors"))?;
    give(&page, "Import LoRA", &named(".safetensors"))?;
    page.wait("the LoRA", SOON, || Ok(control(session, &format!("Scale of {MARKUP}")).ok().map(drop)))?;
    press(session, "Models and storage")?;
    assert_text(&page, "dialog.drawer[open]")?;
    close(&page)?;

    // Both go with the picture that is made with them.
    fill_in(&page)?;
    let made = page.generate(LATER)?;
    session.click(&control_in(session, "Open a red apple", &page.card(&made.id)?)?)?;
    assert_text(&page, ".picture-dialog dl")?;
    assert_that_elements_would_be_found(&page)
}

#[test]
fn what_a_person_writes_is_text() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let session = page.session();
    press(session, "Edit styles")?;
    press(session, "New style")?;
    write(session, "Name", MARKUP)?;
    write(session, "Words around the prompt", &format!("{MARKUP} {{prompt}}"))?;
    press(session, "Save style")?;
    assert_text(&page, ".style-entry summary")?;
    close(&page)?;
    assert_text(&page, "option")?;
    choose(session, "Style preset", MARKUP)?;

    fill_in(&page)?;
    for name in ["Prompt", "Negative prompt"] {
        write(session, name, MARKUP)?;
    }
    let made = page.generate(LATER)?;
    let prompt = format!("{MARKUP} {MARKUP}");
    assert_text(&page, "#gallery .card-prompt")?;
    session.click(&control_in(session, &format!("Open {prompt}"), &page.card(&made.id)?)?)?;
    assert_text(&page, ".picture-dialog dl")?;
    press(session, "Add to collection")?;
    write(session, "New collection", MARKUP)?;
    press(session, "Create")?;
    assert_text(&page, ".collection-list")?;
    session.press_keys(&ESCAPE.to_string())?;
    assert_text(&page, ".picture-dialog .collections")?;
    session.press_keys(&ESCAPE.to_string())?;
    assert_text(&page, "option")?;

    press(session, "Prompt history")?;
    assert_text(&page, ".past-prompts")?;
    close(&page)?;
    session.click(&control_in(session, "Select", &page.card(&made.id)?)?)?;
    press(session, "Save as pack")?;
    wait_for_cards(&page, MARKUP, 1)?;
    assert_text(&page, "[data-pack-id]")?;
    assert_that_elements_would_be_found(&page)
}

#[test]
fn what_a_pack_says_is_text() -> Outcome {
    let folder = Folder::new("markup-packs")?;
    let settings = Settings {
        negative_prompt: MARKUP.to_owned(),
        sampler: MARKUP.to_owned(),
        loras: vec![UsedLora { name: MARKUP.to_owned(), hash: "00".to_owned(), scale: 1.0 }],
        ..settings(MARKUP, MARKUP)
    };
    let words = Pack { title: MARKUP.to_owned(), notes: MARKUP.to_owned(), ..Pack::default() };
    // Fields that this version does not know.
    let further = json!({ "description": MARKUP, "tags": [MARKUP] });
    let words = Pack { rest: further.as_object().cloned().unwrap_or_default(), ..words };
    let file = folder.path().join(format!("{MARKUP}.pack.json"));
    fs::write(&file, pack_of(&settings, words, 1)?)?;
    let damaged = folder.path().join(format!("{MARKUP}.json"));
    fs::write(&damaged, format!("{{\"format\": \"palimpsest-pack\", \"version\": 1, \"{MARKUP}\"}}"))?;

    let page = Page::open(Graphics::None)?;
    let session = page.session();
    offer(&page, &[damaged, file])?;
    page.wait("the preview", SOON, || Ok(control(session, "Import").ok()))?;
    assert_text(&page, ".pack-preview .refused")?;
    assert_text(&page, ".pack-preview .pack:not(.refused)")?;
    press(session, "Import")?;
    let card = wait_for_cards(&page, MARKUP, 1)?.remove(0);
    session.click(&control_in(session, "Use pack", &card)?)?;
    session.click(&control_in(session, &format!("Use {MARKUP}"), &card)?)?;
    page.wait("the prompt", SOON, || Ok((value(session, "Prompt")? == MARKUP).then_some(())))?;
    assert_eq!(value(session, "Negative prompt")?, MARKUP);
    assert_text(&page, ".notice[data-place=model]")?;
    assert_text(&page, ".notice[data-place=lora]")?;
    assert_that_elements_would_be_found(&page)
}
