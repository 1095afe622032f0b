//! The queue: what waits, in an order that can be changed.

/// Entries that wait, each known by a key. The first is the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<K, T>(Vec<(K, T)>);

impl<K, T> Default for Line<K, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Copy + PartialEq, T> Line<K, T> {
    /// How many wait.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entries in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|(_, entry)| entry)
    }

    /// The entries in order, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().map(|(_, entry)| entry)
    }

    /// Their keys in order.
    pub fn keys(&self) -> impl Iterator<Item = K> {
        self.0.iter().map(|(key, _)| *key)
    }

    /// Adds an entry at the end. One of the same key gives way.
    pub fn push(&mut self, key: K, entry: T) {
        self.remove(key);
        self.0.push((key, entry));
    }

    /// Takes the first out.
    pub fn take_first(&mut self) -> Option<T> {
        (!self.0.is_empty()).then(|| self.0.remove(0).1)
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: K) -> Option<T> {
        let at = self.place(key)?;
        Some(self.0.remove(at).1)
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Moves an entry by so many places, towards the end or (below 0) the beginning, as far as there is room. Tells
    /// whether it moved.
    pub fn shift(&mut self, key: K, by: isize) -> bool {
        let Some(at) = self.place(key) else { return false };
        let to = at.saturating_add_signed(by).min(self.0.len() - 1);
        let entry = self.0.remove(at);
        self.0.insert(to, entry);
        to != at
    }

    fn place(&self, key: K) -> Option<usize> {
        self.0.iter().position(|(known, _)| *known == key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(keys: &[u8]) -> Line<u8, u8> {
        let mut line = Line::default();
        keys.iter().for_each(|key| line.push(*key, key * 10));
        line
    }

    fn keys(line: &Line<u8, u8>) -> Vec<u8> {
        line.keys().collect()
    }

    #[test]
    fn entries_come_in_the_order_of_asking() {
        let mut line = line(&[1, 2]);
        assert_eq!((line.take_first(), line.take_first(), line.take_first()), (Some(10), Some(20), None));
        assert!(line.is_empty());
    }

    #[test]
    fn an_entry_moves_as_far_as_there_is_room() {
        let mut line = line(&[1, 2, 3]);
        assert!(line.shift(3, -1));
        assert_eq!(keys(&line), [1, 3, 2]);
        assert!(line.shift(2, isize::MIN));
        assert_eq!(keys(&line), [2, 1, 3]);
        assert!(line.shift(2, isize::MAX));
        assert_eq!(keys(&line), [1, 3, 2]);
        line.iter_mut().for_each(|entry| *entry += 1);
        assert_eq!(line.iter().copied().collect::<Vec<_>>(), [11, 31, 21]);
        assert!(!line.shift(1, -1) && !line.shift(2, 1) && !line.shift(9, 1));
        assert_eq!(keys(&line), [1, 3, 2]);
    }

    #[test]
    fn an_entry_can_be_taken_out_and_put_in_again() {
        let mut line = line(&[1, 2, 3]);
        assert_eq!((line.remove(2), line.remove(2)), (Some(20), None));
        line.push(1, 11);
        assert_eq!((keys(&line), line.iter().copied().collect::<Vec<_>>()), (vec![3, 1], vec![30, 11]));
    }
}
