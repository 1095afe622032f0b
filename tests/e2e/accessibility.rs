//! What axe-core finds in the page's states, light and dark: nothing serious, nothing critical, by the rules of WCAG 2.2
//! level AA.

use std::fs;

use gallery::Record;
use serde_json::{Value, json};
use tests::chromium::Graphics;
use tests::controls::keys::{CONTROL, ESCAPE, RELEASE};
use tests::controls::{control_in, press, write};
use tests::page::{LATER, Page, SOON};
use tests::{Outcome, repository};

use crate::made_up::{open_with, record};

/// Findings by rule, with the elements that are meant. A drawer that is still sliding in is half transparent.
const FINDINGS: &str = r#"
    await Promise.all(document.getAnimations().map(animation => animation.finished.catch(() => {})));
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const { violations } = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
    return violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, help, nodes }) => `${id}: ${help}\n` +
            nodes.map(({ html, any }) => `    ${html.slice(0, 200)} ${any[0]?.message ?? ""}`).join("\n"));
"#;

/// Words that nobody can read.
const PALE: &str =
    "<p style='position: fixed; inset: 0 auto auto 0; z-index: 9; color: #777; background: #888'>pale</p>";

/// The buttons above the gallery, each with a drawer of its own.
const DRAWERS: [&str; 6] =
    ["Sweep and grid", "Queue", "Models and storage", "Image packs", "About", "Keyboard shortcuts"];

/// Looks at states one after another and keeps what is found.
struct Inspector<'a> {
    page: &'a Page,
    found: Vec<String>,
}

impl<'a> Inspector<'a> {
    fn new(page: &'a Page) -> Outcome<Self> {
        let axe = fs::read_to_string(repository::root().join("tests/data/axe.min.js"))?;
        page.session().run(&axe, &[])?;
        let mut inspector = Self { page, found: Vec::new() };
        inspector.must_find(PALE)?;
        Ok(inspector)
    }

    /// Puts a fault into the page: an inspector that misses it would pass everything.
    fn must_find(&mut self, fault: &str) -> Outcome {
        let plant = "document.body.insertAdjacentHTML('beforeend', arguments[0]);";
        self.page.session().run(plant, &[json!(fault)])?;
        self.look("a planted fault")?;
        let found = std::mem::take(&mut self.found);
        assert_eq!(found.iter().filter(|finding| finding.contains("color-contrast")).count(), 2, "{found:?}");
        self.page.session().run("document.body.lastElementChild.remove();", &[]).map(drop)
    }

    /// The state as it is, in both colour schemes.
    fn look(&mut self, state: &str) -> Outcome {
        for scheme in ["light", "dark"] {
            let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
            self.page.session().devtools("Emulation.setEmulatedMedia", &json!({ "features": features }))?;
            let found: Vec<String> = serde_json::from_value(self.page.session().run(FINDINGS, &[])?)?;
            self.found.extend(found.into_iter().map(|finding| format!("{state}, {scheme}: {finding}")));
        }
        Ok(())
    }

    /// Opens something, looks at it when it is there, and closes it by Esc.
    fn look_into(&mut self, state: &str, open: impl FnOnce() -> Outcome) -> Outcome {
        open()?;
        self.wait_for(state, "document.querySelector('dialog[open]')")?;
        self.look(state)?;
        self.page.session().press_keys(&ESCAPE.to_string())?;
        self.wait_for(state, "!document.querySelector('dialog[open]')")
    }

    fn wait_for(&self, what: &str, expression: &str) -> Outcome {
        let script = format!("return Boolean({expression});");
        let there = || Ok((self.page.session().run(&script, &[])? == Value::Bool(true)).then_some(()));
        self.page.wait(what, SOON, there)
    }

    fn finish(self) {
        let found = self.found.join("\n");
        assert!(self.found.is_empty(), "{} findings:\n{found}", self.found.len());
    }
}

#[test]
fn an_empty_page_and_its_drawers_are_accessible() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let session = page.session();
    let mut inspector = Inspector::new(&page)?;
    inspector.look("empty")?;
    for name in DRAWERS.into_iter().chain(["Prompt history", "Edit styles"]) {
        inspector.look_into(name, || press(session, name))?;
    }
    press(session, "Prompt helper")?;
    inspector.look("Prompt helper")?;
    inspector.finish();
    Ok(())
}

#[test]
fn a_history_with_prompts_is_accessible() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let session = page.session();
    let mut inspector = Inspector::new(&page)?;
    for (prompt, negative) in [("a red apple", "blurry"), ("a blue boat", "")] {
        write(session, "Prompt", prompt)?;
        write(session, "Negative prompt", negative)?;
        press(session, "Favourite prompt")?;
    }
    press(session, "Prompt history")?;
    inspector.wait_for("both prompts", "document.querySelectorAll('.past-prompt').length === 2")?;
    inspector.look("Prompt history with prompts")?;
    inspector.finish();
    Ok(())
}

#[test]
fn a_source_its_mask_and_its_picture_are_accessible() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let session = page.session();
    page.take_source(&repository::photo())?;
    let mut inspector = Inspector::new(&page)?;
    inspector.look_into("Crop and rotate", || press(session, "Crop and rotate"))?;
    press(session, "Enable inpainting")?;
    inspector.look("inpainting")?;
    inspector.look_into("Edit mask", || press(session, "Edit mask"))?;
    press(session, "Enable inpainting")?;
    write(session, "Prompt", "a red apple")?;
    page.generate(LATER)?;
    inspector.look("a picture")?;
    inspector.finish();
    Ok(())
}

#[test]
fn a_gallery_and_its_dialogs_are_accessible() -> Outcome {
    let records: Vec<Record> = (0..12).map(record).collect();
    let page = open_with(&records)?;
    let session = page.session();
    let mut inspector = Inspector::new(&page)?;
    inspector.look("gallery")?;
    inspector.look_into("From the gallery", || press(session, "From the gallery"))?;
    session.run("document.querySelector('[data-picture-id]').focus();", &[])?;
    inspector.look_into("a picture opened", || session.press_keys("\u{E007}"))?;
    session.press_keys(&format!("{CONTROL}a{RELEASE}"))?;
    inspector.look("selection")?;
    session.press_keys(&ESCAPE.to_string())?;
    for card in page.picture_ids()?.iter().take(2) {
        session.click(&control_in(session, "Select", &page.card(card)?)?)?;
    }
    inspector.look_into("Compare", || session.press_keys("c"))?;
    inspector.finish();
    Ok(())
}
