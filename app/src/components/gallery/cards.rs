//! Which pictures have a card, and which of the cards the Tab key reaches.

use std::ops::Range;
use std::sync::Arc;

use gallery::{Record, Window};
use leptos::prelude::*;

use crate::state::{Library, Studio};

/// Rows that exist beyond either edge of the window.
const SPARE_ROWS: usize = 2;

/// What of the gallery exists as cards.
#[derive(Clone, Copy)]
pub(super) struct Cards {
    library: Library,
    /// Whether a picture is being made: it has the first cell.
    pub running: Memo<bool>,
    pub window: Memo<Option<Window>>,
}

impl Cards {
    pub(super) fn new(studio: Studio) -> Self {
        let library = studio.library;
        let running = Memo::new(move |_| studio.queue.running.with(Option::is_some));
        let window = Memo::new(move |_| {
            let cells = library.shown.with(|shown| shown.len()) + usize::from(running.get());
            let view = library.view.get()?;
            Some(view.grid.window(cells, view.top_px, view.height_px, SPARE_ROWS))
        });
        Self { library, running, window }
    }

    /// Cells before the first picture.
    pub(super) fn lead(self) -> usize {
        usize::from(self.running.get())
    }

    pub(super) fn first(self) -> usize {
        self.window.with(|window| window.as_ref().map_or(0, |window| window.cells.start))
    }

    /// The places of the pictures that have a card, among those shown.
    pub(super) fn places(self) -> Range<usize> {
        let cells = self.window.with(|window| window.as_ref().map_or(0..0, |window| window.cells.clone()));
        cells.start.saturating_sub(self.lead())..cells.end.saturating_sub(self.lead())
    }

    pub(super) fn records(self) -> Vec<Arc<Record>> {
        self.library.shown.with(|shown| shown.get(self.places()).unwrap_or_default().to_vec())
    }

    /// The picture whose card Tab reaches: the one that was last gone to. If it is scrolled out of existence, the first
    /// in sight. Tab goes on through this card's own buttons and out of the gallery; arrows go from card to card.
    pub(super) fn stop(self) -> Option<String> {
        let (view, current) = (self.library.view.get()?, self.library.current.get());
        self.library.shown.with(|shown| {
            let cells = view.grid.window(shown.len() + self.lead(), view.top_px, view.height_px, 0).cells;
            let has_card = |id: &String| {
                shown.get(self.places()).is_some_and(|some| some.iter().any(|record| record.id == *id))
            };
            let first = || shown.get(cells.start.saturating_sub(self.lead())).map(|record| record.id.clone());
            current.filter(has_card).or_else(first)
        })
    }
}
