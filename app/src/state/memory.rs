//! The form and the theme outlive the visit.

use std::time::Duration;

use leptos::leptos_dom::helpers::debounce;
use leptos::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use wasm_bindgen_futures::spawn_local;

use super::Studio;
use super::form::FormValues;
use super::mask::BrushValues;
use crate::later::Errand;

const FORM: &str = "form";
const THEME: &str = "theme";
const BRUSH: &str = "brush";
const SINGLE_KEYS: &str = "single-keys";
const TIPS: &str = "model-tips";
const NOTIFY: &str = "notify";
/// Typing is stored once it pauses.
const PAUSE: Duration = Duration::from_millis(400);

/// Light, dark, or as the system has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Studio {
    /// Opens the database, then puts back the last visit's form and pictures.
    pub(super) fn open_shelf(self) {
        spawn_local(async move {
            match self.shelf.open().await {
                Ok(()) => {
                    self.shelf.on_closed(move || self.library_cleared());
                    self.restore().await;
                    self.load_library().await;
                    self.later(Errand::LoadRest);
                }
                Err(error) => self.complain_of_storage(&error),
            }
            self.library_loaded();
        });
    }

    /// Moves what an earlier version stored with each picture, beside everything else. What cannot be moved now is read
    /// from where it lies, and the next visit tries again.
    fn gather_sources(self) {
        spawn_local(async move {
            match self.shelf.gather_originals().await {
                Ok(0) => {}
                Ok(moved) => log::info!("{moved} sources of an earlier version are stored once each"),
                Err(error) => log::warn!("sources of an earlier version stay where they are: {error}"),
            }
        });
    }

    /// Puts back of the last visit what is not seen first.
    pub(crate) fn load_rest(self) {
        spawn_local(async move {
            self.load_prompts().await;
            self.load_recents().await;
            self.load_queue().await;
            self.gather_sources();
        });
    }

    /// Puts back what was set on an earlier visit.
    pub(super) async fn restore(self) {
        if let Some(theme) = self.read::<Theme>(THEME).await {
            self.session.theme.set(theme);
        }
        if let Some(brush) = self.read::<BrushValues>(BRUSH).await {
            self.mask.brush.restore(brush);
        }
        if let Some(single_keys) = self.read::<bool>(SINGLE_KEYS).await {
            self.session.single_keys.set(single_keys);
        }
        if let Some(tips) = self.read::<bool>(TIPS).await {
            self.session.tips.set(tips);
        }
        if let Some(wanted) = self.read::<bool>(NOTIFY).await {
            self.restore_notify(wanted);
        }
        let values = self.read::<FormValues>(FORM).await;
        // What was typed while the database opened stands.
        if let Some(values) = values.filter(|_| self.form.prompt.with_untracked(String::is_empty)) {
            let device = values.device;
            self.form.restore(values);
            self.settle_model();
            self.settle_loras();
            self.choose_device(device);
        }
        self.session.restored.set(true);
    }

    /// Stores the form and the theme whenever they change, once they have been restored.
    pub(super) fn remember(self) {
        let mut save = debounce(PAUSE, move |values: FormValues| self.write(FORM, &values));
        Effect::new(move |_| {
            let values = self.form.values();
            if self.session.restored.get() {
                save(values);
            }
        });
        let mut save = debounce(PAUSE, move |values: BrushValues| self.write(BRUSH, &values));
        Effect::new(move |_| {
            let values = self.mask.brush.values();
            if self.session.restored.get() {
                save(values);
            }
        });
        self.remember_choice(THEME, self.session.theme);
        self.remember_choice(SINGLE_KEYS, self.session.single_keys);
        self.remember_choice(TIPS, self.session.tips);
        self.remember_choice(NOTIFY, self.run.notify);
    }

    fn remember_choice<T>(self, name: &'static str, choice: RwSignal<T>)
    where
        T: Copy + Serialize + Send + Sync + 'static,
    {
        Effect::new(move |_| {
            let chosen = choice.get();
            if self.session.restored.get() {
                self.write(name, &chosen);
            }
        });
    }

    /// A setting that is missing or of another version is not worth a word: the defaults do.
    pub(super) async fn read<T: DeserializeOwned>(self, name: &str) -> Option<T> {
        let json = self.shelf.setting(name).await.ok().flatten()?;
        serde_json::from_str(&json).ok()
    }

    pub(super) fn write<T: Serialize>(self, name: &'static str, value: &T) {
        let Ok(json) = serde_json::to_string(value) else { return };
        spawn_local(async move {
            if let Err(error) = self.shelf.set_setting(name, json).await {
                log::debug!("{name} is not remembered: {error}");
            }
        });
    }
}
