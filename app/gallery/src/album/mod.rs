//! The gallery's records in one order, and what can be asked of them.

mod lineage;
mod query;
#[cfg(test)]
mod tests;

pub use lineage::{Branch, Link};
pub use query::{Order, Query};

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::{Record, newest_first};
use query::Needles;

/// Every record, newest first. Records are shared, never copied: a search over 10,000 of them gives back pointers.
#[derive(Debug, Clone, Default)]
pub struct Album {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    record: Arc<Record>,
    /// What a search looks through, in lower case.
    haystack: String,
}

/// What there is to filter by, with how many records each has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    /// Keys of models, by name.
    pub models: BTreeMap<String, usize>,
    /// Collections, by name.
    pub collections: BTreeMap<String, usize>,
    /// Records with a star.
    pub favorites: usize,
}

impl Album {
    /// Adds records; one of an id that is there already takes its place.
    pub fn insert(&mut self, records: impl IntoIterator<Item = Record>) {
        let new: Vec<Entry> = records.into_iter().map(Entry::new).collect();
        let ids: HashSet<&str> = new.iter().map(|entry| entry.record.id.as_str()).collect();
        self.entries.retain(|entry| !ids.contains(entry.record.id.as_str()));
        self.entries.extend(new);
        self.entries.sort_by(|a, b| newest_first(&a.record, &b.record));
    }

    /// Takes records out and gives them back, newest first.
    pub fn remove(&mut self, ids: &HashSet<&str>) -> Vec<Arc<Record>> {
        let (gone, stay): (Vec<_>, Vec<_>) = std::mem::take(&mut self.entries)
            .into_iter()
            .partition(|entry| ids.contains(entry.record.id.as_str()));
        self.entries = stay;
        gone.into_iter().map(|entry| entry.record).collect()
    }

    /// The record of this id.
    pub fn get(&self, id: &str) -> Option<&Arc<Record>> {
        self.records().find(|record| record.id == id)
    }

    /// All records, newest first.
    pub fn records(&self) -> impl Iterator<Item = &Arc<Record>> {
        self.entries.iter().map(|entry| &entry.record)
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether a picture is shown in its sheet alone, as its sheet is here.
    fn folded(&self) -> impl Fn(&Record) -> bool {
        let sheets: HashSet<&str> =
            self.records().filter(|record| record.sheet.is_some()).map(|record| record.id.as_str()).collect();
        move |record| record.in_sheet.as_ref().is_some_and(|place| sheets.contains(place.sheet.as_str()))
    }

    /// How many entries the gallery has: pictures in sheets do not count apart.
    pub fn entry_count(&self) -> usize {
        let folded = self.folded();
        self.records().filter(|record| !folded(record)).count()
    }

    /// The pictures of a sheet.
    pub fn in_sheet(&self, sheet: &str) -> Vec<Arc<Record>> {
        let inside =
            |record: &&Arc<Record>| record.in_sheet.as_ref().is_some_and(|place| place.sheet == sheet);
        self.records().filter(inside).cloned().collect()
    }

    /// The picture after or before one in its sheet, row by row. None at either end, and for what is in no sheet.
    pub fn beside_in_sheet(&self, id: &str, forward: bool) -> Option<Arc<Record>> {
        let place = |record: &Arc<Record>| record.in_sheet.as_ref().map(|place| (place.row, place.column));
        let record = self.get(id)?;
        let (sheet, here) = (&record.in_sheet.as_ref()?.sheet, place(record));
        let pictures = self.in_sheet(sheet).into_iter();
        match forward {
            true => pictures.filter(|other| place(other) > here).min_by_key(place),
            false => pictures.filter(|other| place(other) < here).max_by_key(place),
        }
    }

    /// The records that a query asks for, in its order.
    pub fn find(&self, query: &Query) -> Vec<Arc<Record>> {
        let needles = Needles::of(&query.text);
        let folded = self.folded();
        let fits =
            |entry: &&Entry| query.admits(&entry.record) && needles.are_in(entry) && !folded(&entry.record);
        let mut found: Vec<_> =
            self.entries.iter().filter(fits).map(|entry| Arc::clone(&entry.record)).collect();
        query.order.sort(&mut found);
        found
    }

    /// What the records can be filtered by.
    pub fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        for record in self.records() {
            *facets.models.entry(record.settings.model.clone()).or_default() += 1;
            for collection in &record.collections {
                *facets.collections.entry(collection.clone()).or_default() += 1;
            }
            facets.favorites += usize::from(record.favorite);
        }
        facets
    }
}

impl Entry {
    fn new(record: Record) -> Self {
        let settings = &record.settings;
        let loras = settings.loras.iter().map(|lora| lora.name.as_str());
        let words = std::iter::once(settings.prompt.as_str()).chain(loras);
        let words: Vec<&str> = words.chain(record.collections.iter().map(String::as_str)).collect();
        // A line break between them, so that no phrase is found across two.
        let haystack = words.join("\n").to_lowercase();
        Self { record: Arc::new(record), haystack }
    }
}
