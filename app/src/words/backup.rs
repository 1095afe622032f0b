//! Backups, in the **Models and storage** drawer.

use super::models::size;

pub(crate) const TITLE: &str = "Backup";
pub(crate) const ABOUT: &str = "One file with every picture, its source and mask, packs, prompts, styles and settings. Importing it adds what is not here and changes nothing that is.";
pub(crate) const EXPORT: &str = "Export everything";
pub(crate) const IMPORT: &str = "Import backup";
pub(crate) const WITH_MODELS: &str = "With models and LoRAs";

pub(crate) const GATHERING: &str = "Collecting what is here …";
pub(crate) const NOTHING_NEW: &str = "Everything in this backup is here already.";
pub(crate) const FAILED: &str = "The backup could not be written; try again.";

/// The choice to take models along, with what that costs.
pub(crate) fn with_models(bytes: f64) -> String {
    format!("{WITH_MODELS} ({})", size(bytes))
}

pub(crate) fn writing(done: u64, total: u64) -> String {
    format!("Writing the backup … {} %", percent(done, total))
}

pub(crate) fn checking(done: u64, total: u64) -> String {
    format!("Checking the backup … {} %", percent(done, total))
}

pub(crate) fn importing(done: usize, total: usize) -> String {
    format!("Importing {} of {total} …", done + 1)
}

pub(crate) fn exported(bytes: f64, lost: usize) -> String {
    let lost = match lost {
        0 => String::new(),
        1 => " One file is not in it: this browser has lost it.".to_owned(),
        lost => format!(" {lost} files are not in it: this browser has lost them."),
    };
    format!("The backup of {} went to your downloads.{lost}", size(bytes))
}

pub(crate) fn no_room(needed: f64, free: f64) -> String {
    format!(
        "This backup needs {} and only {} are free here, so nothing was imported; make room and try again.",
        size(needed),
        size(free)
    )
}

/// An import that ended before its end. What came in is whole.
pub(crate) fn stopped(brought: &Brought, why: &str) -> String {
    let so_far = brought.list().unwrap_or_else(|| "nothing".to_owned());
    format!("{why} Until then {so_far} came in, each of them whole; import the same file again to go on.")
}

/// What an import has brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Brought {
    pub pictures: usize,
    pub packs: usize,
    pub sources: usize,
    pub prompts: usize,
    pub styles: usize,
    pub models: usize,
    pub settings: bool,
    /// Pictures, packs and models that were here before.
    pub known: usize,
}

impl Brought {
    fn list(&self) -> Option<String> {
        let part = |number: usize, one: &str| match number {
            0 => None,
            1 => Some(format!("1 {one}")),
            number => Some(format!("{number} {one}s")),
        };
        let parts = [
            part(self.pictures, "picture"),
            part(self.packs, "pack"),
            part(self.sources, "recent source"),
            part(self.prompts, "prompt"),
            part(self.styles, "style"),
            part(self.models, "model"),
            self.settings.then(|| "your settings".to_owned()),
        ];
        let mut parts: Vec<String> = parts.into_iter().flatten().collect();
        let last = parts.pop()?;
        Some(if parts.is_empty() { last } else { format!("{} and {last}", parts.join(", ")) })
    }

    /// The whole outcome in a sentence.
    pub(crate) fn sentence(&self) -> String {
        let Some(list) = self.list() else { return NOTHING_NEW.to_owned() };
        match self.known {
            0 => format!("Imported {list}."),
            known => format!("Imported {list}; {known} more were here already."),
        }
    }
}

fn percent(done: u64, total: u64) -> u64 {
    done.saturating_mul(100).checked_div(total).unwrap_or(100).min(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outcome_is_one_sentence() {
        let mut brought = Brought::default();
        assert_eq!(brought.sentence(), NOTHING_NEW);
        brought.pictures = 2;
        assert_eq!(brought.sentence(), "Imported 2 pictures.");
        (brought.packs, brought.settings, brought.known) = (1, true, 3);
        assert_eq!(
            brought.sentence(),
            "Imported 2 pictures, 1 pack and your settings; 3 more were here already."
        );
        assert!(stopped(&brought, "It is full.").starts_with("It is full. Until then 2 pictures"));
    }

    #[test]
    fn shares_are_never_beyond_the_whole() {
        assert_eq!((percent(0, 0), percent(3, 4), percent(9, 4)), (100, 75, 100));
    }
}
