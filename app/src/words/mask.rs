//! Inpainting: the sidebar's part of it and the mask's editor.

pub(crate) const ENABLE: &str = "Enable inpainting";
pub(crate) const ENABLE_HINT: &str = "Draw only a part of the source anew.";
pub(crate) const NEEDS_SOURCE: &str = "Draws a part of a source image anew; choose one first.";
pub(crate) const EDIT: &str = "Edit mask";
pub(crate) const FEATHER: &str = "Mask feather";
pub(crate) const AREA: &str = "Inpaint area";
pub(crate) const WHOLE: &str = "Whole picture";
pub(crate) const ONLY_MASKED: &str = "Only masked";
pub(crate) const PADDING: &str = "Mask padding";
pub(crate) const WHOLE_HINT: &str =
    "The model sees the whole picture. Beyond the feather, in pixels, nothing of the source changes.";
pub(crate) const ONLY_MASKED_HINT: &str =
    "The model works on the mask and the padding around it, in pixels, at the source's full resolution.";

pub(crate) const TITLE: &str = "Mask";
pub(crate) const LEGEND: &str = "What is painted over is drawn anew; everything else stays.";
pub(crate) const DONE: &str = "Done";
pub(crate) const TOOL: &str = "Tool";
pub(crate) const BRUSH: &str = "Brush";
pub(crate) const ERASER: &str = "Eraser";
pub(crate) const SIZE: &str = "Brush size";
pub(crate) const HARDNESS: &str = "Hardness";
pub(crate) const OPACITY: &str = "Opacity";
pub(crate) const PRESSURE: &str = "Pen pressure";
pub(crate) const ALONE: &str = "Show the mask alone";
pub(crate) const UNDO: &str = "Undo";
pub(crate) const REDO: &str = "Redo";
pub(crate) const CLEAR: &str = "Clear mask";
pub(crate) const INVERT: &str = "Invert mask";
pub(crate) const IMPORT: &str = "Import mask";
pub(crate) const EXPORT: &str = "Export mask";
pub(crate) const ZOOM: &str = "Zoom";
pub(crate) const ZOOM_IN: &str = "Zoom in";
pub(crate) const ZOOM_OUT: &str = "Zoom out";
pub(crate) const FIT: &str = "Fit";
pub(crate) const CANVAS: &str = "Mask canvas";
pub(crate) const KEYS_TITLE: &str = "Keys and gestures";
pub(crate) const BRUSH_DOWN: &str = "Brush down";
pub(crate) const BRUSH_UP: &str = "Brush up";

/// What can be done without the buttons: the keys, and what they do.
pub(crate) const KEYS: [(&str, &str); 9] = [
    ("B, E", "brush, eraser"),
    ("[ ]", "smaller, larger"),
    ("{ }", "softer, harder"),
    ("Ctrl+Z, Ctrl+Y", "undo, redo"),
    ("Ctrl+I", "invert"),
    ("Wheel, + −, 0", "zoom, fit"),
    ("Space and drag, two fingers", "move the picture"),
    ("Arrows", "move the brush; with Ctrl by a pixel, with Shift the picture"),
    ("Enter", "brush down, brush up"),
];

pub(crate) const FILE_NAME: &str = "mask.png";
pub(crate) const NOT_KEPT: &str =
    "The browser's storage is full, so this mask is kept for this visit only; delete something to keep it.";
pub(crate) const EMPTY: &str = "Nothing is painted in the mask, so nothing would change: press Edit mask and paint over what is to be drawn anew.";
pub(crate) const EMPTY_BUT_GROUND: &str = "Nothing is painted in the mask, so nothing would change: paint over what is to be drawn anew, or choose Whole picture, which draws the borders around the source.";
pub(crate) const FAINT: &str =
    "The mask is nowhere white enough to draw anew: paint over it again, or with more Opacity.";
pub(crate) const NO_SOURCE: &str = "Choose a source image first: a mask belongs to one.";
pub(crate) const UNREADABLE: &str = "The mask cannot be read; it may have been moved or deleted.";
pub(crate) const UNWRITTEN: &str = "The mask could not be written as a file.";
pub(crate) const ANOTHER_SHAPE: &str = "The new source has another shape, so its mask begins black; what you painted comes back with its own source.";

/// A mask's file cannot be used for this reason.
pub(crate) fn refused(reason: &str) -> String {
    let mut letters = reason.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    let sentence: String = first.chain(letters).collect();
    format!("{sentence}.")
}

/// A mask of one size is not for a source of the other.
pub(crate) fn wrong_shape(mask: (u32, u32), source: (u32, u32)) -> String {
    format!(
        "The mask is {} × {}, and the source {} × {}: a mask needs the proportions of its source.",
        mask.0, mask.1, source.0, source.1
    )
}

/// A picture's mask waits for its source.
pub(crate) fn waits(mask: (u32, u32)) -> String {
    format!(
        "The picture's mask belongs to a source in the proportions of {} × {}; it will be there with such a one.",
        mask.0, mask.1
    )
}

/// How much of the source is drawn anew, when the borders around it are, too.
pub(crate) fn share_and_borders(painted: f64) -> String {
    match painted {
        0.0 => "Nothing is painted yet: only the borders around the source are drawn anew.".to_owned(),
        painted => {
            format!("{} So are the borders around it.", share(painted).replace('%', "% of the source"))
        }
    }
}

/// How much of the picture is drawn anew, from 0 to 1.
pub(crate) fn share(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        0.0 => "Nothing is painted yet.".to_owned(),
        _ if percent < 1.0 => "Less than 1 % is drawn anew.".to_owned(),
        _ if percent > 99.0 && percent < 100.0 => "More than 99 % is drawn anew.".to_owned(),
        _ => format!("{percent:.0} % is drawn anew."),
    }
}

pub(crate) fn pixels(px: f64) -> String {
    format!("{px:.0} px")
}

pub(crate) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_told_in_whole_percent_but_never_wrongly_as_none_or_all() {
        assert_eq!(share(0.0), "Nothing is painted yet.");
        assert_eq!(share(0.0001), "Less than 1 % is drawn anew.");
        assert_eq!(share(0.124), "12 % is drawn anew.");
        assert_eq!(share(0.999), "More than 99 % is drawn anew.");
        assert_eq!(share(1.0), "100 % is drawn anew.");
        assert_eq!(
            share_and_borders(0.12),
            "12 % of the source is drawn anew. So are the borders around it."
        );
    }

    #[test]
    fn a_reason_becomes_a_sentence() {
        assert_eq!(refused("a mask is a PNG picture"), "A mask is a PNG picture.");
    }
}
