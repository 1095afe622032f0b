//! The **Models and storage** drawer.

use protocol::catalogue::Role;

pub(crate) const TITLE: &str = "Models and storage";

/// Beside **Model**: leads to the drawer.
pub(crate) const MORE: &str = "More models";
/// Under the buttons for models of one's own.
pub(crate) const IMPORT_HINT: &str =
    "A Stable Diffusion model from this device. Fewer bits take less memory.";

pub(crate) const ROOM: &str = "Storage";
pub(crate) const ROOM_METER: &str = "Storage in use";
pub(crate) const KEPT: &str = "The browser keeps models and pictures until you delete them.";
pub(crate) const NOT_KEPT: &str =
    "When this device runs out of room, the browser may clear models and pictures by itself.";
pub(crate) const KEEP: &str = "Keep my data";
pub(crate) const NO_ROOM_TOLD: &str = "This browser does not tell how much room there is.";

pub(crate) const HERE: &str = "On this device";
pub(crate) const IN_USE: &str = "in use";
pub(crate) const USE: &str = "Use";
pub(crate) const DELETE: &str = "Delete";
pub(crate) const NEEDED: &str = "A picture that is being made or waits needs it";
pub(crate) const BUILTIN_SIZE: &str = "comes with the page";

pub(crate) const OFFERED: &str = "To download";
pub(crate) const OFFERED_HINT: &str = "Files come straight from their publishers, go nowhere but into this browser, and are checked against their SHA-256. Nothing else is ever fetched from elsewhere.";
pub(crate) const NOTHING_OFFERED: &str = "Every model of the catalogue is on this device.";
pub(crate) const ASKING: &str = "Reading the catalogue …";
pub(crate) const TRY_AGAIN: &str = "Try again";
pub(crate) const DOWNLOAD: &str = "Download";
pub(crate) const PAUSE: &str = "Pause";
pub(crate) const RESUME: &str = "Resume";
pub(crate) const DISCARD: &str = "Discard";
pub(crate) const LICENCE: &str = "Licence";
pub(crate) const TIPS: &str = "Tips";
const ELSEWHERE: &str = "Another tab is downloading this model";
pub(crate) const OPENING: &str = "Opening it on trial …";

pub(crate) const OWN: &str = "From this device";
pub(crate) const OWN_HINT: &str = "A Stable Diffusion checkpoint as a folder in the diffusers layout, or as one .safetensors or .gguf file.";

/// The chosen model is there no more.
pub(crate) fn gone(name: &str) -> String {
    format!("The model “{name}” is no longer on this device, so another one is chosen.")
}

/// What a model is the choice for.
pub(crate) fn role(role: Role) -> &'static str {
    match role {
        Role::Fast => "Fast",
        Role::Balanced => "Balanced",
        Role::Best => "Best quality",
        Role::Style => "A style of its own",
    }
}

/// Bytes for people, in the decimal units that publishers use.
pub(crate) fn size(bytes: f64) -> String {
    let (value, unit) = match bytes {
        bytes if bytes >= 1e9 => (bytes / 1e9, "GB"),
        bytes if bytes >= 1e6 => (bytes / 1e6, "MB"),
        bytes => (bytes / 1e3, "kB"),
    };
    let digits = usize::from(value < 100.0 && unit == "GB") + usize::from(value < 10.0 && unit == "GB");
    format!("{value:.digits$} {unit}")
}

/// "1.20 of 2.13 GB"
pub(crate) fn progress(done_bytes: u64, total_bytes: u64) -> String {
    format!("{} of {}", size(done_bytes as f64), size(total_bytes as f64))
}

pub(crate) fn checking(done_bytes: u64, total_bytes: u64) -> String {
    format!("Checking: {}", progress(done_bytes, total_bytes))
}

pub(crate) fn paused(done_bytes: u64, total_bytes: u64) -> String {
    format!("Paused at {}", progress(done_bytes, total_bytes))
}

/// "Another tab is downloading this model: 1.20 GB of 2.13 GB"
pub(crate) fn elsewhere(done_bytes: u64, total_bytes: u64) -> String {
    match total_bytes {
        0 => ELSEWHERE.to_owned(),
        _ => format!("{ELSEWHERE}: {}", progress(done_bytes, total_bytes)),
    }
}

pub(crate) fn used(used_bytes: f64, quota_bytes: f64) -> String {
    format!("{} of {} in use", size(used_bytes), size(quota_bytes))
}

pub(crate) fn too_large(free_bytes: f64) -> String {
    format!("The browser has {} left for this page: delete something first.", size(free_bytes))
}

pub(crate) fn delete_question(name: &str) -> String {
    format!("Delete the model “{name}” from this browser?")
}

pub(crate) fn discard_question(name: &str) -> String {
    format!("Discard what has arrived of “{name}”?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        for (bytes, words) in [
            (512.0, "1 kB"),
            (26_400_000.0, "26 MB"),
            (2_132_696_762.0, "2.13 GB"),
            (61.5e9, "61.5 GB"),
            (2e11, "200 GB"),
        ] {
            assert_eq!(size(bytes), words);
        }
        assert_eq!(progress(1_200_000_000, 2_132_696_762), "1.20 GB of 2.13 GB");
    }
}
