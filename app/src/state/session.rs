//! What the engine has told about itself: whether it runs, its models, its device.

use futures_channel::oneshot::{Sender, channel};
use leptos::prelude::*;
use protocol::{Command, DeviceChoice, DeviceInfo, JobId, LoraInfo, ModelId, ModelInfo, SourceFit};

use super::memory::Theme;
use super::size::{Sides, explain_choice, is_stretched};
use super::tabs::News;
use super::{Aspect, Place, Studio};
use crate::words::models as words;

/// Whether the engine can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EngineState {
    Starting,
    Ready,
    /// It is of another build, or cannot be started: only a reload helps.
    Unusable,
}

/// What is being imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Model,
    Lora,
}

/// A model or LoRA on its way into the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Importing {
    pub job: JobId,
    pub kind: Kind,
    pub name: String,
    pub done_bytes: u64,
    pub total_bytes: u64,
}

#[derive(Clone, Copy)]
pub(crate) struct Session {
    pub engine: RwSignal<EngineState>,
    pub models: RwSignal<Vec<ModelInfo>>,
    /// The LoRAs, once the engine has told of them.
    pub loras: RwSignal<Option<Vec<LoraInfo>>>,
    pub device: RwSignal<Option<DeviceInfo>>,
    pub importing: RwSignal<Option<Importing>>,
    pub theme: RwSignal<Theme>,
    /// Whether letters alone are shortcuts.
    pub single_keys: RwSignal<bool>,
    /// Whether the chosen model's tips are shown.
    pub tips: RwSignal<bool>,
    /// Whether the last visit's form has been put back.
    pub restored: RwSignal<bool>,
    /// Why this width and height are not the source's own.
    size_note: RwSignal<Option<(String, (u32, u32))>>,
    /// Who waits for a list of the engine.
    awaited: StoredValue<Vec<(Kind, Sender<()>)>, LocalStorage>,
}

impl Session {
    pub(super) fn new() -> Self {
        Self {
            engine: RwSignal::new(EngineState::Starting),
            models: RwSignal::new(Vec::new()),
            loras: RwSignal::new(None),
            device: RwSignal::new(None),
            importing: RwSignal::new(None),
            theme: RwSignal::new(Theme::System),
            single_keys: RwSignal::new(true),
            tips: RwSignal::new(true),
            restored: RwSignal::new(false),
            size_note: RwSignal::new(None),
            awaited: StoredValue::new_local(Vec::new()),
        }
    }

    /// A list has come: whoever waits for it goes on.
    pub(super) fn listed(self, kind: Kind) {
        self.awaited.update_value(|awaited| awaited.retain(|(of, _)| *of != kind));
    }

    /// No list will come: whoever waits for one goes on without.
    pub(super) fn stop_waiting(self) {
        self.awaited.update_value(Vec::clear);
    }
}

impl Studio {
    /// The chosen model, once the engine has told of it. Tracked.
    pub(crate) fn model(self) -> Option<ModelInfo> {
        self.model_of(&self.form.model.get().0)
    }

    /// The model of this key, if it is here. Tracked.
    pub(crate) fn model_of(self, key: &str) -> Option<ModelInfo> {
        self.session.models.with(|models| models.iter().find(|model| model.id.0 == key).cloned())
    }

    /// Puts a size into the form.
    fn set_size(self, (width_px, height_px): (u32, u32)) {
        self.form.width_px.set(width_px.to_string());
        self.form.height_px.set(height_px.to_string());
    }

    /// Puts a size into the form once the effects of what stands there now have set theirs; one that is not known is none.
    pub(super) fn set_size_at_last(self, (width_px, height_px): (u32, u32)) {
        if width_px > 0 && height_px > 0 {
            request_animation_frame(move || self.set_size((width_px, height_px)));
        }
    }

    /// Chooses a model and fills in what suits it.
    pub(crate) fn choose_model(self, id: &ModelId) {
        let model = self.session.models.with_untracked(|models| models.iter().find(|m| m.id == *id).cloned());
        if let Some(model) = model {
            self.form.suit(&model);
            self.fit_size();
        }
    }

    pub(crate) fn choose_device(self, choice: DeviceChoice) {
        self.form.device.set(choice);
        self.send(Command::SetDevice(choice), Vec::new());
    }

    pub(crate) fn delete_model(self, id: ModelId) {
        // The form goes on to another one at once: of one that goes by itself there is a word.
        let other = |models: &Vec<ModelInfo>| {
            models.iter().map(|model| &model.id).find(|other| **other != id).cloned()
        };
        let other = self.session.models.with_untracked(other);
        if let Some(other) = other.filter(|_| self.form.model.with_untracked(|chosen| *chosen == id)) {
            self.choose_model(&other);
        }
        self.send(Command::DeleteModel(id), Vec::new());
    }

    /// Has the engine list the models and LoRAs that are here now.
    pub(super) fn ask_for_models(self) {
        self.send(Command::ListModels, Vec::new());
        self.send(Command::ListLoras, Vec::new());
    }

    /// As [`Studio::ask_for_models`], and waits until the page knows them.
    pub(super) async fn list_anew(self) {
        if self.session.engine.get_untracked() == EngineState::Unusable {
            return;
        }
        let lists = [(Kind::Model, Command::ListModels), (Kind::Lora, Command::ListLoras)];
        for answer in lists.map(|(kind, command)| {
            let (sender, answer) = channel();
            self.session.awaited.update_value(|awaited| awaited.push((kind, sender)));
            self.send(command, Vec::new());
            answer
        }) {
            // A sender that is dropped is the answer.
            answer.await.ok();
        }
    }

    /// Takes the list of models. A model that has gone, as when another tab deleted it, gives way to the first, with a
    /// word about it.
    pub(super) fn take_models(self, models: Vec<ModelInfo>) {
        // The first list is no news. A tab that hears of a change lists what it then knows, and is silent.
        let changed = self.session.models.with_untracked(|known| {
            !known.is_empty()
                && !known.iter().map(|model| &model.hash).eq(models.iter().map(|model| &model.hash))
        });
        let chosen = untrack(|| self.model()).map(|chosen| (chosen.id, chosen.name));
        let gone = chosen.filter(|(id, _)| models.iter().all(|model| model.id != *id));
        self.session.models.set(models);
        if changed {
            self.tabs.tell(&News::Models);
        }
        self.session.listed(Kind::Model);
        self.settle_model();
        if let Some((_, name)) = gone {
            self.notices.say(Place::Model, words::gone(&name));
        }
        self.fulfil_wish();
    }

    /// Makes the form's model one that is there, and its numbers some that suit it.
    pub(super) fn settle_model(self) {
        let chosen = self.form.model.get_untracked();
        let (known, first) = self.session.models.with_untracked(|models| {
            (models.iter().any(|model| model.id == chosen), models.first().map(|model| model.id.clone()))
        });
        match first {
            Some(first) if !known => self.choose_model(&first),
            Some(_) if self.form.steps.with_untracked(String::is_empty) => self.choose_model(&chosen),
            _ => {}
        }
    }

    /// Sets the size that suits the source, or the model's own without one, whenever either changes.
    pub(super) fn follow_models(self) {
        // A size typed by the person stands until one of the three is another.
        let fitted_to = Memo::new(move |_| {
            (self.model().map(|model| model.id), self.source.size_px(), self.form.source_fit.get())
        });
        Effect::new(move |_| {
            if fitted_to.get().0.is_some() {
                self.fit_size();
            }
        });
    }

    /// The aspect preset that the form's size has. Tracked.
    pub(crate) fn aspect(self) -> Option<Aspect> {
        let sides = Sides::of(&self.model()?);
        let side = |text: RwSignal<String>| text.get().trim().parse().ok();
        Aspect::of(side(self.form.width_px)?, side(self.form.height_px)?, sides)
    }

    /// Fills in an aspect preset's size.
    pub(crate) fn use_aspect(self, aspect: Aspect) {
        let Some(model) = untrack(|| self.model()) else { return };
        self.set_size(aspect.size_px(Sides::of(&model)));
        self.notices.clear(Place::Size);
    }

    /// Stands the picture on its side.
    pub(crate) fn swap_sides(self) {
        let (width, height) = (self.form.width_px.get_untracked(), self.form.height_px.get_untracked());
        self.form.width_px.set(height);
        self.form.height_px.set(width);
        self.notices.clear(Place::Size);
    }

    /// Why the width and height are not the source's own, as long as they stand as they were filled in. Tracked.
    pub(crate) fn size_note(self) -> Option<String> {
        let (note, (width_px, height_px)) = self.session.size_note.get()?;
        let stands = |text: RwSignal<String>, px: u32| text.with(|text| text.trim() == px.to_string());
        (stands(self.form.width_px, width_px) && stands(self.form.height_px, height_px)).then_some(note)
    }

    /// Whether the width and height that stand in the form would stretch the source. Tracked.
    pub(crate) fn stretches_source(self) -> bool {
        let (Some(model), Some(source_px)) = (self.model(), self.source.size_px()) else { return false };
        let side = |text: RwSignal<String>| text.get().trim().parse::<u32>().ok().filter(|px| *px > 0);
        let asked = side(self.form.width_px).zip(side(self.form.height_px));
        let keeps_shape = self.form.source_fit.get().source_fit() != SourceFit::Stretch;
        !keeps_shape && asked.is_some_and(|asked| is_stretched(source_px, asked, model.multiple_px))
    }

    fn fit_size(self) {
        let Some(model) = untrack(|| self.model()) else { return };
        let sides = Sides::of(&model);
        let (chosen, note) = match untrack(|| self.source.size_px()) {
            Some(size_px) => {
                let choice = self.form.source_fit.get_untracked();
                let chosen = sides.size_for(choice, size_px);
                (chosen, explain_choice(choice, size_px, chosen, sides))
            }
            None => ((sides.native, sides.native), None),
        };
        self.set_size(chosen);
        self.session.size_note.set(note.map(|note| (note, chosen)));
    }
}
