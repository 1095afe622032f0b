//! One small request, asked of the page and of the command line tool alike.

use std::path::Path;

use tests::Outcome;
use tests::command_line::{palimpsest_ok, read_latents};
use tests::controls::write_all;
use tests::page::Page;

const PROMPT: &str = "a red apple";
const SEED: &str = "7";
const STEPS: &str = "4";
const GUIDANCE: &str = "3";
const SIDE_PX: &str = "64";

/// Fills the request into the page's form.
pub(crate) fn fill_in(page: &Page) -> Outcome {
    let boxes = [
        ("Prompt", PROMPT),
        ("Seed", SEED),
        ("Quality steps", STEPS),
        ("Guidance scale", GUIDANCE),
        ("Width", SIDE_PX),
        ("Height", SIDE_PX),
    ];
    write_all(page.session(), &boxes)
}

/// What the tool makes of it on the CPU, with further options.
pub(crate) fn latents_of_tool(model: &Path, further: &[(&str, &str)], folder: &Path) -> Outcome<Vec<f32>> {
    let path = |name: &str| folder.join(name).display().to_string();
    let (latents, picture) = (path("tool.safetensors"), path("tool.png"));
    let model = model.display().to_string();
    let options = [
        ("--model", model.as_str()),
        ("--device", "cpu"),
        ("--prompt", PROMPT),
        ("--seed", SEED),
        ("--steps", STEPS),
        ("--guidance", GUIDANCE),
        ("--width", SIDE_PX),
        ("--height", SIDE_PX),
        ("--latents", &latents),
        ("--out", &picture),
    ];
    let options = options.iter().chain(further).flat_map(|(name, value)| [*name, *value]);
    palimpsest_ok(&std::iter::once("generate").chain(options).collect::<Vec<_>>())?;
    read_latents(Path::new(&latents))
}
