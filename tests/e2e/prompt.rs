//! Prompts: what was used before comes back, parts and styles become a prompt, and tokens are counted.

use std::fs;

use serde_json::{Value, json};
use tests::Outcome;
use tests::chromium::Graphics;
use tests::controls::{choose, control, press, value, write};
use tests::page::{LATER, Page, SOON};
use tests::rows::query;
use tests::temporary::Folder;

use crate::batches::close;

const PROMPT: &str = "a red apple";
const NEGATIVE: &str = "blurry";

/// The text of the first element that a selector finds, without the white space around it.
fn text(page: &Page, selector: &str) -> Outcome<Option<String>> {
    let script = "return document.querySelector(arguments[0])?.textContent.trim() ?? null;";
    Ok(page.session().run(script, &[json!(selector)])?.as_str().map(str::to_owned))
}

fn wait_for_text(page: &Page, selector: &str, words: &str) -> Outcome<String> {
    page.wait(&format!("“{words}” at {selector}"), SOON, || {
        Ok(text(page, selector)?.filter(|text| text.contains(words)))
    })
}

fn pressed(page: &Page, name: &str) -> Outcome<bool> {
    let element = control(page.session(), name)?;
    Ok(page.session().run("return arguments[0].ariaPressed;", &[element.to_json()])? == "true")
}

#[test]
fn a_prompt_that_was_used_comes_back_on_a_later_visit() -> Outcome {
    let page = Page::open(Graphics::None)?;
    write(page.session(), "Prompt", PROMPT)?;
    write(page.session(), "Negative prompt", NEGATIVE)?;
    press(page.session(), "Generate")?;
    press(page.session(), "Favourite prompt")?;
    page.wait("the star", SOON, || Ok(pressed(&page, "Favourite prompt")?.then_some(())))?;
    press(page.session(), "Cancel")?;
    // Typing is stored once it pauses, and the history at once.
    page.wait("the history to be stored", SOON, || {
        let found = query(page.session(), READ_SETTING, &[json!("prompt_history")])?;
        Ok(found.as_str().is_some_and(|json| json.contains("\"favourite\":true")).then_some(()))
    })?;
    page.reload()?;
    write(page.session(), "Prompt", "something else")?;
    assert!(!pressed(&page, "Favourite prompt")?, "another prompt has no star");
    press(page.session(), "Prompt history")?;
    write(page.session(), "Search prompts", "APPLE blur")?;
    press(page.session(), "Use prompt: a red apple")?;
    assert_eq!(value(page.session(), "Prompt")?, PROMPT);
    assert_eq!(value(page.session(), "Negative prompt")?, NEGATIVE);
    assert!(pressed(&page, "Favourite prompt")?);
    press(page.session(), "Prompt history")?;
    let kept = page
        .wait("the replaced prompt", SOON, || Ok(control(page.session(), "Use prompt: something else").ok()));
    kept.map(drop)
}

#[test]
fn four_answers_become_a_prompt() -> Outcome {
    let page = Page::open(Graphics::None)?;
    press(page.session(), "Prompt helper")?;
    write(page.session(), "Keep from original", "the pose")?;
    write(page.session(), "Change to", "a knight")?;
    write(page.session(), "Style", "oil painting")?;
    write(page.session(), "Quality", "sharp focus,")?;
    press(page.session(), "Use as prompt")?;
    assert_eq!(value(page.session(), "Prompt")?, "the pose, a knight, oil painting, sharp focus");
    Ok(())
}

#[test]
fn tokens_are_counted_and_what_is_cut_off_is_shown() -> Outcome {
    let page = Page::open(Graphics::None)?;
    write(page.session(), "Prompt", PROMPT)?;
    wait_for_text(&page, "#prompt-tokens", "3 / 75 tokens")?;
    let long = format!("{}pear", "apple ".repeat(75));
    write(page.session(), "Prompt", &long)?;
    wait_for_text(&page, "#prompt-tokens", "76 / 75 tokens")?;
    assert_eq!(text(&page, ".cut-off")?.as_deref(), Some("pear"));
    wait_for_text(&page, ".token-warning", "beyond the 75")?;
    press(page.session(), "Prompt weights")?;
    wait_for_text(&page, "#prompt-tokens", "76 tokens in 2 chunks")?;
    assert_eq!(text(&page, ".cut-off")?, None, "with weights, nothing is cut off");
    Ok(())
}

#[test]
fn the_chosen_models_tips_stand_beside_the_prompt_until_they_are_folded() -> Outcome {
    const OPEN: &str = "return document.querySelector('.model-tips')?.open ?? null;";
    let page = Page::open(Graphics::None)?;
    let wait_for_open = |open: bool| {
        page.wait("the tips", SOON, || Ok((page.session().run(OPEN, &[])? == open).then_some(())))
    };
    wait_for_text(&page, ".model-tips", "such as “a red apple”")?;
    wait_for_text(&page, ".model-tips summary", "Tips for Built-in")?;
    wait_for_open(true)?;
    let summary = page.session().find("return document.querySelector('.model-tips summary');", &[])?;
    page.session().click(&summary.ok_or("no tips")?)?;
    wait_for_open(false)?;
    page.wait("the fold to be stored", SOON, || {
        let stored = query(page.session(), READ_SETTING, &[json!("model-tips")])?;
        Ok((stored == "false").then_some(()))
    })?;
    page.reload()?;
    wait_for_text(&page, ".model-tips summary", "Tips for Built-in")?;
    wait_for_open(false)
}

#[test]
fn a_style_is_laid_around_the_prompt_and_recorded() -> Outcome {
    let page = Page::open(Graphics::None)?;
    write(page.session(), "Prompt", PROMPT)?;
    write(page.session(), "Quality steps", "1")?;
    write(page.session(), "Width", "64")?;
    write(page.session(), "Height", "64")?;
    choose(page.session(), "Style preset", "Pixel art")?;
    let picture = page.generate(LATER)?;
    assert_eq!(value(page.session(), "Prompt")?, PROMPT, "the person's own words stand");
    let prompt = query(page.session(), READ_PROMPT, &[json!(picture.id)])?;
    assert_eq!(prompt, "pixel art of a red apple, 16-bit, limited palette");
    Ok(())
}

#[test]
fn styles_are_edited_and_travel_as_a_file() -> Outcome {
    let folder = Folder::new("styles")?;
    let page = Page::open(Graphics::None)?;
    press(page.session(), "Edit styles")?;
    press(page.session(), "New style")?;
    write(page.session(), "Name", "Ink <b>")?;
    press(page.session(), "Save style")?;
    page.wait("the complaint", SOON, || {
        Ok(page.alerts()?.iter().any(|told| told.contains("needs words")).then_some(()))
    })?;
    write(page.session(), "Words around the prompt", "ink drawing of {prompt}")?;
    press(page.session(), "Save style")?;
    let focused = page.session().run("return document.activeElement.textContent.trim();", &[])?;
    assert_eq!(focused, "New style", "the focus left with the form");
    press(page.session(), "Export styles")?;
    let file = String::from_utf8(page.download()?.1)?;
    let styles: Value = serde_json::from_str(&file)?;
    assert_eq!(styles["format"], "palimpsest-styles");
    let names = styles["styles"].as_array().into_iter().flatten().filter_map(|style| style["name"].as_str());
    assert!(names.into_iter().any(|name| name == "Ink <b>"), "{file}");

    let import = |name: &str, json: &str| -> Outcome {
        let path = folder.path().join(name);
        fs::write(&path, json)?;
        let input = control(page.session(), "Import styles")?;
        page.session().type_into(&input, &path.display().to_string())
    };
    import("bad.json", r#"[{"name":"Chalk","prompt":"chalk"},{"prompt":"nameless"}]"#)?;
    assert!(page.sentence_at("styles")?.contains("style 2"));
    import("good.json", r#"[{"name":"Chalk","prompt":"chalk drawing of {prompt}"}]"#)?;
    wait_for_text(&page, ".drawer [role=status]", "1 new style.")?;
    close(&page)?;
    choose(page.session(), "Style preset", "Chalk")?;
    choose(page.session(), "Style preset", "Ink <b>")
}

/// A setting's JSON, as it lies in IndexedDB.
const READ_SETTING: &str = r#"
    const store = database.transaction("settings").objectStore("settings");
    return await done(store.get([arguments[0]])) ?? null;
"#;

/// The prompt in a picture's record.
const READ_PROMPT: &str = r#"
    const store = database.transaction("pictures").objectStore("pictures");
    const entry = JSON.parse(await done(store.get([arguments[0]])));
    return JSON.parse(entry.metadata).settings.prompt;
"#;
