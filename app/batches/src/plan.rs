//! One axis or two, and the order in which their pictures are made.

use serde::{Deserialize, Serialize};

use crate::{Axis, AxisKind, AxisValue};

/// Most pictures of one sheet.
pub const MOST_CELLS: usize = 100;

/// A sheet to be made: columns go through one setting, rows through another if there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    columns: Axis,
    rows: Option<Axis>,
}

/// Why a plan makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// An axis without values.
    #[error("Each side of the grid needs at least one value.")]
    NoValues,
    /// Both axes go through one setting.
    #[error("The columns and the rows go through the same setting; choose another one for one of them.")]
    SameSetting,
    /// Too many pictures.
    #[error("That would be {0} pictures; a sheet has at most {MOST_CELLS}.")]
    TooMany(usize),
}

/// A place of the sheet, and what its picture is made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// From the left, from 0.
    pub column: usize,
    /// From the top, from 0.
    pub row: usize,
    /// The settings that it changes.
    pub settings: Vec<(AxisKind, AxisValue)>,
}

impl Plan {
    /// A plan of one axis or two.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn new(columns: Axis, rows: Option<Axis>) -> Result<Self, PlanError> {
        if columns.values.is_empty() || rows.as_ref().is_some_and(|rows| rows.values.is_empty()) {
            return Err(PlanError::NoValues);
        }
        if rows.as_ref().is_some_and(|rows| rows.kind == columns.kind) {
            return Err(PlanError::SameSetting);
        }
        let plan = Self { columns, rows };
        match plan.len() {
            cells if cells > MOST_CELLS => Err(PlanError::TooMany(cells)),
            _ => Ok(plan),
        }
    }

    /// The axis from left to right.
    pub fn columns(&self) -> &Axis {
        &self.columns
    }

    /// The axis from top to bottom.
    pub fn rows(&self) -> Option<&Axis> {
        self.rows.as_ref()
    }

    /// How many pictures.
    #[expect(clippy::len_without_is_empty, reason = "a plan is never empty")]
    pub fn len(&self) -> usize {
        self.columns.values.len() * self.rows.as_ref().map_or(1, |rows| rows.values.len())
    }

    /// Every place, in the order in which the pictures are made: row by row, but a model is never loaded twice.
    pub fn cells(&self) -> Vec<Cell> {
        let rows: Vec<Option<(AxisKind, AxisValue)>> = match &self.rows {
            None => vec![None],
            Some(axis) => axis.values.iter().map(|value| Some((axis.kind, value.clone()))).collect(),
        };
        let columns = self.columns.values.iter().map(|value| (self.columns.kind, value.clone()));
        let columns: Vec<_> = columns.collect();
        let mut cells = Vec::new();
        for (row, down) in rows.iter().enumerate() {
            for (column, across) in columns.iter().enumerate() {
                let settings = std::iter::once(across.clone()).chain(down.clone()).collect();
                cells.push(Cell { column, row, settings });
            }
        }
        let down = self.rows.as_ref().map_or(0, |rows| rows.kind.cost());
        if self.columns.kind.cost() > down {
            cells.sort_by_key(|cell| cell.column);
        }
        cells
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(kind: AxisKind, values: &[&str]) -> Axis {
        let value = |text: &&str| AxisValue { value: (*text).to_owned(), label: (*text).to_owned() };
        Axis { kind, values: values.iter().map(value).collect() }
    }

    fn places(plan: &Plan) -> Vec<(usize, usize)> {
        plan.cells().iter().map(|cell| (cell.column, cell.row)).collect()
    }

    #[test]
    fn a_sweep_is_one_row() {
        let plan = Plan::new(axis(AxisKind::Strength, &["0.2", "0.4"]), None).unwrap();
        assert_eq!(places(&plan), [(0, 0), (1, 0)]);
        let settings: Vec<_> =
            plan.cells().into_iter().map(|cell| cell.settings[0].1.value.clone()).collect();
        assert_eq!(settings, ["0.2", "0.4"]);
    }

    #[test]
    fn every_combination_has_its_place() {
        let plan =
            Plan::new(axis(AxisKind::Steps, &["4", "8"]), Some(axis(AxisKind::Seed, &["1", "2", "3"])));
        let plan = plan.unwrap();
        assert_eq!((plan.len(), places(&plan).len()), (6, 6));
        assert_eq!(places(&plan)[..3], [(0, 0), (1, 0), (0, 1)]);
        let last = plan.cells().pop().unwrap();
        let told: Vec<_> = last.settings.iter().map(|(kind, value)| (*kind, value.value.as_str())).collect();
        assert_eq!(told, [(AxisKind::Steps, "8"), (AxisKind::Seed, "3")]);
    }

    #[test]
    fn a_model_is_loaded_once_whichever_side_it_is_on() {
        let (models, seeds) = (axis(AxisKind::Model, &["a", "b"]), axis(AxisKind::Seed, &["1", "2"]));
        let across = Plan::new(models.clone(), Some(seeds.clone())).unwrap();
        assert_eq!(places(&across), [(0, 0), (0, 1), (1, 0), (1, 1)]);
        let down = Plan::new(seeds, Some(models)).unwrap();
        assert_eq!(places(&down), [(0, 0), (1, 0), (0, 1), (1, 1)]);
    }

    #[test]
    fn a_plan_that_makes_no_sense_is_refused() {
        let seeds = axis(AxisKind::Seed, &["1", "2"]);
        let none = axis(AxisKind::Steps, &[]);
        assert_eq!(Plan::new(none.clone(), None), Err(PlanError::NoValues));
        assert_eq!(Plan::new(seeds.clone(), Some(none)), Err(PlanError::NoValues));
        assert_eq!(Plan::new(seeds.clone(), Some(seeds.clone())), Err(PlanError::SameSetting));
        let many: Vec<String> = (0..51).map(|n| n.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let many = axis(AxisKind::Steps, &many);
        assert_eq!(Plan::new(many.clone(), Some(seeds)), Err(PlanError::TooMany(102)));
        assert!(Plan::new(many, None).is_ok());
    }
}
