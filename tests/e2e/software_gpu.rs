//! The in-browser WebGPU path, on Chromium's software adapter: the same numbers as the command line tool's CPU and
//! GPU. Few steps: SwiftShader computes a compute shader some hundred times slower than a graphics card.

use std::fs;
use std::path::{Path, PathBuf};

use measure::nmse;
use tests::chromium::Graphics;
use tests::command_line::{palimpsest_ok, read_latents};
use tests::controls::{slide, write};
use tests::page::{LATER, Page};
use tests::pictures::difference_from_source;
use tests::temporary::Folder;
use tests::{Outcome, repository};

/// Latents of the same request on two devices.
const CEILING: f64 = 1e-4;

/// What the page and the command line tool are both asked for.
struct Asked<'a> {
    model: &'a str,
    steps: &'a str,
    strength: f64,
    guidance: &'a str,
    side_px: &'a str,
}

fn open_on_gpu() -> Outcome<Page> {
    let page = Page::open(Graphics::SoftwareWebGpu)?;
    page.use_gpu()?;
    page.take_source(&repository::photo())?;
    write(page.session(), "Prompt", "a red apple")?;
    write(page.session(), "Seed", "7")?;
    Ok(page)
}

fn fill_in(page: &Page, asked: &Asked) -> Outcome {
    write(page.session(), "Quality steps", asked.steps)?;
    write(page.session(), "Guidance scale", asked.guidance)?;
    write(page.session(), "Width", asked.side_px)?;
    write(page.session(), "Height", asked.side_px)?;
    slide(page.session(), "Prompt strength", asked.strength)
}

/// The tool's latents for the same request.
fn latents_of_tool(asked: &Asked, device: &str, folder: &Path) -> Outcome<Vec<f32>> {
    let path = |name: String| folder.join(name).display().to_string();
    let latents = path(format!("{device}.safetensors"));
    let strength = asked.strength.to_string();
    palimpsest_ok(&[
        "generate",
        "--model",
        asked.model,
        "--device",
        device,
        "--prompt",
        "a red apple",
        "--seed",
        "7",
        "--source",
        &repository::photo().display().to_string(),
        "--strength",
        &strength,
        "--steps",
        asked.steps,
        "--guidance",
        asked.guidance,
        "--width",
        asked.side_px,
        "--height",
        asked.side_px,
        "--latents",
        &latents,
        "--out",
        &path(format!("{device}.png")),
    ])?;
    read_latents(Path::new(&latents))
}

fn assert_agrees_with_tool(page_latents: &[f32], asked: &Asked) -> Outcome {
    let folder = Folder::new("tool")?;
    for device in ["cpu", "gpu"] {
        let error = nmse(page_latents, &latents_of_tool(asked, device, folder.path())?)?;
        println!("{}: the page's WebGPU against the tool's {device}: nmse {error:.1e}", asked.model);
        assert!(error <= CEILING, "nmse {error:.1e} against the tool's {device}");
    }
    Ok(())
}

/// The diffusers folder without the goldens beside it.
pub(crate) fn checkpoint(folder: &Folder) -> Outcome<PathBuf> {
    let target = folder.path().join("tiny-sd");
    for part in ["scheduler", "text_encoder", "unet", "vae"] {
        fs::create_dir_all(target.join(part))?;
        for file in fs::read_dir(repository::tiny_checkpoint().join(part))? {
            let file = file?;
            fs::copy(file.path(), target.join(part).join(file.file_name()))?;
        }
    }
    fs::copy(repository::tiny_checkpoint().join("model_index.json"), target.join("model_index.json"))?;
    Ok(target)
}

#[test]
fn an_imported_checkpoint_agrees_with_the_tool() -> Outcome {
    let folder = Folder::new("import")?;
    let model = checkpoint(&folder)?;
    let page = open_on_gpu()?;
    page.import(&model)?;
    let model = model.display().to_string();
    let asked = Asked { model: &model, steps: "4", strength: 0.5, guidance: "3", side_px: "64" };
    fill_in(&page, &asked)?;
    let picture = page.generate(LATER)?;
    assert_agrees_with_tool(&picture.latents, &asked)
}

#[test]
fn the_built_in_model_agrees_with_the_tool_and_needs_no_network() -> Outcome {
    let mut page = open_on_gpu()?;
    // The copy that the page has, in case the one in public/ was made anew since the page was built.
    let model = repository::dist().join("models/builtin").display().to_string();
    let photo = image::open(repository::photo())?.to_rgb8();
    let mut differences = Vec::new();
    let mut pictures = Vec::new();
    for strength in [0.2, 0.9] {
        let asked = Asked { model: &model, steps: "2", strength, guidance: "2", side_px: "64" };
        fill_in(&page, &asked)?;
        let picture = page.generate(LATER)?;
        assert_agrees_with_tool(&picture.latents, &asked)?;
        differences.push(difference_from_source(&picture.pixels()?, &photo));
        pictures.push(picture);
    }
    println!("differences from the source: {differences:.2?}");
    assert!(
        differences.is_sorted_by(|a, b| a < b),
        "the difference must grow with strength: {differences:?}"
    );

    page.session().run("return navigator.serviceWorker.ready.then(() => true);", &[])?;
    page.site.go_offline();
    page.reload()?;
    assert_eq!(page.picture_ids()?.len(), pictures.len(), "the gallery must be there without a network");
    page.use_gpu()?;
    page.take_source(&repository::photo())?;
    write(page.session(), "Prompt", "a red apple")?;
    write(page.session(), "Seed", "7")?;
    fill_in(&page, &Asked { model: &model, steps: "2", strength: 0.9, guidance: "2", side_px: "64" })?;
    let again = page.generate(LATER)?.png;
    assert_eq!(
        Some(&again),
        pictures.last().map(|last| &last.png),
        "the same seed must give the same bytes offline"
    );
    Ok(())
}
