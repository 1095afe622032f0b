//! LoRAs on the page, from the import button to the picture and its settings: the same numbers as the command line
//! tool's, and none of it once switched off.

use std::path::{Path, PathBuf};

use measure::nmse;
use tests::chromium::Graphics;
use tests::controls::{control, control_in, press, slide, value};
use tests::page::{LATER, Page, SOON};
use tests::temporary::Folder;
use tests::{Outcome, repository};

use crate::small_request;
use crate::software_gpu::checkpoint;

/// Latents of the same request from the page and from the tool.
const CEILING: f64 = 1e-4;
/// A LoRA that is used changes more than this.
const FLOOR: f64 = 1e-3;
const NAME: &str = "a_kohya";
pub(crate) const SCALE: &str = "Scale of a_kohya";

pub(crate) fn lora() -> PathBuf {
    repository::root().join(format!("tests/golden/sd1-lora/{NAME}.safetensors"))
}

/// The page on the CPU, with the checkpoint chosen and a small request filled in.
fn open(model: &Path) -> Outcome<Page> {
    let page = Page::open(Graphics::None)?;
    page.import(model)?;
    small_request::fill_in(&page)?;
    Ok(page)
}

pub(crate) fn import(page: &Page, file: &Path) -> Outcome {
    let input = control(page.session(), "Import LoRA")?;
    page.session().type_into(&input, &file.display().to_string())?;
    page.wait("the LoRA", SOON, || Ok(control(page.session(), SCALE).ok().map(drop)))
}

fn reuse(page: &Page, id: &str) -> Outcome {
    page.session().click(&control_in(page.session(), "Reuse settings", &page.card(id)?)?)?;
    // The size comes a frame later.
    page.wait("the size", SOON, || Ok((value(page.session(), "Width")? == "64").then_some(())))
}

/// The tool's latents for the same request.
fn latents_of_tool(model: &Path, scale: &str, folder: &Path) -> Outcome<Vec<f32>> {
    small_request::latents_of_tool(model, &[("--lora", &format!("{}:{scale}", lora().display()))], folder)
}

#[test]
fn a_lora_agrees_with_the_tool_and_can_be_switched_off() -> Outcome {
    let folder = Folder::new("lora")?;
    let model = checkpoint(&folder)?;
    let page = open(&model)?;
    let without = page.generate(LATER)?;

    import(&page, &lora())?;
    slide(page.session(), SCALE, 0.5)?;
    let with = page.generate(LATER)?;
    let error = nmse(&with.latents, &latents_of_tool(&model, "0.5", folder.path())?)?;
    let effect = nmse(&with.latents, &without.latents)?;
    println!(
        "with a LoRA: the page against the tool: nmse {error:.1e}; against the picture without: {effect:.1e}"
    );
    assert!(error <= CEILING, "nmse {error:.1e} against the tool");
    assert!(effect >= FLOOR, "the LoRA changed nothing: nmse {effect:.1e}");

    press(page.session(), NAME)?;
    assert_eq!(page.generate(LATER)?.png, without.png, "a LoRA that is off must change nothing");

    reuse(&page, &with.id)?;
    assert_eq!(page.generate(LATER)?.png, with.png, "the settings of a picture must make it again");

    page.session().run("window.confirm = () => true;", &[])?;
    press(page.session(), "Delete LoRA a_kohya")?;
    page.wait("the LoRA to be gone", SOON, || Ok(control(page.session(), SCALE).is_err().then_some(())))?;
    reuse(&page, &with.id)?;
    let sentence = page.sentence_at("lora")?;
    assert_eq!(sentence, "The LoRA “a_kohya” is not here; import it to use it.");
    Ok(())
}

#[test]
fn what_is_no_lora_is_answered_beside_its_control() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let input = control(page.session(), "Import LoRA")?;
    let damaged = repository::root().join("tests/golden/sd1-lora/malformed/rank_mismatch.safetensors");
    page.session().type_into(&input, &damaged.display().to_string())?;
    let sentence = page.sentence_at("lora")?;
    assert!(sentence.ends_with('.'), "{sentence}");
    assert!(control(page.session(), "Scale of rank_mismatch").is_err(), "it was stored");
    Ok(())
}
