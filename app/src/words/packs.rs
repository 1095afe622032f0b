//! Image packs.

pub(crate) const TITLE: &str = "Image packs";
pub(crate) const ABOUT: &str = "A pack carries pictures with everything needed to make them again, as one file that you can keep or pass on.";

pub(crate) const IMPORT: &str = "Import packs";
pub(crate) const IMPORT_HINT: &str = "Packs (.pack.json), ZIP files with a generation.json, or pictures with settings; drop them here or choose them.";
pub(crate) const SEARCH: &str = "Search packs";
pub(crate) const ONLY_FAVORITES: &str = "Favourite packs only";
pub(crate) const SORT: &str = "Sort packs";

pub(crate) const EMPTY_TITLE: &str = "No packs yet";
pub(crate) const EMPTY: &str =
    "Choose pictures in the gallery and press Save as pack, or import a file that somebody gave you.";
pub(crate) const NOTHING_FOUND: &str = "No pack matches.";

pub(crate) const PREVIEW: &str = "Ready to import";
pub(crate) const NONE_TO_KEEP: &str = "Nothing to import";
pub(crate) const KEEP: &str = "Import";
pub(crate) const DROP: &str = "Cancel import";
pub(crate) const HAVE_IT: &str = "You have this pack already.";

pub(crate) const LIST: &str = "Packs";
pub(crate) const USE: &str = "Use pack";
pub(crate) const EXPORT: &str = "Export pack";
pub(crate) const DELETE: &str = "Delete pack";
pub(crate) const STAR: &str = "Star pack";
pub(crate) const RECIPE: &str = "Recipe";
pub(crate) const NO_PROMPT: &str = "Without a prompt";
pub(crate) const CHOOSE: &str = "Choose a picture of this pack";
pub(crate) const DELETED: &str = "Pack deleted.";
pub(crate) const UNDO: &str = "Undo";

pub(crate) const SAVE_PICTURES: &str = "Save as pack";
pub(crate) const SAVE_RECIPE: &str = "Save recipe as pack";
pub(crate) const EMPTY_SHEET: &str =
    "The pictures of this sheet were deleted, so there is nothing to make a pack of.";
pub(crate) const SAVING: &str = "Saving the pack …";

pub(crate) const FULL: &str = "The browser's storage is full, so nothing was imported; delete packs, pictures or models you no longer need, then try again.";

pub(crate) fn reading(name: &str, percent: u32) -> String {
    format!("Reading {name} … {percent} %")
}

pub(crate) fn writing(name: &str) -> String {
    format!("Writing {name} …")
}

/// What is in a pack: pictures, and recipes without one.
pub(crate) fn count(pictures: usize, recipes: usize) -> String {
    let of = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let parts = [of(pictures, "picture", "pictures"), of(recipes, "recipe", "recipes")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

pub(crate) fn model_missing(model: &str) -> String {
    match model {
        "" => "model unknown".to_owned(),
        model => format!("{model} (missing)"),
    }
}

pub(crate) fn model_changed(model: &str) -> String {
    format!("{model} (other weights)")
}

pub(crate) fn other_weights(model: &str) -> String {
    format!("The model “{model}” here has other weights than the pack's, so the picture will be another one.")
}

pub(crate) fn unknown_sampler(sampler: &str) -> String {
    format!("The sampler “{sampler}” is not known here; the other settings were taken over.")
}

pub(crate) fn use_picture(prompt: &str) -> String {
    format!("Use {prompt}")
}
