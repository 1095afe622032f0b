//! The **Source image** panel and its **Crop and rotate** dialog.

use sources::{Handle, Kind};

pub(crate) const TITLE: &str = "Source image";
pub(crate) const CHOOSE: &str = "Choose a picture";
pub(crate) const CHOOSE_HOW: &str = ", drop it anywhere, or paste it.";
pub(crate) const FORMATS: &str = "PNG, JPEG, WebP, or an SVG made here. Optional.";
pub(crate) const TAKE_PHOTO: &str = "Take a photo";
pub(crate) const REMOVE: &str = "Remove source";
pub(crate) const REUSE_SETTINGS: &str = "Reuse the settings in this file";
pub(crate) const MOVES: &str = "This picture moves; its first frame is used.";
pub(crate) const NO_ROOM: &str =
    "The browser has no room for the edited picture; close other tabs and try again.";

pub(crate) const FROM_GALLERY: &str = "From the gallery";
pub(crate) const SEARCH_GALLERY: &str = "Search the gallery";

/// A source that the database does not take.
pub(crate) fn not_kept(full: bool) -> &'static str {
    match full {
        true => "The browser's storage is full, so this source stays for this visit only.",
        false => "This browser does not keep the source, so it stays for this visit only.",
    }
}

/// A button for pictures that are not drawn yet.
pub(crate) fn more(number: usize) -> String {
    format!("Show more ({number} left)")
}

pub(crate) const RECENT: &str = "Recent sources";
pub(crate) const FORGET_ALL: &str = "Forget all";

pub(crate) fn reading(name: &str) -> String {
    format!("Reading “{name}” …")
}

pub(crate) fn alternative(name: &str) -> String {
    format!("Source: {name}")
}

pub(crate) fn use_recent(name: &str) -> String {
    format!("Use {name} again")
}

pub(crate) fn forget(name: &str) -> String {
    format!("Forget {name}")
}

pub(crate) fn size((width, height): (u32, u32)) -> String {
    format!("{width} × {height}")
}

pub(crate) const FIT: &str = "Source size";
pub(crate) const MADE_WITHOUT: &str =
    "The picture was made without a source: remove yours to make it again, or go on with yours.";
pub(crate) const MADE_FROM_ANOTHER: &str = "The picture was made from another source; yours is used now.";
pub(crate) const FIT_ORIGINAL: &str = "Original dimensions";
pub(crate) const FIT_INSIDE: &str = "Fit to the model's size";
pub(crate) const FIT_CROP: &str = "Crop to the model's size";
pub(crate) const FIT_PAD: &str = "Pad to the model's size";
pub(crate) const STRETCHED: &str =
    "The source is stretched to this width and height; choose Crop or Pad to keep its shape.";

pub(crate) const EDIT: &str = "Crop and rotate";
pub(crate) const ROTATE_LEFT: &str = "Rotate left";
pub(crate) const ROTATE_RIGHT: &str = "Rotate right";
pub(crate) const MIRROR: &str = "Mirror";
pub(crate) const RESET: &str = "Reset";
pub(crate) const APPLY: &str = "Apply";
pub(crate) const CANCEL: &str = "Cancel";
pub(crate) const PROPORTIONS: &str = "Proportions";
pub(crate) const FREE: &str = "Free";
pub(crate) const AS_ORIGINAL: &str = "As the original";
pub(crate) const AS_RESULT: &str = "As width and height";
pub(crate) const LEFT: &str = "Left";
pub(crate) const TOP: &str = "Top";
pub(crate) const CROP_WIDTH: &str = "Crop width";
pub(crate) const CROP_HEIGHT: &str = "Crop height";
pub(crate) const KEYS: &str = "Arrow keys move the edge that has the focus; with Shift by ten pixels.";

/// What a part of the crop's frame is called.
pub(crate) fn handle(handle: Handle) -> &'static str {
    match handle {
        Handle::Middle => "Crop area",
        Handle::Edge(-1, -1) => "Top left corner",
        Handle::Edge(0, -1) => "Top edge",
        Handle::Edge(1, -1) => "Top right corner",
        Handle::Edge(1, 0) => "Right edge",
        Handle::Edge(1, 1) => "Bottom right corner",
        Handle::Edge(0, 1) => "Bottom edge",
        Handle::Edge(-1, 1) => "Bottom left corner",
        Handle::Edge(..) => "Left edge",
    }
}

pub(crate) fn empty(name: &str) -> String {
    format!("“{name}” is empty (0 bytes); choose another picture.")
}

pub(crate) fn too_many_bytes(name: &str) -> String {
    format!("“{name}” is larger than 64 MB; choose a smaller picture.")
}

pub(crate) fn unreadable(name: &str) -> String {
    format!("“{name}” cannot be read; it may have been moved or renamed.")
}

/// Why a file of this kind cannot be the source, and what to do about it.
pub(crate) fn refusal(kind: Kind, name: &str) -> String {
    let what = match kind {
        Kind::Svg => {
            "is an SVG drawing that was not made here or was changed since, which is no source; save it as PNG first"
        }
        Kind::Html => "is a web page and not a picture; save the picture itself",
        Kind::Gif => "is a GIF; save it as PNG first",
        Kind::Heic => "is a HEIC photo, which browsers cannot read; save it as JPEG first",
        Kind::Avif => "is an AVIF picture; save it as PNG or JPEG first",
        Kind::Tiff => "is a TIFF or raw photo; save it as PNG or JPEG first",
        Kind::Bmp => "is a BMP picture; save it as PNG first",
        Kind::JpegXl => "is a JPEG XL picture; save it as PNG or JPEG first",
        Kind::Pdf => "is a PDF document; save the picture in it as PNG first",
        Kind::Picture { .. } | Kind::Unknown => "is not a PNG, JPEG or WebP picture",
    };
    format!("“{name}” {what}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_is_one_sentence_with_the_name() {
        let kinds = [Kind::Svg, Kind::Html, Kind::Gif, Kind::Heic, Kind::Avif, Kind::Tiff, Kind::Bmp];
        for kind in kinds.into_iter().chain([Kind::JpegXl, Kind::Pdf, Kind::Unknown]) {
            let sentence = refusal(kind, "x.png");
            assert!(sentence.starts_with("“x.png” is ") && sentence.ends_with('.'), "{sentence}");
            assert_eq!(sentence.matches(". ").count(), 0, "{sentence}");
        }
    }

    #[test]
    fn every_handle_has_a_name_of_its_own() {
        let mut names: Vec<_> = Handle::EDGES.into_iter().chain([Handle::Middle]).map(handle).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 9);
    }
}
