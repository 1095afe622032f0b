//! Generation settings: presets, size, seed, images, output.

use protocol::{SamplerKind, TraceColors, TraceDetail};

pub(crate) const QUICK: (&str, &str) =
    ("Quick test", "Half of the model's own steps, to see where a prompt leads");
pub(crate) const BEST: (&str, &str) = ("Best results", "Half again as many steps as the model's own");
pub(crate) const PRESETS: &str = "Presets";

pub(crate) const STEPS: &str = "Quality steps";
pub(crate) const GUIDANCE: &str = "Guidance scale";
pub(crate) const SAMPLER: &str = "Sampler";

pub(crate) const WIDTH: &str = "Width";
pub(crate) const HEIGHT: &str = "Height";
pub(crate) const ASPECT: &str = "Aspect preset";
pub(crate) const CUSTOM: &str = "Custom";
pub(crate) const SWAP: &str = "Swap width and height";

pub(crate) const SEED: &str = "Seed";
pub(crate) const SEED_BLANK: &str = "new for each picture";
pub(crate) const RANDOM: &str = "Random seed";
pub(crate) const LOCK: &str = "Lock seed";

pub(crate) const IMAGES: &str = "Images";
pub(crate) const OUTPUT: &str = "Output format";
pub(crate) const QUALITY: &str = "Output quality";
pub(crate) const TRACE_COLORS: &str = "Drawing colours";
pub(crate) const TRACE_DETAIL: &str = "Drawing detail";
pub(crate) const TRACED: &str =
    "Pictures are traced into shapes that stay sharp at any size; the gallery keeps their pixels too.";
pub(crate) const NOT_DRAWN: &str =
    "The picture could not be drawn as SVG; its pixels are safe, press Download to try again.";

/// How many colours a drawing has.
pub(crate) fn trace_colors(colors: TraceColors) -> &'static str {
    match colors {
        TraceColors::Few => "Few (8)",
        TraceColors::Some => "Some (24)",
        TraceColors::Many => "Many (64)",
    }
}

/// How small a thing is still drawn.
pub(crate) fn trace_detail(detail: TraceDetail) -> &'static str {
    match detail {
        TraceDetail::Coarse => "Coarse: large shapes",
        TraceDetail::Medium => "Medium",
        TraceDetail::Fine => "Fine: every speck",
    }
}

pub(crate) const PNG_ALONE: &str =
    "Downloads are written in this format; the gallery keeps PNGs. Every file carries its settings.";

/// A sampler's name.
pub(crate) fn sampler(sampler: SamplerKind) -> &'static str {
    match sampler {
        SamplerKind::Ddim => "DDIM",
        SamplerKind::Euler => "Euler",
        SamplerKind::EulerAncestral => "Euler ancestral",
        SamplerKind::Dpmpp2m => "DPM++ 2M",
        SamplerKind::Dpmpp2mKarras => "DPM++ 2M Karras",
        SamplerKind::UniPc => "UniPC",
        SamplerKind::Lcm => "LCM",
        SamplerKind::FlowEuler => "Euler (flow)",
    }
}

/// What strength acts on, by the name that stands in a picture's settings.
pub(crate) fn strength_rule(rule: &str) -> &str {
    match rule {
        "steps" => "a share of the steps runs",
        "all-steps" => "all steps run",
        other => other,
    }
}

/// A sampler in the list that the model does not take.
pub(crate) fn unsuited(kind: SamplerKind) -> String {
    format!("{} (not for this model)", sampler(kind))
}

pub(crate) fn bad_sampler(kind: SamplerKind, model: &str, taken: &[SamplerKind]) -> String {
    let taken = taken.iter().map(|kind| sampler(*kind)).collect::<Vec<_>>().join(", ");
    format!("The model “{model}” is not sampled with {}; choose among {taken}.", sampler(kind))
}

pub(crate) fn bad_images(most: u32) -> String {
    format!("Images must be a whole number from 1 to {most}.")
}

/// Settings are too long for a file.
pub(crate) fn not_carried(format: &str) -> String {
    format!("The settings do not fit into a {format} file, so it was saved without them; a PNG takes any.")
}

pub(crate) fn not_converted(format: &str) -> String {
    format!("This browser cannot write {format} files, so the picture was saved as PNG.")
}
