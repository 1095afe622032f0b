//! The **About** drawer.

pub(crate) const TITLE: &str = "About";
pub(crate) const PRIVACY: &str = "Palimpsest makes pictures on this device. Sources, prompts and results are never sent anywhere: there is no server to send them to.";
pub(crate) const MODEL_TITLE: &str = "The built-in model";
pub(crate) const MODEL: &str = "A small diffusion model trained for this page from random weights. It draws emoji-like pictures of a few hundred subjects; larger models can be imported.";
/// What went into the built-in model, and whose it is.
pub(crate) const CREDITS: [(&str, &str); 5] = [
    ("Artwork", "Fluent Emoji, Microsoft Corporation, MIT licence"),
    ("Labels", "emojibase-data, Miles Johnson, MIT licence; Unicode CLDR"),
    ("Word vectors", "all-MiniLM-L6-v2, Apache License 2.0"),
    ("Vocabulary", "CLIP, OpenAI, MIT licence"),
    ("Autoencoder's teacher", "TAESD, Ollin Boer Bohan, MIT licence; none of its weights are inside"),
];
pub(crate) const NOTICE: &str = "All licences of the built-in model";
pub(crate) const MANIFEST: &str = "Its files, with sizes and SHA-256";
