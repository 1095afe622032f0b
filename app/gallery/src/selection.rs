//! Pictures chosen together.

use std::collections::HashSet;
use std::sync::Arc;

use crate::Record;

/// The chosen pictures. Click by click it behaves like the lists of a desktop: one alone, one more or less (Ctrl),
/// everything from the last one to this (Shift).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    chosen: HashSet<String>,
    /// Where a range begins: the picture that was chosen last.
    anchor: Option<String>,
    /// What was chosen before the range, so that a shorter range gives pictures back.
    before_range: Option<HashSet<String>>,
}

impl Selection {
    /// Whether a picture is chosen.
    pub fn contains(&self, id: &str) -> bool {
        self.chosen.contains(id)
    }

    /// How many are chosen.
    pub fn len(&self) -> usize {
        self.chosen.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// Chooses one more, or gives it back.
    pub fn toggle(&mut self, id: &str) {
        if !self.chosen.remove(id) {
            self.chosen.insert(id.to_owned());
        }
        self.begin_at(id);
    }

    /// Chooses everything between the picture chosen last and this one, in the order that is shown, and gives back
    /// what an earlier range from there had more. Without a picture to begin at, it chooses this one.
    pub fn extend_to(&mut self, id: &str, shown: &[Arc<Record>]) {
        let place = |id: &str| shown.iter().position(|record| record.id == id);
        let ends = self.anchor.as_deref().and_then(place).zip(place(id));
        let Some((from, to)) = ends else {
            self.chosen.insert(id.to_owned());
            return self.begin_at(id);
        };
        let before = self.before_range.get_or_insert_with(|| self.chosen.clone());
        self.chosen.clone_from(before);
        self.chosen.extend(shown[from.min(to)..=from.max(to)].iter().map(|record| record.id.clone()));
    }

    /// Chooses everything shown.
    pub fn choose_all(&mut self, shown: &[Arc<Record>]) {
        self.chosen.extend(shown.iter().map(|record| record.id.clone()));
        self.before_range = None;
    }

    /// Chooses what is shown and not chosen, in place of what is.
    pub fn invert(&mut self, shown: &[Arc<Record>]) {
        let others = shown.iter().filter(|record| !self.contains(&record.id));
        self.chosen = others.map(|record| record.id.clone()).collect();
        self.before_range = None;
    }

    /// Gives all back.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Gives back what is no longer shown: an action must never touch a picture out of sight.
    pub fn keep_shown(&mut self, shown: &[Arc<Record>]) {
        let ids: HashSet<&str> = shown.iter().map(|record| record.id.as_str()).collect();
        self.chosen.retain(|id| ids.contains(id.as_str()));
        self.anchor = self.anchor.take().filter(|id| ids.contains(id.as_str()));
        self.before_range = None;
    }

    /// The chosen records, in the order that is shown.
    pub fn of(&self, shown: &[Arc<Record>]) -> Vec<Arc<Record>> {
        shown.iter().filter(|record| self.contains(&record.id)).cloned().collect()
    }

    fn begin_at(&mut self, id: &str) {
        self.anchor = Some(id.to_owned());
        self.before_range = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::record;

    fn shown() -> Vec<Arc<Record>> {
        ["a", "b", "c", "d", "e"].map(|id| Arc::new(record(id, 0.0))).to_vec()
    }

    fn chosen(selection: &Selection) -> String {
        selection.of(&shown()).iter().map(|record| record.id.as_str()).collect()
    }

    #[test]
    fn one_more_or_less() {
        let mut selection = Selection::default();
        selection.toggle("d");
        selection.toggle("b");
        assert_eq!((chosen(&selection).as_str(), selection.len()), ("bd", 2));
        selection.toggle("d");
        assert_eq!(chosen(&selection), "b");
    }

    #[test]
    fn a_range_reaches_from_the_last_one_and_can_shrink() {
        let mut selection = Selection::default();
        selection.extend_to("b", &shown());
        assert_eq!(chosen(&selection), "b");
        selection.extend_to("e", &shown());
        assert_eq!(chosen(&selection), "bcde");
        selection.extend_to("c", &shown());
        assert_eq!(chosen(&selection), "bc");
        selection.extend_to("a", &shown());
        assert_eq!(chosen(&selection), "ab");
    }

    #[test]
    fn a_range_leaves_what_was_chosen_before() {
        let mut selection = Selection::default();
        selection.toggle("a");
        selection.toggle("d");
        selection.extend_to("e", &shown());
        assert_eq!(chosen(&selection), "ade");
        selection.extend_to("c", &shown());
        assert_eq!(chosen(&selection), "acd");
    }

    #[test]
    fn all_and_the_others() {
        let mut selection = Selection::default();
        selection.toggle("c");
        selection.invert(&shown());
        assert_eq!(chosen(&selection), "abde");
        selection.choose_all(&shown());
        assert_eq!(chosen(&selection), "abcde");
        selection.clear();
        assert!(selection.is_empty());
    }

    #[test]
    fn what_is_out_of_sight_is_given_back() {
        let mut selection = Selection::default();
        selection.toggle("a");
        selection.toggle("c");
        selection.keep_shown(&shown()[..2]);
        assert_eq!(chosen(&selection), "a");
        selection.extend_to("b", &shown());
        assert_eq!(chosen(&selection), "ab", "the range began at a picture that has gone");
    }
}
