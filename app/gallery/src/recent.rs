//! A few things kept at hand: the ones used last.

use std::collections::VecDeque;

/// Values by key. Beyond a number of them, the one that was not used for longest is let go.
#[derive(Debug)]
pub struct Recent<T> {
    most: usize,
    /// The one used last comes last.
    items: VecDeque<(String, T)>,
}

impl<T> Recent<T> {
    /// Keeps at most so many, and at least one.
    pub fn new(most: usize) -> Self {
        Self { most: most.max(1), items: VecDeque::new() }
    }

    /// The value of a key, which is thereby used.
    pub fn get(&mut self, key: &str) -> Option<&T> {
        let at = self.items.iter().position(|(known, _)| known == key)?;
        let item = self.items.remove(at)?;
        self.items.push_back(item);
        self.items.back().map(|(_, value)| value)
    }

    /// Keeps a value, in place of the key's former one.
    pub fn put(&mut self, key: &str, value: T) {
        self.forget(key);
        if self.items.len() == self.most {
            self.items.pop_front();
        }
        self.items.push_back((key.to_owned(), value));
    }

    /// Lets go of a key's value.
    pub fn forget(&mut self, key: &str) {
        self.items.retain(|(known, _)| known != key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let mut recent = Recent::new(2);
        recent.put("a", 1);
        recent.put("b", 2);
        assert_eq!(recent.get("a"), Some(&1));
        recent.put("c", 3);
        let kept = ["a", "b", "c"].map(|key| recent.get(key).copied());
        assert_eq!(kept, [Some(1), None, Some(3)]);
    }

    #[test]
    fn a_new_value_takes_the_old_ones_place() {
        let mut recent = Recent::new(2);
        recent.put("a", 1);
        recent.put("b", 2);
        recent.put("a", 3);
        assert_eq!((recent.get("a").copied(), recent.get("b").copied()), (Some(3), Some(2)));
        recent.forget("a");
        assert_eq!(recent.get("a"), None);
    }
}
