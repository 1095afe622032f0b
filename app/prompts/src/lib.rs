//! Prompts as people collect them, without a browser.
//!
//! [`History`] remembers what was asked for, starred or not; [`Parts`] makes a prompt of four answers; [`Styles`] are
//! presets that are laid around a prompt, and travel as a JSON file; [`Division`] shows what a text encoder sees of one.

mod division;
mod history;
mod parts;
mod styles;
mod styles_file;

pub use division::Division;
pub use history::{History, MOST_UNSTARRED, PastPrompt};
pub use parts::Parts;
pub use styles::{SUBJECT, Style, StyleError, Styles};
pub use styles_file::{StylesFileError, read_styles, write_styles};
