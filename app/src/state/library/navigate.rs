//! Going from picture to picture, by pointer and by key.

use std::sync::Arc;

use gallery::{Record, Step};
use leptos::prelude::*;

use crate::state::Studio;

impl Studio {
    /// A picture was clicked. While pictures are chosen, a click chooses one more; else it shows the picture large.
    pub(crate) fn pick(self, id: &str, more: bool, range: bool) {
        self.library.current.set(Some(id.to_owned()));
        let choosing = self.library.selection.with_untracked(|selection| !selection.is_empty());
        if range {
            self.choose_up_to(id);
        } else if more || choosing {
            self.library.selection.update(|selection| selection.toggle(id));
        } else {
            self.library.opened.set(Some(id.to_owned()));
        }
    }

    /// Chooses everything from the picture chosen last to this one.
    pub(crate) fn choose_up_to(self, id: &str) {
        let shown = self.library.shown.get_untracked();
        self.library.selection.update(|selection| selection.extend_to(id, &shown));
    }

    /// Where a picture stands among those shown.
    fn place_of(self, id: &str) -> Option<usize> {
        self.library.shown.with_untracked(|shown| shown.iter().position(|record| record.id == id))
    }

    /// Goes a step through the grid; with `range` everything on the way is chosen.
    pub(crate) fn step_in_grid(self, step: Step, range: bool) {
        let Some(view) = self.library.view.get_untracked() else { return };
        let count = self.library.shown.with_untracked(|shown| shown.len());
        let current = self.library.current.get_untracked();
        let at = current.as_deref().and_then(|id| self.place_of(id));
        // The picture being made has the first cell, which no step leads to.
        let lead = usize::from(self.queue.running.with_untracked(Option::is_some));
        let to = at.map_or(0, |at| view.grid.step(at + lead, count + lead, step).saturating_sub(lead));
        let Some(id) = self.library.shown.with_untracked(|shown| shown.get(to).map(|r| r.id.clone())) else {
            return;
        };
        if range {
            if let Some(from) = current.filter(|_| self.library.selection.with_untracked(|s| s.is_empty())) {
                self.library.selection.update(|selection| selection.toggle(&from));
            }
            self.choose_up_to(&id);
        }
        self.library.current.set(Some(id.clone()));
        self.library.wanted.set(Some(id));
    }

    /// Shows the picture before or after the one shown large.
    pub(crate) fn step_opened(self, forward: bool) {
        let Some(id) = self.library.opened.get_untracked() else { return };
        if let Some(next) = self.neighbour(&id, forward) {
            self.go_on_to(next);
        }
    }

    /// Shows another picture in place of the one shown large.
    fn go_on_to(self, next: String) {
        // The grid has no cell for a picture of a sheet: the focus comes back to the sheet's.
        if self.place_of(&next).is_some() {
            self.library.current.set(Some(next.clone()));
        }
        self.library.opened.set(Some(next));
    }

    /// Deletes pictures, and goes on to the one that takes their place, so that several can be looked through.
    pub(crate) fn delete_and_go_on(self, records: &[Arc<Record>]) {
        let [first, ..] = records else { return };
        let shown_large = self.library.opened.with_untracked(Option::is_some);
        let neighbour = self.neighbour(&first.id, true).or_else(|| self.neighbour(&first.id, false));
        self.delete_pictures(records);
        if let Some(next) = neighbour.filter(|id| untrack(|| self.library.record(id)).is_some()) {
            if shown_large {
                return self.go_on_to(next);
            }
            self.library.current.set(Some(next.clone()));
            self.library.wanted.set(Some(next));
        }
    }

    /// The picture shown after one, or before it. Within a sheet that is the one beside it there.
    pub(crate) fn neighbour(self, id: &str, forward: bool) -> Option<String> {
        let Some(at) = self.place_of(id) else {
            let beside = self.library.album.with_untracked(|album| album.beside_in_sheet(id, forward));
            return beside.map(|record| record.id.clone());
        };
        let to = if forward { at.checked_add(1)? } else { at.checked_sub(1)? };
        self.library.shown.with_untracked(|shown| shown.get(to).map(|record| record.id.clone()))
    }
}
