//! The queue, and sheets of pictures that differ in a setting or two.

use batches::{AxisKind, Plan};
use gallery::Sheet;
use protocol::Request;

use super::settings;

pub(crate) const QUEUE: &str = "Queue";
pub(crate) const EMPTY: &str =
    "Nothing waits. Press Generate while a picture is being made, and the next one waits here.";
pub(crate) const RUNNING: &str = "Being made";
pub(crate) const CANCEL_ALL: &str = "Cancel all";
pub(crate) const RESUME: &str = "Resume queue";
pub(crate) const DISCARD: &str = "Discard queue";

/// What waits, on the button that opens the queue.
pub(crate) fn waiting(count: usize) -> String {
    if count == 0 { QUEUE.to_owned() } else { format!("{QUEUE} ({count})") }
}

/// A picture in the queue, by what tells it from the others.
pub(crate) fn job(request: &Request, has_source: bool) -> String {
    let strength = if has_source { format!("strength {:.2} · ", request.strength) } else { String::new() };
    let steps = if request.steps == 1 { "step" } else { "steps" };
    format!(
        "{strength}{} × {} · {} {steps} · guidance {} · {} · seed {}",
        request.width_px,
        request.height_px,
        request.steps,
        request.guidance_scale,
        settings::sampler(request.sampler),
        request.seed
    )
}

pub(crate) fn sooner(prompt: &str) -> String {
    format!("Move up: {prompt}")
}

pub(crate) fn later(prompt: &str) -> String {
    format!("Move down: {prompt}")
}

pub(crate) fn cancel(prompt: &str) -> String {
    format!("Cancel: {prompt}")
}

/// What an earlier tab left.
pub(crate) fn left(count: usize) -> String {
    match count {
        1 => "One picture was still waiting when the page was closed.".to_owned(),
        count => format!("{count} pictures were still waiting when the page was closed."),
    }
}

pub(crate) const SHEETS: &str = "Sweep and grid";
pub(crate) const SWEEP: &str = "Strength sweep";
pub(crate) const STRENGTHS: &str = "Strengths";
pub(crate) const SWEEP_HINT: &str = "One picture for each prompt strength, from the source and the prompt that stand in the form, all with one seed.";
pub(crate) const GRID: &str = "Grid";
pub(crate) const GRID_HINT: &str = "A picture for each combination of two settings. Numbers are a list (1, 2, 3), a range (2-8) or one with a step (0.2-0.8 (+0.2)) or a count (10-40 [4]).";
pub(crate) const COLUMNS: &str = "Columns";
pub(crate) const ROWS: &str = "Rows";
pub(crate) const NONE: &str = "None";
pub(crate) const MAKE_GRID: &str = "Make grid";
pub(crate) const NO_COLUMNS: &str = "Choose a setting for the columns.";
pub(crate) const NEEDS_SOURCE: &str = "Prompt strength acts on a source image; choose one first.";
pub(crate) const NO_MODEL: &str = "One of the models is no longer here.";
pub(crate) const NO_SHEET: &str =
    "The pictures could not be put together as one sheet; they stay in the gallery one by one.";
pub(crate) const SHEET_IS_MANY: &str = "A sheet is many pictures; open it and choose one of them.";
pub(crate) const BACK_TO_SHEET: &str = "Back to the sheet";

/// A setting that a sheet goes through.
pub(crate) fn axis(kind: AxisKind) -> &'static str {
    match kind {
        AxisKind::Strength => "Prompt strength",
        AxisKind::Steps => settings::STEPS,
        AxisKind::Guidance => settings::GUIDANCE,
        AxisKind::Seed => settings::SEED,
        AxisKind::Sampler => settings::SAMPLER,
        AxisKind::Model => "Model",
    }
}

pub(crate) fn bad_strength(value: &str) -> String {
    format!("A prompt strength is a number from 0.1 to 1, not {value}.")
}

/// What the two sides are read out as.
pub(crate) fn values_of(side: &str) -> String {
    format!("Values of the {}", side.to_lowercase())
}

/// How many pictures a plan makes.
pub(crate) fn pictures_of(plan: &Plan) -> String {
    let columns = plan.columns().values.len();
    match plan.rows().map(|rows| rows.values.len()) {
        Some(rows) => format!("{columns} × {rows}: {} pictures", columns * rows),
        None if columns == 1 => "1 picture".to_owned(),
        None => format!("{columns} pictures"),
    }
}

/// What a sheet shows, above it.
pub(crate) fn sheet_of(sheet: &Sheet) -> String {
    let columns = &sheet.columns.name;
    match &sheet.rows {
        Some(rows) => format!("{columns} from left to right, {} from top to bottom", rows.name),
        None => format!("{columns} from left to right"),
    }
}
