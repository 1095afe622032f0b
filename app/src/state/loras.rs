//! LoRAs: those that are stored, and how much of each the form asks for.

use gallery::UsedLora;
use leptos::prelude::*;
use protocol::{Command, LoraChoice, LoraId, LoraInfo, Payload};
use serde::{Deserialize, Serialize};
use web_sys::File;

use super::import::stem;
use super::queue::Job;
use super::session::{Importing, Kind};
use super::tabs::News;
use super::{Place, Studio};

/// The range and step of the scale's slider.
pub(crate) const LEAST_SCALE: f64 = 0.0;
pub(crate) const MOST_SCALE: f64 = 1.0;
pub(crate) const SCALE_STEP: f64 = 0.05;

/// A LoRA in the form. One that is off keeps its scale.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct FormLora {
    pub id: LoraId,
    pub scale: f64,
    pub on: bool,
}

/// What the form asks the engine for; a scale of 0 would do nothing.
pub(super) fn choices(form: &[FormLora]) -> Vec<LoraChoice> {
    let used = form.iter().filter(|lora| lora.on && lora.scale != 0.0);
    used.map(|lora| LoraChoice { id: lora.id.clone(), scale: lora.scale }).collect()
}

/// What a picture's record says of the LoRAs that were asked for.
pub(super) fn used(asked: &[LoraChoice], stored: &[LoraInfo]) -> Vec<UsedLora> {
    let described = |choice: &LoraChoice| {
        let info = stored.iter().find(|info| info.id == choice.id);
        let (name, hash) =
            info.map_or((choice.id.0.clone(), String::new()), |info| (info.name.clone(), info.hash.clone()));
        UsedLora { name, hash, scale: choice.scale }
    };
    asked.iter().map(described).collect()
}

/// The form that asks for a record's LoRAs and no others, and the names of those that are not stored. A LoRA is
/// known by its hash or, where the file is another, by its name.
pub(super) fn reused(
    form: &[FormLora],
    record: &[UsedLora],
    stored: &[LoraInfo],
) -> (Vec<FormLora>, Vec<String>) {
    let mut form: Vec<FormLora> = form.iter().map(|lora| FormLora { on: false, ..lora.clone() }).collect();
    let mut missing = Vec::new();
    for used in record {
        let same = stored.iter().find(|info| !used.hash.is_empty() && info.hash == used.hash);
        match same.or_else(|| stored.iter().find(|info| info.name == used.name)) {
            Some(info) => put(&mut form, FormLora { id: info.id.clone(), scale: used.scale, on: true }),
            None => missing.push(used.name.clone()),
        }
    }
    (form, missing)
}

/// Sets what the form says of a LoRA.
fn put(form: &mut Vec<FormLora>, lora: FormLora) {
    match form.iter_mut().find(|known| known.id == lora.id) {
        Some(known) => *known = lora,
        None => form.push(lora),
    }
}

/// The sentence about LoRAs that are not stored; `None` when all are.
pub(super) fn missing_sentence(names: &[String]) -> Option<String> {
    let quoted: Vec<String> = names.iter().map(|name| format!("“{name}”")).collect();
    match quoted.as_slice() {
        [] => None,
        [one] => Some(format!("The LoRA {one} is not here; import it to use it.")),
        more => Some(format!("The LoRAs {} are not here; import them to use them.", more.join(", "))),
    }
}

impl Studio {
    /// How much of a LoRA the form asks for, and whether it is on. Tracked.
    pub(crate) fn lora(self, id: &LoraId) -> (f64, bool) {
        self.form.loras.with(|loras| {
            let lora = loras.iter().find(|lora| lora.id == *id);
            lora.map_or((MOST_SCALE, false), |lora| (lora.scale, lora.on))
        })
    }

    /// Sets how much of a LoRA to use, and whether.
    pub(crate) fn set_lora(self, id: &LoraId, scale: f64, on: bool) {
        self.notices.clear(Place::Lora);
        self.form.loras.update(|loras| put(loras, FormLora { id: id.clone(), scale, on }));
    }

    /// Stores a file as a LoRA named like it.
    pub(crate) fn import_lora(self, file: File) {
        self.notices.clear(Place::Lora);
        let name = stem(&file.name()).trim().to_owned();
        let (job, total_bytes) = (self.next_job(), file.size() as u64);
        let importing = Importing { job, kind: Kind::Lora, name: name.clone(), done_bytes: 0, total_bytes };
        self.session.importing.set(Some(importing));
        self.send(Command::ImportLora { job, name, file: Payload(0) }, vec![file.into()]);
    }

    pub(crate) fn delete_lora(self, id: LoraId) {
        self.form.loras.update(|loras| loras.retain(|lora| lora.id != id));
        self.send(Command::DeleteLora(id), Vec::new());
    }

    /// Takes the list of LoRAs.
    pub(super) fn take_loras(self, loras: Vec<LoraInfo>) {
        let changed = self.session.loras.with_untracked(|known| {
            let known = known.as_ref().map(|known| known.iter().map(|lora| &lora.hash));
            known.is_some_and(|known| !known.eq(loras.iter().map(|lora| &lora.hash)))
        });
        self.session.loras.set(Some(loras));
        if changed {
            self.tabs.tell(&News::Models);
        }
        self.session.listed(Kind::Lora);
        self.settle_loras();
    }

    /// Takes LoRAs that have gone out of the form, with a word about those that were on.
    pub(super) fn settle_loras(self) {
        let Some(stored) = self.session.loras.get_untracked() else { return };
        let form = self.form.loras.get_untracked();
        let (here, gone): (Vec<_>, Vec<_>) =
            form.into_iter().partition(|lora| stored.iter().any(|info| info.id == lora.id));
        if gone.is_empty() {
            return;
        }
        self.form.loras.set(here);
        let name =
            |lora: &FormLora| lora.id.0.split_once(':').map_or(lora.id.0.clone(), |id| id.1.to_owned());
        let names: Vec<String> = gone.iter().filter(|lora| lora.on).map(name).collect();
        if let Some(sentence) = missing_sentence(&names) {
            self.notices.say(Place::Lora, sentence);
        }
    }

    /// Puts a picture's LoRAs back into the form; those that are not here are said to be missing.
    pub(super) fn reuse_loras(self, record: &[UsedLora]) {
        let stored = self.session.loras.get_untracked().unwrap_or_default();
        let (form, missing) = reused(&self.form.loras.get_untracked(), record, &stored);
        self.form.loras.set(form);
        if let Some(sentence) = missing_sentence(&missing) {
            self.notices.say(Place::Lora, sentence);
        }
    }

    /// Whether a picture that runs or waits needs this LoRA.
    pub(crate) fn uses_lora(self, id: &LoraId) -> bool {
        let needs = |job: &Job| job.request.loras.iter().any(|choice| choice.id == *id);
        self.queue.running.with(|running| running.as_ref().is_some_and(needs))
            || self.queue.waiting.with(|waiting| waiting.iter().any(needs))
    }
}

#[cfg(test)]
mod tests;
