//! Prompts: the fields, their history, the helper, styles, the token counter.

use prompts::StylesFileError;

pub(crate) const PROMPT: &str = "Prompt";
pub(crate) const NEGATIVE: &str = "Negative prompt";
pub(crate) const PROMPT_EXAMPLE: &str = "a red apple";
pub(crate) const NEGATIVE_EXAMPLE: &str = "what to avoid";
pub(crate) const NEGATIVE_UNHEARD: &str =
    "At a guidance scale of 1 the negative prompt has no part; a scale of 2 hears it, in twice the time.";
pub(crate) const WEIGHTS: &str = "Prompt weights";
pub(crate) const WEIGHTS_SYNTAX: &str = "(more:1.3) [less]";

pub(crate) const NO_PROMPT: &str = "Write a few words about the picture you want.";
pub(crate) const FAVOURITE: &str = "Favourite prompt";
pub(crate) const HISTORY: &str = "Prompt history";
pub(crate) const HELPER: &str = "Prompt helper";

pub(crate) const SEARCH: &str = "Search prompts";
pub(crate) const FAVOURITES_ONLY: &str = "Favourites only";
pub(crate) const CLEAR: &str = "Clear history";
pub(crate) const CLEAR_QUESTION: &str = "Forget every prompt without a star?";
pub(crate) const USE: &str = "Use prompt";
pub(crate) const FORGET: &str = "Forget prompt";
pub(crate) const HISTORY_EMPTY: &str =
    "Prompts are listed here once a picture has been asked for. A star keeps one for good.";
pub(crate) const HISTORY_NOTHING_FOUND: &str = "No prompt has all of these words.";

/// What a prompt's entry is called.
pub(crate) fn use_named(prompt: &str) -> String {
    format!("{USE}: {prompt}")
}

/// What avoids what, under a prompt.
pub(crate) fn without(negative: &str) -> String {
    format!("without: {negative}")
}

/// How often a prompt was used.
pub(crate) fn uses(uses: u32) -> String {
    match uses {
        0 => "not used yet".to_owned(),
        1 => "used once".to_owned(),
        uses => format!("used {uses} times"),
    }
}

/// The helper's four questions, each with an example.
pub(crate) const KEEP: (&str, &str) = ("Keep from original", "the pose and the background");
pub(crate) const CHANGE: (&str, &str) = ("Change to", "a knight in silver armour");
pub(crate) const STYLE: (&str, &str) = ("Style", "oil painting");
pub(crate) const QUALITY: (&str, &str) = ("Quality", "highly detailed, sharp focus");
pub(crate) const USE_PARTS: &str = "Use as prompt";
pub(crate) const PARTS_EMPTY: &str = "Fill in what applies; the parts become one prompt.";
pub(crate) const STYLE_IDEAS: [&str; 8] = [
    "watercolour",
    "oil painting",
    "pencil sketch",
    "film photograph",
    "pixel art",
    "stained glass",
    "paper cut-out",
    "comic book",
];
pub(crate) const QUALITY_IDEAS: [&str; 6] =
    ["highly detailed", "sharp focus", "soft light", "dramatic light", "plain background", "muted colours"];

pub(crate) const STYLE_PRESET: &str = "Style preset";
pub(crate) const NO_STYLE: &str = "None";
pub(crate) const EDIT_STYLES: &str = "Edit styles";
pub(crate) const STYLES_TITLE: &str = "Style presets";
pub(crate) const STYLES_HINT: &str = "A style is laid around the prompt when a picture is made; {prompt} stands for your own words. Pictures remember the whole text.";
pub(crate) const NEW_STYLE: &str = "New style";
pub(crate) const EXPORT_STYLES: &str = "Export styles";
pub(crate) const IMPORT_STYLES: &str = "Import styles";
pub(crate) const RESTORE_STYLES: &str = "Restore supplied styles";
pub(crate) const NO_STYLE_IS_MISSING: &str =
    "All supplied styles are here. To have one as it came, delete it and restore it.";
pub(crate) const BRING_STYLE_BACK: &str = "Undo";
pub(crate) const CANCEL_STYLE: &str = "Cancel";
pub(crate) const STYLE_NAME: &str = "Name";
pub(crate) const STYLE_PROMPT: &str = "Words around the prompt";
pub(crate) const STYLE_NEGATIVE: &str = "Words around the negative prompt";
pub(crate) const SAVE_STYLE: &str = "Save style";
pub(crate) const DELETE_STYLE: &str = "Delete style";
pub(crate) const STYLE_SAVED: &str = "Saved.";
pub(crate) const STYLES_NOT_WRITTEN: &str = "The styles could not be written as a file.";

/// A chosen style was deleted in another tab.
pub(crate) fn style_missing(name: &str) -> String {
    format!("The style “{name}” is no longer there; choose another one or none.")
}

pub(crate) fn style_deleted(name: &str) -> String {
    format!("“{name}” is deleted.")
}

/// What came of an import.
pub(crate) fn styles_taken(new: usize, replaced: usize) -> String {
    let plural = if new == 1 { "" } else { "s" };
    match (new, replaced) {
        (new, 0) => format!("{new} new style{plural}."),
        (0, replaced) => format!("No new styles; {replaced} replaced."),
        (new, replaced) => format!("{new} new style{plural}, {replaced} replaced."),
    }
}

pub(crate) fn styles_refused(file: &str, error: &StylesFileError) -> String {
    format!("“{file}” was not imported: {}.", error.to_string().trim_end_matches('.'))
}

pub(crate) fn styles_too_large(file: &str) -> String {
    format!("“{file}” was not imported: it is far larger than styles can be.")
}

pub(crate) fn styles_unreadable(file: &str) -> String {
    format!("“{file}” cannot be read; it may have been moved or is not text.")
}

pub(crate) const TOKENS_SHOWN: &str = "Where the prompt is divided";
pub(crate) const CUT_OFF: &str = "not seen by the model";

/// Over a model's tips.
pub(crate) fn tips(model: &str) -> String {
    format!("Tips for {model}")
}

/// Tokens of a prompt that is one chunk: how many there are, and room for how many.
pub(crate) fn tokens(tokens: u32, capacity: u32) -> String {
    format!("{tokens} / {capacity} tokens")
}

/// Tokens of a prompt in several chunks.
pub(crate) fn chunks(tokens: u32, chunks: usize) -> String {
    format!("{tokens} tokens in {chunks} chunks")
}

/// Why the end of a prompt is struck out.
pub(crate) fn cut(tokens: u32, capacity: u32) -> String {
    let them =
        if tokens == 1 { "The last token is".to_owned() } else { format!("The last {tokens} tokens are") };
    format!("{them} beyond the {capacity} that the model sees. “{WEIGHTS}” reads prompts of any length.")
}
