//! Models from a person's disk in every shape: files that are models by themselves, and fewer bits at import.

use std::fs;
use std::path::{Path, PathBuf};

use measure::nmse;
use tests::Outcome;
use tests::chromium::Graphics;
use tests::command_line::palimpsest_ok;
use tests::controls::{choose, control, value};
use tests::page::{LATER, Page, SOON};
use tests::temporary::Folder;

use crate::small_request;
use crate::software_gpu::checkpoint;

/// Latents of the same request from the page and from the tool.
const CEILING: f64 = 1e-4;

/// What the tool makes of a model.
fn quantized(model: &Path, bits: &str, folder: &Folder) -> Outcome<PathBuf> {
    let out = folder.path().join(format!("tiny-{bits}.gguf"));
    let (model, file) = (model.display().to_string(), out.display().to_string());
    palimpsest_ok(&["quantize", &model, "--type", bits, &file])?;
    Ok(out)
}

/// Chooses a file beside **Import model files** and waits until the model is chosen.
fn import_file(page: &Page, file: &Path) -> Outcome {
    let before = value(page.session(), "Model")?;
    let input = control(page.session(), "Import model files")?;
    page.session().type_into(&input, &file.display().to_string())?;
    page.wait("the imported model", SOON, || match page.alerts()?.first() {
        Some(sentence) => Err(format!("no model, but: {sentence}").into()),
        None => Ok((value(page.session(), "Model")? != before).then_some(())),
    })
}

fn assert_agrees(page: &Page, model: &Path, folder: &Folder) -> Outcome {
    small_request::fill_in(page)?;
    let latents = page.generate(LATER)?.latents;
    let error = nmse(&latents, &small_request::latents_of_tool(model, &[], folder.path())?)?;
    println!("{}: the page's CPU against the tool's: nmse {error:.1e}", model.display());
    assert!(error <= CEILING, "nmse {error:.1e}");
    Ok(())
}

#[test]
fn a_file_that_is_a_model_agrees_with_the_tool() -> Outcome {
    let folder = Folder::new("import-file")?;
    let file = quantized(&checkpoint(&folder)?, "q4_k", &folder)?;
    let page = Page::open(Graphics::None)?;
    import_file(&page, &file)?;
    assert_eq!(value(page.session(), "Model")?, "tiny-q4_k");
    assert_agrees(&page, &file, &folder)
}

/// The page packs as the tool does: the same pictures come of it.
#[test]
fn a_folder_is_kept_in_8_bits() -> Outcome {
    let folder = Folder::new("import-bits")?;
    let model = checkpoint(&folder)?;
    let page = Page::open(Graphics::None)?;
    choose(page.session(), "Keep weights", "Keep weights in 8 bits: half the memory")?;
    page.import(&model)?;
    assert_agrees(&page, &quantized(&model, "q8_0", &folder)?, &folder)
}

#[test]
fn files_that_are_no_models_are_named_and_refused() -> Outcome {
    let folder = Folder::new("import-bad")?;
    let page = Page::open(Graphics::None)?;
    for (name, bytes, said) in [
        ("page.safetensors", b"<!DOCTYPE html><html>".as_slice(), "web page"),
        ("model.gguf", b"GGUF\x03\0\0\0 cut", "model.gguf"),
        ("model.safetensors", b"PK\x03\x04 a zip archive", "pickle"),
    ] {
        let file = folder.path().join(name);
        fs::write(&file, bytes)?;
        let input = control(page.session(), "Import model files")?;
        page.session().type_into(&input, &file.display().to_string())?;
        let sentence = page.wait("a sentence", SOON, || Ok(page.alerts()?.into_iter().next()))?;
        println!("{name}: {sentence}");
        assert!(sentence.contains(said), "{name}: {sentence}");
    }
    assert_eq!(value(page.session(), "Model")?, "builtin");
    Ok(())
}
