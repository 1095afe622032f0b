//! How something is cut into parts.

use std::ops::Range;

/// The length of even parts of `count` that have at most `most` each: as few parts as possible, of which the last one is
/// little shorter than the others. At least 1.
pub(crate) fn even_part(count: usize, most: usize) -> usize {
    let parts = count.div_ceil(most.max(1)).max(1);
    count.div_ceil(parts).max(1)
}

/// `0..len` in parts of `part`, of which the last one may be shorter.
pub(crate) fn parts(len: usize, part: usize) -> impl Iterator<Item = Range<usize>> {
    (0..len).step_by(part).map(move |first| first..len.min(first + part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_few_and_even() {
        assert_eq!([0, 1, 100, 101, 250].map(|count| even_part(count, 100)), [1, 1, 100, 51, 84]);
        assert_eq!(even_part(5, 0), 1);
    }

    #[test]
    fn parts_are_all_there_is() {
        assert_eq!(parts(7, 3).collect::<Vec<_>>(), [0..3, 3..6, 6..7]);
        assert_eq!(parts(0, 3).count(), 0);
    }
}
