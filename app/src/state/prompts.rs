//! Prompts beside the one in the form: those used before, styles, and the four parts.

use leptos::prelude::*;
use prompts::{History, Parts, Style, StyleError, Styles, read_styles, write_styles};
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use super::form::FormValues;
use super::kept::Kept;
use super::tokens::Tokens;
use super::{Place, Studio};
use crate::platform;
use crate::words::prompt as words;

const STYLES_FILE: &str = "palimpsest-styles.json";
const MOST_FILE_BYTES: f64 = 8.0 * 1024.0 * 1024.0;

/// What the page knows of prompts.
#[derive(Clone, Copy)]
pub(crate) struct Prompts {
    history: Kept<History>,
    styles: Kept<Styles>,
    /// The answers of the prompt helper.
    pub parts: RwSignal<Parts>,
    pub tokens: Tokens,
    /// What came of the last import of styles, or of saving one.
    pub styles_outcome: RwSignal<String>,
    /// The style that was deleted last: it can be brought back until others come.
    pub deleted_style: RwSignal<Option<Style>>,
}

impl Prompts {
    pub(super) fn new() -> Self {
        Self {
            history: Kept::new("prompt_history"),
            styles: Kept::new("styles"),
            parts: RwSignal::new(Parts::default()),
            tokens: Tokens::new(),
            styles_outcome: RwSignal::new(String::new()),
            deleted_style: RwSignal::new(None),
        }
    }

    /// Prompts of this and earlier visits.
    pub(crate) fn history(self) -> RwSignal<History> {
        self.history.value
    }

    /// The styles that can be chosen.
    pub(crate) fn styles(self) -> RwSignal<Styles> {
        self.styles.value
    }
}

impl Studio {
    pub(super) async fn load_prompts(self) {
        self.prompts.history.load(self.shelf).await;
        self.prompts.styles.load(self.shelf).await;
    }

    fn change_history(self, change: impl Fn(&mut History) + 'static) {
        spawn_local(self.prompts.history.change(self.shelf, change));
    }

    fn change_styles(self, change: impl Fn(&mut Styles) + 'static) {
        spawn_local(self.prompts.styles.change(self.shelf, change));
    }

    /// Adds the prompts of another history that are not here; returns how many those were.
    pub(super) async fn take_in_history(self, past: History) -> usize {
        let new = self.prompts.history().with_untracked(|history| history.clone().take_in(&past));
        self.prompts.history.change(self.shelf, move |history| _ = history.take_in(&past)).await;
        new
    }

    /// Adds the styles whose names are not here; returns how many those were.
    pub(super) async fn take_in_new_styles(self, others: Styles) -> usize {
        let here = self.prompts.styles().with_untracked(Clone::clone);
        let new: Vec<Style> =
            others.all().iter().filter(|style| here.get(&style.name).is_none()).cloned().collect();
        let count = new.len();
        if count > 0 {
            let take = move |styles: &mut Styles| {
                if let Err(error) = styles.take_in(&new) {
                    log::warn!("styles are not kept: {error}");
                }
            };
            self.prompts.styles.change(self.shelf, take).await;
        }
        count
    }

    /// Both prompts, as the person wrote them.
    fn written(self) -> (String, String) {
        (self.form.prompt.get_untracked(), self.form.negative_prompt.get_untracked())
    }

    /// Remembers the form's prompt as one that was used.
    pub(super) fn note_prompt(self) {
        let ((prompt, negative), now) = (self.written(), platform::now_millis());
        self.change_history(move |history| history.note(&prompt, &negative, now));
    }

    /// Whether the form's prompt has a star. Tracked.
    pub(crate) fn prompt_is_favourite(self) -> bool {
        let (prompt, negative) = (self.form.prompt.get(), self.form.negative_prompt.get());
        self.prompts.history().with(|history| history.is_favourite(&prompt, &negative))
    }

    /// Gives a prompt a star or takes it away.
    pub(crate) fn star_prompt(self, prompt: String, negative: String, favourite: bool) {
        let now = platform::now_millis();
        self.change_history(move |history| history.star(&prompt, &negative, favourite, now));
    }

    pub(crate) fn forget_prompt(self, prompt: String, negative: String) {
        self.change_history(move |history| history.forget(&prompt, &negative));
    }

    /// Forgets the prompts without a star.
    pub(crate) fn clear_history(self) {
        self.change_history(History::clear);
    }

    /// Puts prompts into the form. Those that stood there can be found in the history.
    pub(crate) fn use_prompt(self, prompt: String, negative: String) {
        let ((old, old_negative), now) = (self.written(), platform::now_millis());
        if old != prompt || old_negative != negative {
            self.change_history(move |history| history.keep(&old, &old_negative, now));
        }
        self.form.prompt.set(prompt);
        self.form.negative_prompt.set(negative);
        self.notices.clear(Place::Prompt);
    }

    /// Puts the helper's parts into the form.
    pub(crate) fn use_parts(self) {
        let composed = self.prompts.parts.with_untracked(Parts::compose);
        self.use_prompt(composed, self.form.negative_prompt.get_untracked());
    }

    /// The form's values with the chosen style around both prompts: what the engine is asked for.
    ///
    /// # Errors
    /// A sentence when the style is no longer there.
    pub(super) fn styled(self, values: FormValues) -> Result<FormValues, String> {
        if values.style.is_empty() {
            return Ok(values);
        }
        let style = self.prompts.styles().with_untracked(|styles| styles.get(&values.style).cloned());
        let Some(style) = style else { return Err(words::style_missing(&values.style)) };
        let (prompt, negative_prompt) = style.apply(&values.prompt, &values.negative_prompt);
        Ok(FormValues { prompt, negative_prompt, ..values })
    }

    /// Keeps a style in place of the one called `old_name`, or as a new one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn save_style(self, old_name: Option<String>, style: &Style) -> Result<(), StyleError> {
        let style = style.checked()?;
        self.prompts.styles().with_untracked(Clone::clone).save(old_name.as_deref(), &style)?;
        if old_name.as_ref().is_some_and(|old| *old == self.form.style.get_untracked()) {
            self.form.style.set(style.name.clone());
        }
        self.change_styles(move |styles| {
            if let Err(error) = styles.save(old_name.as_deref(), &style) {
                log::warn!("a style is not kept: {error}");
            }
        });
        Ok(())
    }

    pub(crate) fn delete_style(self, name: String) {
        if self.form.style.get_untracked() == name {
            self.form.style.set(String::new());
        }
        let deleted = self.prompts.styles().with_untracked(|styles| styles.get(&name).cloned());
        self.prompts.styles_outcome.set(words::style_deleted(&name));
        self.prompts.deleted_style.set(deleted);
        self.change_styles(move |styles| styles.remove(&name));
    }

    /// Brings back the style that was deleted last.
    pub(crate) fn bring_style_back(self) {
        if let Some(style) = self.prompts.deleted_style.get_untracked() {
            self.take_in_styles(vec![style]);
        }
    }

    /// Brings back those of the styles that come with the page that were deleted; what was changed stays.
    pub(crate) fn restore_styles(self) {
        let missing = self.prompts.styles().with_untracked(Styles::missing);
        match missing.is_empty() {
            true => self.prompts.styles_outcome.set(words::NO_STYLE_IS_MISSING.to_owned()),
            false => self.take_in_styles(missing),
        }
    }

    fn take_in_styles(self, taken: Vec<Style>) {
        self.prompts.deleted_style.set(None);
        match self.prompts.styles().with_untracked(Clone::clone).take_in(&taken) {
            Ok(new) => {
                self.prompts.styles_outcome.set(words::styles_taken(new, taken.len() - new));
                self.change_styles(move |styles| {
                    if let Err(error) = styles.take_in(&taken) {
                        log::warn!("styles are not kept: {error}");
                    }
                });
            }
            Err(error) => self.notices.say(Place::Styles, error.to_string()),
        }
    }

    /// Takes in the styles of a file, all or none.
    pub(crate) fn import_styles(self, file: File) {
        self.notices.clear(Place::Styles);
        self.prompts.styles_outcome.set(String::new());
        spawn_local(async move {
            let name = file.name();
            if file.size() > MOST_FILE_BYTES {
                self.notices.say(Place::Styles, words::styles_too_large(&name));
                return;
            }
            match platform::text(&file).await.map(|json| read_styles(&json)) {
                Ok(Ok(styles)) => self.take_in_styles(styles),
                Ok(Err(error)) => self.notices.say(Place::Styles, words::styles_refused(&name, &error)),
                Err(_) => self.notices.say(Place::Styles, words::styles_unreadable(&name)),
            }
        });
    }

    /// Saves all styles as a file.
    pub(crate) fn export_styles(self) {
        let written = self.prompts.styles().with_untracked(write_styles).map_err(|error| error.to_string());
        let saved = written.and_then(|json| {
            platform::save(json.as_bytes(), "application/json", STYLES_FILE)
                .map_err(|error| format!("{error:?}"))
        });
        if let Err(detail) = saved {
            self.notices.say_with_detail(Place::Styles, words::STYLES_NOT_WRITTEN, detail);
        }
    }
}
