//! **Strength sweep** and the grid: pictures that differ in one setting or two, made together and kept as one sheet.

mod draw;

use std::sync::Arc;

use batches::{Axis, AxisKind, AxisValue, Cell, Plan, read_values};
use gallery::{InSheet, Record, Sheet, SheetAxis};
use leptos::prelude::*;
use protocol::{ModelId, ModelInfo, SamplerKind};
use serde::{Deserialize, Serialize};
use wasm_bindgen_futures::spawn_local;

use super::form::FormValues;
use super::picture::{Files, carrying_settings};
use super::queue::{Asked, Given, Job};
use super::request::{Complaint, check, complaint};
use super::reuse::choice;
use super::strength::{LEAST, MOST};
use super::{Place, Studio};
use crate::platform::{now_millis, random_seed};
use crate::words::batches as words;

/// A picture's place in a sheet that is being made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SheetCell {
    place: InSheet,
    sheet: Sheet,
}

impl SheetCell {
    pub(super) fn place(&self) -> InSheet {
        self.place.clone()
    }

    fn is_of(&self, other: &Self) -> bool {
        self.place.sheet == other.place.sheet
    }
}

/// What stands in the drawer for one side of the grid.
#[derive(Clone, Copy)]
pub(crate) struct Side {
    /// The setting; `None` for a grid of one row.
    pub kind: RwSignal<Option<AxisKind>>,
    /// Numbers, as typed.
    pub text: RwSignal<String>,
    /// Keys of chosen samplers or models.
    pub chosen: RwSignal<Vec<String>>,
}

impl Side {
    fn new(kind: Option<AxisKind>, text: &str) -> Self {
        let text = RwSignal::new(text.to_owned());
        Self { kind: RwSignal::new(kind), text, chosen: RwSignal::new(Vec::new()) }
    }
}

/// The drawer's values.
#[derive(Clone, Copy)]
pub(crate) struct Sheets {
    /// Values of the strength sweep, as typed.
    pub strengths: RwSignal<String>,
    pub columns: Side,
    pub rows: Side,
}

impl Sheets {
    pub(super) fn new() -> Self {
        Self {
            strengths: RwSignal::new("0.2, 0.4, 0.6, 0.8".to_owned()),
            columns: Side::new(Some(AxisKind::Steps), "4, 8, 16"),
            rows: Side::new(None, ""),
        }
    }
}

fn batch_complaint(sentence: impl ToString) -> Complaint {
    complaint(Place::Batch, sentence.to_string())
}

/// The form with a place's settings.
fn with_settings(values: &FormValues, cell: &Cell) -> Result<FormValues, Complaint> {
    let mut values = values.clone();
    for (kind, AxisValue { value, .. }) in &cell.settings {
        match kind {
            AxisKind::Strength => {
                let strength = value.parse().ok().filter(|strength| (LEAST..=MOST).contains(strength));
                values.strength = strength.ok_or_else(|| batch_complaint(words::bad_strength(value)))?;
            }
            AxisKind::Steps => values.steps.clone_from(value),
            AxisKind::Guidance => values.guidance_scale.clone_from(value),
            AxisKind::Seed => values.seed.clone_from(value),
            AxisKind::Sampler => {
                values.sampler = choice::<SamplerKind>(value).unwrap_or(values.sampler);
            }
            AxisKind::Model => values.model = ModelId(value.clone()),
        }
    }
    Ok(values)
}

fn sheet_axis(axis: &Axis) -> SheetAxis {
    let labels = axis.values.iter().map(|value| value.label.clone()).collect();
    SheetAxis { name: words::axis(axis.kind).to_owned(), labels }
}

impl Studio {
    /// The samplers or models that a side of the grid can go through, by key and name. Tracked.
    pub(crate) fn choices(self, kind: AxisKind) -> Vec<AxisValue> {
        match kind {
            AxisKind::Sampler => {
                let samplers = self.model().map(|model| model.samplers).unwrap_or_default();
                let value = |sampler: SamplerKind| AxisValue {
                    value: super::picture::name(&sampler),
                    label: crate::words::settings::sampler(sampler).to_owned(),
                };
                samplers.into_iter().map(value).collect()
            }
            AxisKind::Model => {
                let value = |model: ModelInfo| AxisValue { value: model.id.0, label: model.name };
                self.session.models.get().into_iter().map(value).collect()
            }
            _ => Vec::new(),
        }
    }

    fn axis(self, kind: AxisKind, text: &str, chosen: &[String]) -> Result<Axis, Complaint> {
        let values = match kind.is_number() {
            true => read_values(kind, text).map_err(batch_complaint)?,
            false => {
                let choices = untrack(|| self.choices(kind));
                choices.into_iter().filter(|choice| chosen.contains(&choice.value)).collect()
            }
        };
        Ok(Axis { kind, values })
    }

    /// The grid that stands in the drawer. Tracked.
    pub(crate) fn plan(self) -> Result<Plan, String> {
        let side = |side: Side| {
            let kind = side.kind.get();
            kind.map(|kind| self.axis(kind, &side.text.get(), &side.chosen.get())).transpose()
        };
        let plan = || {
            let columns = side(self.sheets.columns)?.ok_or_else(|| batch_complaint(words::NO_COLUMNS))?;
            Plan::new(columns, side(self.sheets.rows)?).map_err(batch_complaint)
        };
        plan().map_err(|complaint: Complaint| complaint.sentence)
    }

    /// Makes the grid that stands in the drawer.
    pub(crate) fn make_grid(self) {
        match untrack(|| self.plan()) {
            Ok(plan) => self.make_sheet(&plan),
            Err(sentence) => self.notices.say(Place::Batch, sentence),
        }
    }

    /// The sweep that stands in the drawer. Tracked.
    pub(crate) fn strengths_plan(self) -> Result<Plan, String> {
        let axis = self.axis(AxisKind::Strength, &self.sheets.strengths.get(), &[]);
        let plan = axis.and_then(|axis| Plan::new(axis, None).map_err(batch_complaint));
        plan.map_err(|complaint| complaint.sentence)
    }

    /// Makes one picture for each strength.
    pub(crate) fn sweep_strength(self) {
        match untrack(|| self.strengths_plan()) {
            Ok(plan) => self.make_sheet(&plan),
            Err(sentence) => self.notices.say(Place::Batch, sentence),
        }
    }

    fn make_sheet(self, plan: &Plan) {
        let Some((values, _)) = self.ready_form() else { return self.drop_wish() };
        let source = self.source.file();
        let cells = self.cells(plan, &values, source.is_some());
        let given = |asked| Ok((asked, Given { mask: self.mask_of(source.as_ref())?, source }));
        match cells.and_then(given) {
            Ok((asked, given)) => {
                self.note_prompt();
                self.queue.last_seed.set(asked.last().map(|asked| asked.request.seed));
                self.drawer.set(None);
                self.enqueue(asked, &given);
            }
            // Whatever control it is about, the person is looking at the drawer.
            Err(complaint) => self.notices.say(Place::Batch, complaint.sentence),
        }
    }

    /// A request for each place; all share one seed unless that is what they differ in.
    fn cells(self, plan: &Plan, values: &FormValues, has_source: bool) -> Result<Vec<Asked>, Complaint> {
        let axes = [Some(plan.columns()), plan.rows()];
        if !has_source && axes.iter().flatten().any(|axis| axis.kind == AxisKind::Strength) {
            return Err(batch_complaint(words::NEEDS_SOURCE));
        }
        let sheet = Sheet { columns: sheet_axis(plan.columns()), rows: plan.rows().map(sheet_axis) };
        let (key, seed) = (format!("{:013}-{:08x}", now_millis(), random_seed()), random_seed());
        let models = self.session.models.get_untracked();
        let asked = |cell: Cell| {
            let values = with_settings(values, &cell)?;
            let model = models.iter().find(|model| model.id == values.model);
            let model = model.ok_or_else(|| batch_complaint(words::NO_MODEL))?;
            let request = check(&values, model, has_source, seed)?;
            let place = InSheet { sheet: key.clone(), column: cell.column, row: cell.row };
            let cell = SheetCell { place, sheet: sheet.clone() };
            Ok(Asked { sheet: Some(cell), ..self.asked(request) })
        };
        plan.cells().into_iter().map(asked).collect()
    }

    /// Makes one entry of a sheet's pictures, once none of them is still to be made.
    pub(crate) fn close_sheet(self, cell: &SheetCell) {
        let cell = cell.clone();
        // After the picture that has just been made joined the gallery.
        spawn_local(async move {
            let of_it = |job: &Job| job.sheet.as_ref().is_some_and(|other| other.is_of(&cell));
            let waits = self.queue.running.with_untracked(|running| running.as_ref().is_some_and(of_it))
                || self.queue.waiting.with_untracked(|waiting| waiting.iter().any(of_it))
                || self.queue.left.with_untracked(|left| left.iter().any(of_it));
            let made = self.library.album.with_untracked(|album| album.in_sheet(&cell.place.sheet));
            if waits || made.is_empty() {
                return;
            }
            match self.draw_sheet(&cell.sheet, &made).await {
                Ok((png, size_px)) => self.keep_sheet(cell, &made, png, size_px).await,
                // Its pictures stay in the gallery one by one.
                Err(error) => {
                    self.notices.say_with_detail(Place::Gallery, words::NO_SHEET, format!("{error:?}"));
                }
            }
        });
    }

    async fn keep_sheet(
        self,
        cell: SheetCell,
        made: &[Arc<Record>],
        png: web_sys::Blob,
        size_px: (u32, u32),
    ) {
        let Some(first) = made.last() else { return };
        let mut record = Record::clone(first);
        record.id = cell.place.sheet;
        record.created_millis = now_millis();
        (record.settings.width, record.settings.height) = size_px;
        record.duration_millis = made.iter().map(|picture| picture.duration_millis).sum();
        record.settings.svg = None;
        (record.sheet, record.in_sheet) = (Some(cell.sheet), None);
        let png = carrying_settings(&png, &record).await.unwrap_or_else(|error| {
            log::warn!("a sheet's file is without its settings: {error}");
            png
        });
        self.keep(
            record,
            Files { png, latents: None, source: None, mask: None, thumbnail: None, drawing: None },
            None,
        );
    }
}
