//! What a person can get wrong: one sentence beside the control, and the page goes on.

use tests::bad_files::write_all;
use tests::chromium::Graphics;
use tests::controls::{press, slide, write};
use tests::page::{LATER, Page};
use tests::temporary::Folder;
use tests::{Outcome, repository};

/// The page still makes a picture, and the sentence is gone.
fn assert_usable(page: &Page, pictures_before: usize) -> Outcome {
    write(page.session(), "Prompt", "a red apple")?;
    write(page.session(), "Quality steps", "2")?;
    page.generate(LATER)?;
    assert_eq!(page.picture_ids()?.len(), pictures_before + 1, "nothing in the gallery may be lost");
    assert_eq!(page.alerts()?, Vec::<String>::new(), "an answered complaint must go");
    Ok(())
}

#[test]
fn files_that_are_no_pictures() -> Outcome {
    let page = Page::open(Graphics::SoftwareWebGpu)?;
    page.take_source(&repository::photo())?;
    let folder = Folder::new("bad-files")?;
    for file in write_all(folder.path())? {
        page.offer_source(&file.path)?;
        let sentence = page.sentence_at("source")?;
        println!("{}: {sentence}", file.what);
        assert!(sentence.ends_with('.') && !sentence.contains('\n'), "{}: {sentence}", file.what);
        // A good file takes the complaint away before the next one.
        page.take_source(&repository::photo())?;
        assert_eq!(page.alerts()?, Vec::<String>::new(), "{}: the complaint must go", file.what);
    }
    assert_usable(&page, 0)
}

/// What describes the controls that are marked as wrong.
fn descriptions(page: &Page) -> Outcome<Vec<String>> {
    let script = "return Array.from(document.querySelectorAll('[aria-invalid=true]'), control => \
        control.getAttribute('aria-describedby').split(' ').map(id => document.getElementById(id)) \
            .filter(element => element?.role === 'alert').map(element => element.textContent).join());";
    Ok(serde_json::from_value(page.session().run(script, &[])?)?)
}

#[test]
fn settings_that_cannot_be_used() -> Outcome {
    let page = Page::open(Graphics::SoftwareWebGpu)?;
    let session = page.session();
    assert_usable(&page, 0)?;
    let cases: [(&str, &str, &str, &str); 7] = [
        ("Prompt", "   ", "a red apple", "prompt"),
        ("Quality steps", "0", "2", "settings"),
        ("Quality steps", "2.5", "2", "settings"),
        ("Guidance scale", "-1", "3", "settings"),
        ("Seed", "seven", "7", "seed"),
        ("Width", "100", "64", "size"),
        ("Height", "0", "64", "size"),
    ];
    for (control, bad, good, place) in cases {
        write(session, control, bad)?;
        press(session, "Generate")?;
        let sentence = page.sentence_at(place)?;
        println!("{control} `{bad}`: {sentence}");
        assert_eq!(descriptions(&page)?, [sentence], "the control that is wrong says why");
        write(session, control, good)?;
    }
    assert_usable(&page, 1)
}

/// Only the `steps` rule can leave nothing to do; the imported checkpoint uses it.
#[test]
fn strength_and_steps_that_leave_nothing() -> Outcome {
    let page = Page::open(Graphics::SoftwareWebGpu)?;
    let session = page.session();
    let folder = Folder::new("import")?;
    let model = crate::software_gpu::checkpoint(&folder)?;
    page.import(&model)?;
    page.take_source(&repository::photo())?;
    write(session, "Prompt", "a red apple")?;
    write(session, "Width", "64")?;
    write(session, "Height", "64")?;
    write(session, "Quality steps", "5")?;
    slide(session, "Prompt strength", 0.1)?;
    press(session, "Generate")?;
    println!("strength 0.1 of 5 steps: {}", page.sentence_at("strength")?);
    slide(session, "Prompt strength", 0.5)?;
    page.generate(LATER)?;
    assert_eq!(page.alerts()?, Vec::<String>::new());
    Ok(())
}
