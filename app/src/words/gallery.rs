//! The gallery: pictures, their search, their collections.

pub(crate) const TITLE: &str = "Gallery";
pub(crate) const PICTURES: &str = "Pictures";

pub(crate) const SEARCH: &str = "Search prompts";
pub(crate) const SEARCH_HINT: &str = "Words, \"a phrase\", or a seed";
pub(crate) const BY_MODE: &str = "Filter by mode";
pub(crate) const BY_MODEL: &str = "Filter by model";
pub(crate) const BY_COLLECTION: &str = "Filter by collection";
pub(crate) const ONLY_FAVORITES: &str = "Favourites only";
pub(crate) const SORT: &str = "Sort";
pub(crate) const ALL_MODES: &str = "All modes";
pub(crate) const ALL_MODELS: &str = "All models";
pub(crate) const ALL_COLLECTIONS: &str = "All collections";
pub(crate) const NOTHING_FOUND: &str = "No picture matches.";
pub(crate) const SHOW_ALL: &str = "Show all pictures";
pub(crate) const BUILT_IN: &str = "Built-in";

pub(crate) const SELECT: &str = "Select";
pub(crate) const STAR: &str = "Star";
pub(crate) const USE_AS_SOURCE: &str = "Use as source";
pub(crate) const USE_AS_MASK_SOURCE: &str = "Use as mask source";
pub(crate) const REUSE_SETTINGS: &str = "Reuse settings";
pub(crate) const REGENERATE: &str = "Regenerate";
pub(crate) const DOWNLOAD: &str = "Download";
pub(crate) const DELETE: &str = "Delete";
pub(crate) const COLLECT: &str = "Add to collection";
pub(crate) const SVG: &str = "SVG";
pub(crate) const FILE_LOST: &str = "The browser lost this picture's file.";

pub(crate) const SELECTION: &str = "Selected pictures";
pub(crate) const SELECT_ALL: &str = "Select all";
pub(crate) const INVERT: &str = "Invert selection";
pub(crate) const CLEAR_SELECTION: &str = "Clear selection";
pub(crate) const STAR_SELECTED: &str = "Star selected";
pub(crate) const DOWNLOAD_SELECTED: &str = "Download selected";
pub(crate) const DELETE_SELECTED: &str = "Delete selected";
pub(crate) const COLLECT_SELECTED: &str = "Add selected to collection";

pub(crate) const PICTURE: &str = "Picture";
pub(crate) const CLOSE: &str = "Close";
pub(crate) const PREVIOUS: &str = "Previous picture";
pub(crate) const NEXT: &str = "Next picture";
pub(crate) const FULLSCREEN: &str = "Fullscreen";
pub(crate) const SETTINGS: &str = "Settings";
pub(crate) const LINEAGE: &str = "Lineage";
pub(crate) const THIS_PICTURE: &str = "this picture";
pub(crate) const NO_LONGER_HERE: &str = "A picture that is no longer here";
pub(crate) const AS_SOURCE: &str = "source";
pub(crate) const AS_VARIANT: &str = "variant";
pub(crate) const COLLECTIONS: &str = "Collections";
pub(crate) const NEW_COLLECTION: &str = "New collection";
pub(crate) const CREATE: &str = "Create";
pub(crate) const NO_COLLECTIONS: &str =
    "A collection is a name for pictures that belong together. It exists as long as pictures lie in it.";

pub(crate) const UNDO: &str = "Undo";
pub(crate) const DISMISS: &str = "Dismiss";

pub(crate) const REFUSED: &str = "This browser keeps no data for this page, so pictures stay for this visit only; download those you want to keep.";
pub(crate) const FULL: &str = "The browser's storage is full, so the newest pictures stay for this visit only; download or delete some.";
pub(crate) const NO_MASK: &str =
    "The mask of this picture was not kept; use its source, paint the mask again and press Reuse settings.";
pub(crate) const NO_SOURCE: &str =
    "The source of this picture is no longer here; choose it again and press Reuse settings.";

fn count(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// How many pictures there are, and how many of them are shown.
pub(crate) fn pictures(shown: usize, all: usize) -> String {
    match all {
        0 => String::new(),
        all if shown == all => count(all, "picture", "pictures"),
        all => format!("{shown} of {}", count(all, "picture", "pictures")),
    }
}

/// How many pictures a search found.
pub(crate) fn found(number: usize) -> String {
    if number == 0 { NOTHING_FOUND.to_owned() } else { count(number, "picture", "pictures") }
}

pub(crate) fn use_picture(prompt: &str) -> String {
    format!("Use {prompt} as source")
}

pub(crate) fn selected(number: usize) -> String {
    format!("{number} selected")
}

pub(crate) fn deleted(number: usize) -> String {
    format!("{} deleted.", count(number, "picture", "pictures"))
}

pub(crate) fn open(prompt: &str) -> String {
    format!("Open {prompt}")
}

pub(crate) fn unreadable(number: usize) -> String {
    let many = count(number, "picture", "pictures");
    format!("{many} cannot be shown by this version of the page; nothing of them was changed.")
}

pub(crate) fn cleared(number: usize) -> String {
    let gone = match number {
        1 => "a picture is gone".to_owned(),
        number => format!("{number} pictures are gone"),
    };
    format!("The browser's data for this page was cleared, so {gone}; new ones are kept again.")
}

pub(crate) fn model_missing(model: &str) -> String {
    format!("The model “{model}” is not here; import it to make this picture again.")
}
